"""Duplicates, versions, incidents; links to citizens' reports and to cases, as far as each person may know of them."""

import hashlib
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from made_reports import picture, report, with_file

from amparo.web.accounts.models import Person
from amparo.web.cases.models import Case
from amparo.web.reports.actions import make_agency_keys, receive_report
from amparo.web.sightings.models import Sighting, new_sighting
from amparo.web.tips import linking
from amparo.web.tips.linking import linked_cases
from amparo.web.tips.models import Delivery, Tip

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_agency")]


def by_report(number: str) -> Tip:
    return Tip.objects.filter(provider_report_id=number).order_by("number")[0]


def test_the_same_report_again_is_a_duplicate_and_stays(delivered: Callable[..., Delivery]) -> None:
    delivered({"a.json": report("91")})
    delivered({"again.json": report("91"), "b.json": report("92")})
    first, again = Tip.objects.filter(provider_report_id="91").order_by("number")
    assert (again.state, again.is_over, again.duplicate_of) == ("duplicate", True, first)
    assert (first.state, by_report("92").state) == ("new", "new")
    assert Tip.objects.count() == 3, "nothing is deleted"


def test_twice_in_one_delivery_is_found_too(delivered: Callable[..., Delivery]) -> None:
    delivered({"1/a.json": report("91"), "2/a.json": report("91"), "3/a.json": report("91")})
    first, *others = Tip.objects.order_by("number")
    assert [each.duplicate_of for each in others] == [first, first]


def test_other_content_under_the_same_number_is_a_version(delivered: Callable[..., Delivery]) -> None:
    delivered({"a.json": report("91")})
    delivered({"a.json": report("91", description="More is known now")})
    first, second = Tip.objects.order_by("number")
    assert (second.state, second.version_of, second.duplicate_of) == ("new", first, None)


def test_the_same_account_within_days_is_one_incident(
    delivered: Callable[..., Delivery], worker: Person, signed_in: Callable[[Person], Client]
) -> None:
    def about(number: str, day: str, who: str) -> bytes:
        return report(
            number,
            incidentSummary={"incidentDateTime": f"2026-{day}T10:00:00Z"},
            personOrUserReported={"screenName": who, "email": f"{who}@mail.example"},
        )

    delivered({"a.json": about("1", "11-01", "zed"), "b.json": about("2", "11-03", "zed")})
    delivered(
        {
            "c.json": about("3", "11-04", "zed"),
            "d.json": about("4", "06-01", "zed"),
            "e.json": about("5", "11-03", "ann"),
        }
    )
    first = by_report("1")
    assert [by_report(number).incident for number in "12345"] == [first, first, first, None, None]
    page = signed_in(worker).get(f"/tips/{by_report('3').pk}/").content.decode()
    assert "About the same incident" in page
    assert f"/tips/{first.pk}/" in page
    # Long ago is no incident, but the account was reported before.
    assert "repeated" in by_report("4").reasons
    assert "repeated" not in by_report("5").reasons


def test_the_same_file_joins_two_incidents(delivered: Callable[..., Delivery]) -> None:
    def about(number: str, seed: int) -> dict[str, bytes]:
        who = {"personOrUserReported": {"screenName": f"only{number}"}, "incidentSummary": {}}
        data = report(number, **who, uploadedFiles=[{"fileName": "a.png", "viewedByEsp": True}])
        return {f"{number}/r.json": data, f"{number}/a.png": picture(seed)}

    delivered(about("1", 7) | about("2", 7) | about("3", 8))
    assert [by_report(number).incident_id for number in "123"] == [by_report("1").pk, by_report("1").pk, None]


def test_what_spreads_by_itself_joins_nothing_and_an_account_still_does(
    delivered: Callable[..., Delivery], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linking, "TOO_SPREAD", 3)
    one = {"screenName": "zed"}

    def about(number: int, who: dict[str, str]) -> dict[str, bytes]:
        data = report(str(number), personOrUserReported=who, uploadedFiles=[{"fileName": "a.png", "viewedByEsp": True}])
        return {f"{number}/r.json": data, f"{number}/a.png": picture(1)}

    files: dict[str, bytes] = {}
    for number in range(1, 6):
        files |= about(number, one if number in {2, 5} else {"screenName": f"only{number}"})
    delivered(files)
    assert [by_report(str(number)).incident_id is not None for number in range(1, 6)] == [
        False,
        True,
        False,
        False,
        True,
    ]


def test_a_citizens_report_that_names_the_same(
    delivered: Callable[..., Delivery], worker: Person, person: Callable[..., Person], signed_in: Callable[..., Client]
) -> None:
    make_agency_keys(worker.agency, first=worker)
    made = receive_report(
        agency=worker.agency, category="phishing", language="en",
        answers={"words": "He wrote from u91@mail.example and wants money"},
    )  # fmt: skip
    delivered({"a.json": report("91"), "b.json": report("92")})
    assert (by_report("91").report_links, by_report("92").report_links) == (1, 0)
    assert "linked-report" in by_report("91").reasons
    page = signed_in(worker).get(f"/tips/{by_report('91').pk}/").content.decode()
    assert f"/reports/{made.report.pk}/" in page


def test_a_case_is_named_to_its_members_only(
    delivered: Callable[..., Delivery], case: Case, lead: Person, worker: Person, person: Callable[..., Person],
    signed_in: Callable[[Person], Client], taken_in: Callable[..., Any],
) -> None:  # fmt: skip
    person("supervisor", username="chief")
    taken_in(lead, case, {"notes.txt": b"he said: write to u91@mail.example, please"})
    assert Sighting.objects.filter(kind="email").exists()
    delivered({"a.json": report("91"), "b.json": report("92")})
    tip = by_report("91")
    assert (tip.case_links, by_report("92").case_links) == (1, 0)
    assert [linked_cases(lead, tip).mine, linked_cases(lead, tip).others] == [[case], 0]
    stranger = linked_cases(worker, tip)
    assert (stranger.mine, stranger.others, stranger.ask) == ([], 1, ["chief"])
    inside = signed_in(lead).get(f"/tips/{tip.pk}/").content.decode()
    outside = signed_in(worker).get(f"/tips/{tip.pk}/").content.decode()
    assert f">{case.number}<" in inside
    assert case.title in inside
    assert f">{case.number}<" not in outside
    assert str(case.pk) not in outside
    assert case.title not in outside
    assert "a case of this unit that you are not a member of" in outside


def test_a_value_that_may_not_link_links_nothing(
    delivered: Callable[..., Delivery], case: Case, lead: Person, taken_in: Callable[..., Any]
) -> None:
    """A private address is everybody's."""
    exhibit = taken_in(lead, case, {"notes.txt": b"-"})
    new_sighting(
        case, "ipv4", "192.168.0.1", exhibit=exhibit, path="notes.txt", offset=0, encoding="utf-8",
        validity="format-only", data_kind="files", item_day=date(2026, 1, 1),
    ).save()  # fmt: skip
    delivered({"a.json": report("91", personOrUserReported={"ipCaptureEvent": {"ipAddress": "192.168.0.1"}})})
    assert Tip.objects.get().case_links == 0


def test_by_what_a_tip_can_be_linked(delivered: Callable[..., Delivery]) -> None:
    delivered({"r.json": with_file("100200", "a.png"), "a.png": picture(1)})
    keys = set(Tip.objects.get().keys.values_list("purpose", "value"))
    assert {("mail", "u100200@mail.example"), ("ip", "8.8.4.4"), ("report", "100200")} <= keys
    assert ("hash", hashlib.sha256(picture(1)).hexdigest()) in keys
    assert not [value for _, value in keys if value == "a.png"]
