"""From an exhibit and a report to the table of sightings: each find once, closed items left out, pages, export."""

import gzip
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from amparo.web.accounts.models import Agency, Person
from amparo.web.audit.models import LogLine
from amparo.web.cases.actions import open_case
from amparo.web.cases.models import Authorisation, Case
from amparo.web.common.events import Event
from amparo.web.common.jobs import run_job
from amparo.web.common.models import Job
from amparo.web.exhibits.actions import deposit_file, mark_restricted
from amparo.web.exhibits.catalogue import item_row
from amparo.web.exhibits.models import Exhibit
from amparo.web.reports.models import ReportCopy
from amparo.web.sightings import jobs
from amparo.web.sightings.actions import copy_from_report, extract, harmless
from amparo.web.sightings.models import Sighting
from amparo.web.sightings.subscribers import case_opened

pytestmark = pytest.mark.usefixtures("in_agency")

BTC = "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"
NOTES = f"pay {BTC} and see http://pay.example/x or write to a@shop.example.com".encode()


@pytest.fixture
def client(lead: Person, signed_in: Callable[[Person], Client]) -> Client:
    return signed_in(lead)


def test_the_address_is_seen_at_its_byte(deposited: Callable[..., Exhibit]) -> None:
    exhibit = deposited({"notes.txt": NOTES})
    seen = Sighting.objects.get(exhibit=exhibit, path="0", kind="btc")
    assert (seen.value, seen.offset, seen.validity, seen.data_kind) == (BTC, 4, "strong", "files")
    facts = LogLine.objects.get(action="sightings.extracted").line
    assert BTC not in facts


