"""One delivery with everything wrong at once, sent through the form: each thing is said, and nothing else is lost."""

import html
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.web.conftest import a_zip

from amparo.exchange.tips import PROBLEMS
from amparo.web.tips.models import Delivery, Tip

pytestmark = pytest.mark.usefixtures("in_agency")

NAMED = "<fileDetails><fileId>{}</fileId><originalFileName>{}</originalFileName></fileDetails>"
OURS_ELSEWHERE = (
    "<lawEnforcement><agencyName>Police of Elsewhere</agencyName><caseNumber>2026-0001</caseNumber></lawEnforcement>"
)
ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE report [<!ENTITY a "1"><!ENTITY b SYSTEM "file://{}">]>'
    "<report><reportId>5000&a;</reportId><notes>&b;</notes></report>"
)
SECRET = "a line of the server's disk"


def report(number: int, more: str) -> bytes:
    kind = "<incidentSummary><incidentType>Online Enticement of Children</incidentType></incidentSummary>"
    return f"<report><reportId>{number}</reportId>{kind}{more}</report>".encode()


@pytest.fixture
def delivery(desk: Client, at_once: Callable[[], Any], tmp_path: Path) -> Delivery:
    (tmp_path / "secret").write_text(SECRET)
    files = {
        "entities.xml": ENTITIES.format(tmp_path / "secret").encode(),
        "1/r.xml": report(1001001, NAMED.format(7, "gone.jpg")),
        "2/r.xml": report(1001002, NAMED.format(7, "a.jpg") + NAMED.format(7, "A.jpg")),
        "2/a.jpg": b"benign bytes",
        "3/r.xml": report(1001003, OURS_ELSEWHERE),
        "cut.xml": report(1001004, "")[:40],
    }
    about = {"source": "The contact point", "legal_basis": "A law", "token": str(uuid.uuid4())}
    with at_once():
        answer = desk.post("/tips/import/", {**about, "files": SimpleUploadedFile("delivery.zip", a_zip(files))})
    assert answer.status_code == 302
    return Delivery.objects.get()


def test_everything_wrong_is_said_and_the_sound_ones_come_in(delivery: Delivery, desk: Client) -> None:
    assert delivery.state == "done"
    assert set(Tip.objects.values_list("provider_report_id", flat=True)) == {"1001001", "1001002", "1001003"}
    wrong = {"xml-entities", "missing-file", "two-names", "foreign-case-number", "broken-xml"}
    assert delivery.skipped == {
        **dict.fromkeys(wrong, 1),
        "no-report": 2,
    }  # the two that were no reports are kept as files
    page = html.unescape(desk.get(f"/tips/deliveries/{delivery.pk}/").content.decode())
    for reason in wrong:
        assert PROBLEMS[reason].lower() in page.lower()


def test_an_entity_is_never_opened(delivery: Delivery, desk: Client) -> None:
    assert not Tip.objects.filter(provider_report_id__startswith="5000").exists()
    assert SECRET not in html.unescape(desk.get(f"/tips/deliveries/{delivery.pk}/").content.decode())


def test_a_file_under_two_names_is_there_twice_and_stored_once(delivery: Delivery) -> None:
    files = Tip.objects.get(provider_report_id="1001002").files.all()
    assert {each.name for each in files} == {"a.jpg", "A.jpg"}
    assert len({each.sha256 for each in files}) == 1
    assert not any(each.is_missing for each in files)


def test_another_countrys_case_number_is_none_of_ours(delivery: Delivery, desk: Client) -> None:
    tip = Tip.objects.get(provider_report_id="1001003")
    assert tip.foreign_reference == "Police of Elsewhere 2026-0001"
    assert tip.case_id is None
    assert tip.number != "2026-0001"
    assert "Police of Elsewhere" in desk.get(f"/tips/{tip.pk}/").content.decode()
