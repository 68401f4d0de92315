"""The desk's report pages as an officer uses them."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django_scopes import scope

from amparo.web.accounts.actions import found_person
from amparo.web.audit.actors import SYSTEM
from amparo.web.audit.models import LogLine
from amparo.web.cases.models import Case
from amparo.web.reports.actions import change_state, open_report_by_code, withdraw, write_message_as_reporter
from amparo.web.reports.models import DangerClock, ReadingRoom, Report, ReportCopy

WALLET = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"


@pytest.fixture
def desk(reader, ceremony, signed_in):
    return signed_in(reader)


@pytest.fixture
def open_desk(desk, ceremony):
    response = desk.post("/reports/room/", {"passphrase": ceremony.passphrase, "next": "/reports/"})
    assert response.status_code == 302
    cookie = response.cookies["amparo_room"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert cookie["path"] == "/"
    return desk


def page(client, url, status=200, **data):
    response = client.post(url, data) if data else client.get(url)
    assert response.status_code == status, response.content.decode()[:2000]
    return response.content.decode()


def test_the_queue_puts_danger_first_and_says_why(desk, receive):
    phishing = receive(category="phishing", age="", danger="no", words="a false parcel message").report
    danger = receive(age="under-13", danger="yes").report
    html = page(desk, "/reports/")
    assert html.index(f">{danger.number}<") < html.index(f">{phishing.number}<")
    assert "it is about a child under 13" in html
    assert "possible danger" in html
    assert "data-keys" in html


def test_filters_stand_in_the_address_and_nonsense_is_ignored(desk, receive, reader, agency):
    phishing = receive(category="phishing", age="", danger="no", words="a false parcel message").report
    danger = receive().report
    for query, shown, hidden in (
        ("category=phishing", phishing, danger),
        ("danger=1", danger, phishing),
        ("holder=nobody&category=phishing", phishing, danger),
        ("state=received&category=sextortion", danger, phishing),
    ):
        html = page(desk, f"/reports/?{query}")
        assert f">{shown.number}<" in html
        assert f">{hidden.number}<" not in html
    assert "No report here" in page(desk, "/reports/?state=done")
    assert f">{danger.number}<" in page(desk, "/reports/?state=x&category=y&holder=z&page=999&danger=2")


def test_the_queue_as_csv_holds_no_content(desk, receive):
    receive()
    response = desk.get("/reports/?format=csv")
    text = b"".join(response.streaming_content).decode()
    assert text.splitlines()[0].startswith("number,day,category")
    assert "sextortion" in text
    assert WALLET not in text
    assert '"reports":1' in LogLine.objects.get(action="reports.exported").line


def test_a_report_is_sealed_until_the_room_is_open(desk, receive, ceremony, answers):
    report = receive().report
    url = reverse("reports:report", args=[report.pk])
    sealed = page(desk, url)
    assert "This report is sealed" in sealed
    assert answers["words"] not in sealed
    assert WALLET not in sealed
    assert "W404" in page(desk, "/reports/room/", 400, passphrase="lusab babad lusab babad lusab")
    assert desk.post("/reports/room/", {"passphrase": ceremony.passphrase, "next": url})["Location"] == url
    opened = page(desk, url)
    assert answers["words"] in opened
    assert WALLET in opened
    assert "hxxps://social[.]example" in opened
    assert "https://social.example" not in opened
    assert "opened the report to read it" in opened
    assert answers["contact"] in opened
    desk.post("/reports/room/", {"go": "close"})
    assert answers["words"] not in page(desk, url)


@pytest.mark.parametrize("evil", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil"])
def test_the_room_leads_on_only_within_the_desk(desk, ceremony, evil):
    response = desk.post("/reports/room/", {"passphrase": ceremony.passphrase, "next": evil})
    assert response["Location"] == "/reports/"


def test_take_answer_state(open_desk, receive, agency, reader):
    report = receive().report
    url = reverse("reports:report", args=[report.pk])
    open_desk.post(f"{url}take/")
    open_desk.post(f"{url}answer/", {"template": "ask-where"})
    html = page(open_desk, url)
    assert "Can you tell us the exact link or user name?" in html
    assert "answered the reporter from a template" in html
    open_desk.post(f"{url}state/", {"state": "acting", "reason": "known wallet"})
    open_desk.post(f"{url}state/", {"state": "nonsense"})
    open_desk.post(f"{url}answer/", {"template": "nonsense"})
    with scope(agency=agency):
        found = Report.objects.get()
        assert (found.state, found.holder, found.messages.count()) == ("acting", reader, 1)


def test_a_case_is_opened_from_a_report_and_shows_the_copy(open_desk, receive, agency, answers):
    report = receive().report
    url = reverse("reports:open-case", args=[report.pk])
    assert "Open a case from report" in page(open_desk, url)
    fields = {
        "title": "Sextortion of a pupil",
        "kind": "complaint",
        "reference": "C-1",
        "issuer": "the reporter",
        "valid_from": timezone.now().date().isoformat(),
    }
    assert "W301" in page(open_desk, url, 400, **fields, data_kinds=["files"])
    response = open_desk.post(url, {**fields, "data_kinds": ["report"]})
    assert response.status_code == 302
    with scope(agency=agency):
        case = Case.objects.get()
        assert ReportCopy.objects.get().case == case
    copies = page(open_desk, reverse("reports:case", args=[case.pk]))
    assert answers["words"] in copies
    assert answers["contact"] not in copies
    assert case.number in page(open_desk, reverse("reports:report", args=[report.pk]))
    assert "Reports" in page(open_desk, reverse("cases:case", args=[case.pk]))
    with scope(agency=agency):
        case.authorisations.update(valid_to=timezone.now().date() - timedelta(days=1))
    closed = page(open_desk, reverse("reports:case", args=[case.pk]))
    assert answers["words"] not in closed
    assert "counted, not shown" in closed


def test_a_colleague_is_given_a_passphrase_on_one_page(open_desk, person):
    colleague = person("investigator", username="j.silva")
    assert "j.silva" in page(open_desk, "/reports/room/")
    assert "The passphrase of j.silva" in page(open_desk, reverse("reports:enrol", args=[colleague.pk]), x="1")


def test_without_a_room_nothing_that_needs_a_key_works(desk, receive, agency, person):
    report = receive().report
    for name in ("answer", "open-case"):
        response = desk.post(reverse(f"reports:{name}", args=[report.pk]), {"template": "received"})
        assert response.status_code == 400
        assert "W405" in response.content.decode()
    enrol = desk.post(reverse("reports:enrol", args=[person("investigator").pk]))
    assert "W405" in enrol.content.decode()


def test_another_agency_gets_the_404_of_what_does_not_exist(receive, other_agency, signed_in):
    report = receive().report
    stranger = found_person(actor=SYSTEM, agency=other_agency, username="x", password="long enough", roles=["analyst"])
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(stranger, generate_totp_secret())
    client = signed_in(stranger)
    missing = client.get(f"/reports/{stranger.pk}/").content
    for name in ("report", "open-case"):
        response = client.get(reverse(f"reports:{name}", args=[report.pk]))
        assert (response.status_code, response.content) == (404, missing)
    assert report.number not in client.get("/reports/?state=all").content.decode()


@pytest.mark.parametrize("role", ["overseer", "prosecutor", "judge-defence", "administrator"])
def test_roles_without_the_permission_see_no_report(role, receive, person, signed_in):
    report = receive().report
    client = signed_in(person(role))
    for url in ("/reports/", "/reports/room/", f"/reports/{report.pk}/"):
        assert client.get(url).status_code == 403


def test_reports_are_found_by_what_they_name_and_the_value_stands_in_no_address(desk, receive):
    report = receive().report
    assert report.number in page(desk, "/reports/find/", value=f"  who knows {WALLET}?")
    assert report.number in page(desk, "/reports/find/", value="https://SOCIAL.example/profile/annika_1998")
    for nothing in ("annika", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "x" * 3000, " "):
        assert "No report names it" in page(desk, "/reports/find/", value=nothing)
    assert desk.get("/reports/find/").status_code == 405


def test_news_and_withdrawn_danger_stay_in_the_open_queue(desk, receive, agency, reader):
    closed, with_news, withdrawn = receive(), receive(), receive()
    with scope(agency=agency):
        for receipt in (closed, with_news):
            change_state(actor=reader, report=receipt.report, state="done")
        write_message_as_reporter(open_report_by_code(agency, with_news.code), text="it goes on")
        withdraw(open_report_by_code(agency, withdrawn.code))
    html = page(desk, "/reports/")
    assert f">{closed.report.number}<" not in html
    assert f">{with_news.report.number}<" in html
    assert "wrote again" in html
    assert f">{withdrawn.report.number}<" in html
    assert f">{closed.report.number}<" in page(desk, "/reports/?state=all")


def test_a_danger_report_nobody_opened_shows_its_minutes(desk, receive, agency):
    report = receive().report
    with scope(agency=agency):
        DangerClock.objects.update(minute=timezone.now() - timedelta(minutes=42))
    assert "42 minutes" in page(desk, "/reports/")
    assert report.number


def test_every_page_says_whether_the_room_is_open_and_does_not_keep_it_open(open_desk, reader, agency):
    assert "Reading room open until" in page(open_desk, "/cases/")
    used = timezone.now() - timedelta(minutes=14)
    with scope(agency=agency):
        ReadingRoom.objects.update(used=used)
    assert "Reading room open until" in page(open_desk, "/cases/")
    with scope(agency=agency):
        assert ReadingRoom.objects.get().used == used
        ReadingRoom.objects.update(used=timezone.now() - timedelta(minutes=16))
    assert "Reading room closed" in page(open_desk, "/cases/")


def test_who_may_not_read_reports_sees_no_reading_room(person, signed_in):
    assert "Reading room" not in page(signed_in(person("administrator")), "/people/")