def test_extracting_again_doubles_nothing(
    deposited: Callable[..., Exhibit], lead: Person, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    exhibit = deposited({"notes.txt": NOTES})
    before = Sighting.objects.count()
    with django_capture_on_commit_callbacks(execute=True):
        extract(actor=lead, exhibit=exhibit)
    assert Sighting.objects.count() == before


class Killed(BaseException):
    """Stands for kill -9."""


@pytest.mark.parametrize("dies_at", [1, 2, 4, 6])
def test_killed_and_continued_finds_the_same(
    deposited: Callable[..., Exhibit], lead: Person, monkeypatch: pytest.MonkeyPatch, dies_at: int
) -> None:
    exhibit = deposited({f"{n}.txt": b"mail a%d@shop.example.com" % n for n in range(6)})
    expected = set(Sighting.objects.values_list("value", "place_key"))
    assert len(expected) >= 6
    Sighting.objects.all().delete()
    job = extract(actor=lead, exhibit=exhibit)
    monkeypatch.setattr(jobs, "ITEMS", 2)
    calls, real = 0, jobs.extract_blob

    def dying(*given: object) -> object:
        nonlocal calls
        calls += 1
        if calls == dies_at:
            raise Killed
        return real(*given)

    monkeypatch.setattr(jobs, "extract_blob", dying)
    with pytest.raises(Killed):
        run_job.call(str(job.pk))
    Job.objects.filter(pk=job.pk).update(lease_until="2026-01-01T00:00:00Z")
    run_job.call(str(job.pk))
    assert set(Sighting.objects.values_list("value", "place_key")) == expected
    assert len(expected) == Sighting.objects.count()


def test_an_item_full_of_finds_is_kept_whole(
    deposited: Callable[..., Exhibit], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "FINDS", 3)
    exhibit = deposited({"many.txt": b"\n".join(b"a%d@shop.example.com" % n for n in range(10))})
    assert Sighting.objects.filter(exhibit=exhibit, path="0", kind="email").count() == 10


def test_without_authorisation_nothing_is_read_or_shown(
    lead: Person, case: Case, zipped: Callable[..., bytes], client: Client,
    deposited: Callable[..., Exhibit],
) -> None:  # fmt: skip
    deposited({"notes.txt": NOTES})
    Authorisation.objects.filter(case=case).update(data_kinds=["report"])
    page = client.get(reverse("sightings:case", args=[case.pk])).content.decode()
    assert BTC not in page
    assert "are not shown: they are outside the authorisations" in page
    exhibit = deposited({"more.txt": NOTES})
    assert not Sighting.objects.filter(exhibit=exhibit).exists()
    assert Job.objects.filter(kind="sightings.extract").latest("created").error_code == "W301"


def test_a_restricted_item_takes_its_sightings_out_of_table_and_export(
    deposited: Callable[..., Exhibit], case: Case, lead: Person, client: Client
) -> None:
    exhibit = deposited({"in.gz": gzip.compress(NOTES)})
    assert BTC in client.get(reverse("sightings:case", args=[case.pk])).content.decode()
    mark_restricted(actor=lead, item=item_row(exhibit, "0|GZIP-0"), why="seen")
    page = client.get(reverse("sightings:case", args=[case.pk])).content.decode()
    exported = b"".join(client.get(reverse("sightings:export", args=[case.pk])).streaming_content).decode()
    assert BTC not in page + exported
    assert "are not shown" in page


def a_copy(case: Case, person: Person) -> ReportCopy:
    seen = {"kind": "btc", "value": BTC, "raw": BTC, "validity": "strong", "question": "what", "offset": 7}
    return ReportCopy.objects.create(
        case=case, number="R2026-0001", category="sextortion", schema_version=1, language="en", day=date(2026, 11, 2),
        answers={"what": "…"}, observables=[seen, seen], copied_by=person,
    )  # fmt: skip


def test_a_report_gives_its_observables_once(case: Case, lead: Person, agency: Agency, client: Client) -> None:
    copy = a_copy(case, lead)
    event = Event("report.case-opened", str(agency.pk), str(case.pk), str(lead.pk), "", {"copy": str(copy.pk)})
    case_opened(event)
    case_opened(event)
    assert copy_from_report(copy) == 0
    seen = Sighting.objects.get(report_copy=copy)
    assert (seen.value, seen.offset, seen.path) == (BTC, 7, "what")
    page = client.get(reverse("sightings:value", args=[case.pk, seen.value_key])).content.decode()
    assert "R2026-0001" in page


def test_other_cases_show_only_to_their_members(
    case: Case, lead: Person, person: Callable[..., Person], client: Client
) -> None:
    authority = {
        "kind": "complaint", "reference": "C", "issuer": "x", "valid_from": date(2026, 1, 1), "data_kinds": ["report"],
    }  # fmt: skip
    mine = open_case(actor=lead, title="Mine too", authorisation=authority)
    theirs = open_case(actor=person("investigator"), title="Not mine", authorisation=authority)
    for each in (case, mine, theirs):
        copy_from_report(a_copy(each, lead))
    key = Sighting.objects.filter(case=case).first().value_key
    page = client.get(reverse("sightings:value", args=[case.pk, key])).content.decode()
    assert "Mine too" in page
    assert "Not mine" not in page
    table = client.get(reverse("sightings:case", args=[case.pk]))
    assert [each.elsewhere for each in table.context["values"]] == [1]


def test_links_are_defanged_and_never_links(client: Client, case: Case, deposited: Callable[..., Exhibit]) -> None:
    deposited({"notes.txt": NOTES})
    page = client.get(reverse("sightings:case", args=[case.pk])).content.decode()
    assert "hxxp://pay[.]example/x" in page
    assert "http://pay.example" not in page


def test_the_table_filters_by_kind(client: Client, case: Case, deposited: Callable[..., Exhibit]) -> None:
    deposited({"notes.txt": NOTES})
    page = client.get(reverse("sightings:case", args=[case.pk]), {"kind": "email"})
    assert {each.kind for each in page.context["values"]} == {"email"}


def test_the_export_is_complete_recorded_and_harmless(
    client: Client, case: Case, deposited: Callable[..., Exhibit]
) -> None:
    deposited({"=cmd.txt": NOTES})
    answer = client.get(reverse("sightings:export", args=[case.pk]))
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert lines[0] == "kind,value,validity,source,path,offset,encoding,first_seen"
    assert len(lines) == 1 + Sighting.objects.count()
    assert LogLine.objects.filter(action="sightings.exported").count() == 1


@pytest.mark.parametrize("cell", ["=1+1", "+254700000000", "-1", "@x", "\tx", "\r"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert harmless(cell) == "'" + cell
    assert harmless("plain") == "plain"


def test_others_get_404(
    case: Case, person: Callable[..., Person], other_agency: Agency, signed_in: Callable[[Person], Client]
) -> None:
    foreign = signed_in(person("investigator", at=other_agency))
    assert foreign.get(reverse("sightings:case", args=[case.pk])).status_code == 404
    assert foreign.get(reverse("sightings:export", args=[case.pk])).status_code == 404


def test_the_empty_room_teaches(client: Client, case: Case) -> None:
    assert "No sighting yet" in client.get(reverse("sightings:case", args=[case.pk])).content.decode()


def test_a_single_file_is_read_too(
    lead: Person, case: Case, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        deposit_file(actor=lead, case=case, files=[("n.txt", [NOTES])], label="n")
    assert Sighting.objects.filter(kind="btc", path="@0").count() == 1
