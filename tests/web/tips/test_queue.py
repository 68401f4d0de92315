"""The queue and a tip's page: the urgent first, with reasons; addresses made harmless; nothing shown of a file."""

import io
import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from made_reports import ABOUT, a_zip, picture, report, with_file

from amparo.web.accounts.models import Person
from amparo.web.audit.models import LogLine
from amparo.web.tips.models import Delivery, Tip

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_agency")]

URGENT = {"incidentSummary": {
    "incidentType": "Child Sexual Molestation", "escalateToHighPriority": "Child at risk now",
    "incidentDateTime": "2026-11-23T10:00:00Z",
}}  # fmt: skip
SPAM = {"incidentSummary": {"reportAnnotations": {"spam": True}}, "personOrUserReported": {}}


@pytest.fixture
def desk(worker: Person, signed_in: Callable[[Person], Client]) -> Client:
    return signed_in(worker)


def text_of(response: Any) -> str:
    assert response.status_code == 200, response.content[:500]
    return str(response.content.decode())


def numbers_in(page: str) -> list[str]:
    return re.findall(r">(T\d{4}-\d{4})</a></th>", page)


def test_the_urgent_stand_first_with_their_reasons(delivered: Callable[..., Delivery], desk: Client) -> None:
    delivered({"a.json": report("11", **SPAM), "b.json": report("22"), "c.json": report("33", **URGENT)})
    page = text_of(desk.get("/tips/"))
    by_report = dict(Tip.objects.values_list("provider_report_id", "number"))
    assert numbers_in(page) == [by_report["33"], by_report["22"], by_report["11"]]
    assert "the sender marked it as urgent" in page
    assert "the sender marked it as spam" in page, "ranked low, never hidden"


def test_the_filter_stands_in_the_address(delivered: Callable[..., Delivery], desk: Client) -> None:
    delivered({"b.json": report("22"), "c.json": report("33", **URGENT)})
    urgent, other = Tip.objects.get(provider_report_id="33").number, Tip.objects.get(provider_report_id="22").number
    for query, expected in (
        ("danger=1", [urgent]), ("kind=molestation", [urgent]), ("q=22", [other]), (f"q={urgent.lower()}", [urgent]),
        ("holder=me", []), ("holder=nobody&kind=enticement", [other]), ("esp=ZapChat&state=all", [urgent, other]),
        ("esp=Other", []), ("known=known", []), ("delivery=D1", []), ("state=duplicate", []),
        ("kind=nonsense&danger=9&holder=x&page=zzz", [urgent, other]),
    ):  # fmt: skip
        assert numbers_in(text_of(desk.get(f"/tips/?{query}"))) == expected, query


def test_fifty_a_page(delivered: Callable[..., Delivery], desk: Client) -> None:
    delivered({f"{number}.json": report(str(number)) for number in range(1000, 1060)})
    first, second = (numbers_in(text_of(desk.get(f"/tips/?page={page}"))) for page in (1, 2))
    assert (len(first), len(second)) == (50, 10)
    assert not set(first) & set(second)


def test_an_empty_queue_says_what_it_is_for(desk: Client) -> None:
    assert "No tip here" in text_of(desk.get("/tips/"))


def test_a_tips_page_says_all_and_opens_nothing(delivered: Callable[..., Delivery], desk: Client) -> None:
    said = {
        "reporter": {"reportingPerson": {"companyName": "ZapChat"}},
        "lawEnforcement": {"agencyName": "Police of Elsewhere", "caseNumber": "2026-0001", "country": "FR"},
        "webPageIncident": {"url": "https://bad.example/page?x=1"},
        "something": {"new": "<script>alert(1)</script>"},
    }
    delivered({"r.json": with_file("91", "a.png", viewed=False, **said), "a.png": picture(1)})
    data = report("92", **said, uploadedFiles=[{"fileName": "b.png", "viewedByEsp": False}])
    delivered({"r.json": data, "b.png": picture(2)})
    tip = Tip.objects.get(provider_report_id="92")
    page = text_of(desk.get(f"/tips/{tip.pk}/"))
    for wanted in (
        "ZapChat", "user92", "8[.]8[.]4[.]4", "50123", "u92[@]mail[.]example", "hxxps://bad[.]example/page?x=1",
        "Police of Elsewhere", "Another agency", "&lt;script&gt;", "an address with port and time",
    ):  # fmt: skip
        assert wanted in page, wanted
    assert "<script>alert" not in page
    assert "https://bad.example" not in page
    assert "8.8.4.4" not in page
    assert "<img" not in page
    assert tip.foreign_reference == "Police of Elsewhere FR 2026-0001"
    assert LogLine.objects.filter(action="tip.opened", object=f"tip:{tip.pk}").count() == 1


def test_what_nobody_viewed_is_said(delivered: Callable[..., Delivery], desk: Client) -> None:
    delivered({"r.json": with_file("91", "a.png", viewed=None), "a.png": picture(1)})
    page = text_of(desk.get(f"/tips/{Tip.objects.get().pk}/"))
    assert "not said, so no" in page
    assert "It stays closed until an authorisation" in page


