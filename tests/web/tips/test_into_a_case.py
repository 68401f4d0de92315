"""A tip taken into a case: one exhibit of its report and files; what nobody viewed stays closed until it is allowed."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django_scopes import scope
from made_reports import picture, report, with_file

from amparo.web.accounts.models import Person
from amparo.web.audit.models import LogLine
from amparo.web.cases.actions import add_member, authorise
from amparo.web.cases.models import Case
from amparo.web.common.errors import NotAllowed
from amparo.web.exhibits.actions import open_item
from amparo.web.exhibits.catalogue import item_row
from amparo.web.exhibits.errors import ItemClosed
from amparo.web.exhibits.models import Exhibit, Item
from amparo.web.exhibits.sources import item_blob
from amparo.web.sightings.models import Sighting
from amparo.web.tips.actions import open_case_from_tip, take_into_case
from amparo.web.tips.errors import TipInCaseAlready
from amparo.web.tips.models import Delivery, Tip

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_agency")]

COURT: dict[str, Any] = {
    "kind": "court-order", "reference": "CO-1", "issuer": "Court", "valid_from": date(2026, 1, 1),
    "data_kinds": ["files", "pictures", "communications", "report"],
}  # fmt: skip


@pytest.fixture
def tip(delivered: Callable[..., Delivery]) -> Tip:
    """Three files: viewed, not viewed, not said; two have one name in different folders of the delivery."""
    named = [
        {"fileName": "viewed.png", "viewedByEsp": True},
        {"fileName": "closed.png", "viewedByEsp": False},
        {"fileName": "unsaid.txt"},
    ]
    files = {"viewed.png": picture(1), "closed.png": picture(2), "unsaid.txt": b"write to ann@mail.example"}
    delivered({"r.json": report("91", uploadedFiles=named), **files})
    return Tip.objects.get()


@pytest.fixture
def taken(tip: Tip, worker: Person, at_once: Callable[[], Any]) -> Exhibit:
    with at_once():
        case = open_case_from_tip(actor=worker, tip=tip, title="From a tip", authorisation=COURT)
    return Exhibit.objects.select_related("case__agency").get(case=case)


def test_the_report_and_the_files_become_one_exhibit(taken: Exhibit, tip: Tip) -> None:
    tip.refresh_from_db()
    assert (tip.state, tip.is_over, tip.case, tip.exhibit) == ("in-case", True, taken.case, taken)
    assert (taken.kind, taken.state, taken.provider, taken.label) == ("folder", "sealed", "unviewed", tip.number)
    for part in ("ZapChat", "91", tip.number, tip.delivery.number, "The national contact point"):
        assert part in taken.source
    viewed = dict(Item.objects.filter(exhibit=taken).values_list("path", "viewed_by_provider"))
    assert viewed == {"report.json": True, "viewed.png": True, "closed.png": False, "unsaid.txt": False}
    assert taken.catalogue.items == 4
    assert taken.hash_verified == "yes"
    assert item_blob(taken, "viewed.png").read(1 << 20) == picture(1)


def test_rows_of_items_say_what_the_catalogue_says(taken: Exhibit) -> None:
    saved = {each.path: (each.size, each.sha256, each.md5, each.mime) for each in Item.objects.filter(exhibit=taken)}
    Item.objects.filter(exhibit=taken).delete()
    fresh = {path: item_row(taken, path) for path in saved}
    assert {path: (each.size, each.sha256, each.md5, each.mime) for path, each in fresh.items()} == saved


def test_what_nobody_viewed_stays_closed_until_allowed(taken: Exhibit, worker: Person) -> None:
    for path in ("closed.png", "unsaid.txt"):
        with pytest.raises(ItemClosed):
            open_item(actor=worker, exhibit=taken, path=path)
    open_item(actor=worker, exhibit=taken, path="viewed.png")
    open_item(actor=worker, exhibit=taken, path="report.json")
    authorise(actor=worker, case=taken.case, **{**COURT, "reference": "CO-2", "unviewed_files": True})
    open_item(actor=worker, exhibit=taken, path="closed.png")


def test_the_report_makes_sightings_and_closed_files_none(taken: Exhibit) -> None:
    values = set(Sighting.objects.filter(case=taken.case).values_list("path", "value"))
    assert ("report.json", "u91@mail.example") in values
    assert not [path for path, _ in values if path == "unsaid.txt"]


def test_it_is_recorded_in_the_case_and_at_the_tip(taken: Exhibit, tip: Tip) -> None:
    line = LogLine.objects.get(action="tip.into-case")
    assert (line.case_id, line.object) == (taken.case_id, f"exhibit:{taken.pk}")
    for part in (tip.number, tip.delivery.number, f"sha256:{tip.delivery.sha256}", '"files":4', '"unviewed":2'):
        assert part in line.line
    moved = LogLine.objects.get(action="tip.state-changed", object=f"tip:{tip.pk}")
    assert moved.case_id is None
    assert taken.case.number not in moved.line


def test_once_only(taken: Exhibit, tip: Tip, worker: Person) -> None:
    with pytest.raises(TipInCaseAlready):
        take_into_case(actor=worker, tip=tip, case=taken.case)
    assert Exhibit.objects.count() == 1


def test_two_files_of_one_name_are_both_there(
    delivered: Callable[..., Delivery], worker: Person, at_once: Callable[[], Any]
) -> None:
    data = report("5", uploadedFiles=[{"fileName": "a.png", "viewedByEsp": True}])
    delivered({"r.json": data, "a.png": picture(1), "more/a.png": picture(2)})
    tip = Tip.objects.get()
    with at_once():
        open_case_from_tip(actor=worker, tip=tip, title="Two", authorisation=COURT)
    paths = set(Item.objects.values_list("path", flat=True))
    assert paths == {"report.json", "a.png", "2-a.png"}


def test_the_same_bytes_stay_restricted(
    delivered: Callable[..., Delivery], taken: Exhibit, worker: Person, at_once: Callable[[], Any],
    signed_in: Callable[[Person], Client],
) -> None:  # fmt: skip
    Item.objects.filter(path="viewed.png").update(item_class="restricted")
    delivered({"r.json": with_file("92", "other-name.png"), "other-name.png": picture(1)})
    tip = Tip.objects.get(provider_report_id="92")
    assert "restricted" in signed_in(worker).get(f"/tips/{tip.pk}/").content.decode()
    with at_once():
        take_into_case(actor=worker, tip=tip, case=taken.case)
    assert Item.objects.get(path="other-name.png").is_restricted


def test_by_the_pages(
    tip: Tip,
    worker: Person,
    case: Case,
    lead: Person,
    signed_in: Callable[[Person], Client],
    at_once: Callable[[], Any],
) -> None:
    desk = signed_in(worker)
    page = desk.get(f"/tips/{tip.pk}/new-case/").content.decode()
    assert "2 files were viewed by nobody" in page
    assert 'value="online enticement of a child · ZapChat · 91"' in page
    refused = desk.post(f"/tips/{tip.pk}/existing-case/", {"case": str(case.pk)})
    assert refused.status_code == 400, "it is not a case of theirs"
    add_member(actor=lead, case=case, username=worker.username)
    with at_once():
        answer = desk.post(f"/tips/{tip.pk}/existing-case/", {"case": str(case.pk)})
    assert (answer.status_code, answer["Location"]) == (302, f"/tips/{tip.pk}/")
    assert f"/cases/{case.pk}/" in desk.get(f"/tips/{tip.pk}/").content.decode()
    assert tip.number in desk.get(f"/tips/case/{case.pk}/").content.decode()
    assert f"/tips/case/{case.pk}/" in desk.get(f"/cases/{case.pk}/").content.decode()


def test_a_stranger_to_the_case_is_not_told_which(taken: Exhibit, tip: Tip, person: Any, signed_in: Any) -> None:
    page = signed_in(person("analyst")).get(f"/tips/{tip.pk}/").content.decode()
    assert "a case that you are not a member of" in page
    assert str(taken.case_id) not in page
    assert str(taken.pk) not in page


def test_who_may_and_across_the_wall(tip: Tip, person: Callable[..., Person], other_agency: Any, case: Case) -> None:
    with pytest.raises(NotAllowed):
        take_into_case(actor=person("analyst"), tip=tip, case=case)
    with scope(agency=other_agency):
        assert not Tip.objects.filter(pk=tip.pk).exists()