def test_taking_and_moving_a_tip(delivered: Callable[..., Delivery], desk: Client, worker: Person) -> None:
    delivered({"r.json": report("91")})
    tip = Tip.objects.get()
    desk.post(f"/tips/{tip.pk}/take/")
    assert desk.post(f"/tips/{tip.pk}/state/", {"state": "no-action"}).status_code == 400, "a reason is needed"
    assert desk.post(f"/tips/{tip.pk}/state/", {"state": "in-case"}).status_code == 400
    desk.post(f"/tips/{tip.pk}/state/", {"state": "no-action", "reason": "Nothing to act on"})
    tip.refresh_from_db()
    assert (tip.holder, tip.state, tip.is_over, tip.state_reason) == (worker, "no-action", True, "Nothing to act on")
    assert numbers_in(text_of(desk.get("/tips/"))) == []
    desk.post(f"/tips/{tip.pk}/state/", {"state": "looked-at"})
    tip.refresh_from_db()
    assert (tip.state, tip.is_over) == ("looked-at", False)
    assert desk.post(f"/tips/{tip.pk}/state/", {"state": "looked-at"}).status_code == 400
    assert list(LogLine.objects.filter(object=f"tip:{tip.pk}").order_by("seq").values_list("action", flat=True)) == [
        "tip.taken", "tip.state-changed", "tip.state-changed",
    ]  # fmt: skip


def test_the_senders_table_counts_what_came_of_their_tips(delivered: Callable[..., Delivery], desk: Client) -> None:
    other = {"reporter": {"reportingPerson": {"companyName": "Photon"}}}
    delivered({"a.json": report("1"), "b.json": report("2"), "c.json": report("3", **SPAM, **other)})
    page = text_of(desk.get("/tips/senders/"))
    rows = re.findall(r"<bdi>(\w+)</bdi></a></th>((?:<td class=\"number\">[^<]*</td>)+)", page)
    found = [(name, re.findall(r">(\d+)<", cells)[0]) for name, cells in rows]
    assert found == [("ZapChat", "2"), ("Photon", "1")], "most to act on first"


def test_the_pages_of_deliveries(delivered: Callable[..., Delivery], desk: Client) -> None:
    made = delivered({"1/r.json": with_file("91", "gone.png"), "bad.json": b"{"})
    listed = text_of(desk.get("/tips/deliveries/"))
    assert made.number in listed
    page = text_of(desk.get(f"/tips/deliveries/{made.pk}/"))
    missing = "The report names a file that did not come"
    for wanted in ("The national contact point", "Reporting law, s. 9", made.sha256, missing, "gone.png"):
        assert wanted in page, wanted


def test_importing_by_the_form(desk: Client, home: Any, at_once: Callable[[], Any]) -> None:
    page = text_of(desk.get("/tips/import/"))
    assert "Nobody sees them" in page
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token is not None
    upload = io.BytesIO(a_zip({"91.json": report("91")}))
    upload.name = "delivery.zip"
    with at_once():
        answer = desk.post("/tips/import/", {**ABOUT, "token": token.group(1), "files": upload})
    made = Delivery.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/tips/deliveries/{made.pk}/")
    assert (made.state, made.legal_basis) == ("done", "Reporting law, s. 9")
    assert desk.post("/tips/import/", {**ABOUT, "token": str(uuid4())}).status_code == 400, "nothing was chosen"
    assert "The inbox is empty" in text_of(desk.get("/tips/import/inbox/"))


def test_the_page_says_when_the_policy_closes_unviewed_files(desk: Client, worker: Person) -> None:
    worker.agency.policy = {**worker.agency.policy, "tips_compare_unviewed": False}
    worker.agency.save()
    assert "are not compared with hash lists" in text_of(desk.get("/tips/import/"))


def test_a_supervisor_decides_it_with_a_reason(
    person: Callable[..., Person], signed_in: Callable[[Person], Client], desk: Client
) -> None:
    chief = person("supervisor")
    assert desk.get("/tips/policy/").status_code == 403
    page = signed_in(chief)
    assert page.post("/tips/policy/", {"compare": "no"}).status_code == 400
    page.post("/tips/policy/", {"compare": "no", "reason": "Opinion of the prosecutor"})
    assert "are not compared with hash lists" in text_of(desk.get("/tips/import/"))
    line = LogLine.objects.filter(action="agency.policy-changed").order_by("-seq")[0]
    assert '"tips_compare_unviewed":false' in line.line
    assert "Opinion of the prosecutor" in line.line


def test_who_sees_tips(
    delivered: Callable[..., Delivery], person: Callable[..., Person], signed_in: Callable[[Person], Client]
) -> None:
    delivered({"r.json": report("91")})
    tip = Tip.objects.get()
    for role, status in (("analyst", 200), ("prosecutor", 403), ("overseer", 403), ("administrator", 403)):
        client = signed_in(person(role))
        assert {client.get(path).status_code for path in ("/tips/", f"/tips/{tip.pk}/", "/tips/senders/")} == {status}
    analyst = signed_in(person("analyst"))
    assert analyst.get("/tips/import/").status_code == 403
    assert analyst.get(f"/tips/{tip.pk}/new-case/").status_code == 403
