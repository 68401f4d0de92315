"""Staff and a report: the reading room opens it, the log says so first, a case takes a copy."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_scopes import scope

from amparo.web.accounts.actions import found_person
from amparo.web.audit.actors import SYSTEM
from amparo.web.audit.models import LogLine
from amparo.web.cases.authorisation import OutsideAuthorisation
from amparo.web.cases.models import Case
from amparo.web.common.errors import NotAllowed, NotFound
from amparo.web.reports import desk
from amparo.web.reports.actions import (
    answer_from_template,
    change_state,
    close_reading_room,
    enrol_staff_key,
    enter_room,
    make_agency_keys,
    open_case_from_report,
    open_reading_room,
    open_report_by_code,
    read_report,
    recover_agency,
    take_report,
    write_message_as_reporter,
)
from amparo.web.reports.errors import (
    NotAReader,
    NotForThisPerson,
    RecoveryRefused,
    RoomClosed,
    StateDoesNotFollow,
    WrongPassphrase,
)
from amparo.web.reports.models import DangerBucket, DangerClock, ReadingRoom, ReportCopy, StaffKey
from amparo.web.reports.sealing import new_key

WALLET = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"

COMPLAINT = {
    "kind": "complaint",
    "reference": "C-1",
    "issuer": "the reporter",
    "valid_from": timezone.now().date(),
    "data_kinds": ["report"],
}


@pytest.fixture(autouse=True)
def in_scope(agency):
    with scope(agency=agency):
        yield


@pytest.fixture
def room(reader, room_cookie):
    return enter_room(reader, room_cookie)


def test_reading_shows_all_and_was_logged_before_anything_opened(receive, reader, room, monkeypatch, answers):
    report = receive().report
    logged_before = []
    opening = desk._open

    def watched(*args):
        logged_before.append(LogLine.objects.filter(action="report.read").count())
        return opening(*args)

    monkeypatch.setattr(desk, "_open", watched)
    read = read_report(actor=reader, room=room, report=report)
    assert logged_before == [1]
    assert read.answers["words"] == answers["words"]
    assert read.contact == answers["contact"]
    assert WALLET in {each["value"] for each in read.observables}


def test_the_danger_clock_becomes_a_count(receive, reader, room):
    report = receive().report
    DangerClock.objects.filter(report=report).update(minute=timezone.now() - timedelta(minutes=20))
    read_report(actor=reader, room=room, report=report)
    assert not DangerClock.objects.exists()
    assert [(each.minutes, each.count) for each in DangerBucket.objects.all()] == [(30, 1)]


def test_the_room_needs_the_passphrase_and_the_cookie(reader, ceremony, person, agency, db):
    cookie = open_reading_room(actor=reader, passphrase=ceremony.passphrase.upper().replace("-", "  "))
    assert enter_room(reader, cookie).agency_keys.keys() == {1}
    with pytest.raises(WrongPassphrase):
        open_reading_room(actor=reader, passphrase="lusab-babad-lusab-babad-lusab")
    assert LogLine.objects.filter(action="room.refused").count() == 1
    with pytest.raises(NotAReader):
        open_reading_room(actor=person("analyst"), passphrase=ceremony.passphrase)
    with pytest.raises(NotAllowed):
        open_reading_room(actor=person("administrator"), passphrase=ceremony.passphrase)
    room_id, key = cookie.split(".")
    for bad in ("", "x", f"{room_id}.", f"{room_id}.{'A' * 44}", f"{room_id}.!", f"x.{key}"):
        with pytest.raises(RoomClosed):
            enter_room(reader, bad)
    with pytest.raises(RoomClosed):
        enter_room(person("analyst"), cookie)


@pytest.mark.parametrize(
    ("used", "opened"), [(timedelta(minutes=16), timedelta(minutes=16)), (timedelta(0), timedelta(hours=8, minutes=1))]
)
def test_the_room_closes_by_itself(reader, room_cookie, used, opened):
    now = timezone.now()
    ReadingRoom.objects.update(used=now - used, opened=now - opened)
    with pytest.raises(RoomClosed):
        enter_room(reader, room_cookie)
    assert not ReadingRoom.objects.exists()


def test_closing_closes_everywhere(reader, room_cookie):
    close_reading_room(actor=reader)
    with pytest.raises(RoomClosed):
        enter_room(reader, room_cookie)


def test_a_colleague_is_given_a_key_by_somebody_with_an_open_room(receive, reader, room, person, other_agency):
    report = receive().report
    colleague = person("investigator")
    passphrase = enrol_staff_key(actor=reader, room=room, colleague=colleague)
    cookie = open_reading_room(actor=colleague, passphrase=passphrase)
    assert read_report(actor=colleague, room=enter_room(colleague, cookie), report=report).answers
    again = enrol_staff_key(actor=reader, room=room, colleague=colleague)
    assert StaffKey.objects.filter(person=colleague).count() == 1
    with pytest.raises(WrongPassphrase):
        open_reading_room(actor=colleague, passphrase=passphrase)
    assert open_reading_room(actor=colleague, passphrase=again)
    stranger = found_person(actor=SYSTEM, agency=other_agency, username="x", password="long enough", roles=["analyst"])
    for wrong in (person("administrator"), stranger, reader):
        with pytest.raises(NotForThisPerson):
            enrol_staff_key(actor=reader, room=room, colleague=wrong)


def test_another_agencys_room_does_not_open_our_report(receive, other_agency):
    report = receive().report
    stranger = found_person(actor=SYSTEM, agency=other_agency, username="x", password="long enough", roles=["analyst"])
    with scope(agency=other_agency):
        theirs = make_agency_keys(other_agency, first=stranger)
        room = enter_room(stranger, open_reading_room(actor=stranger, passphrase=theirs.passphrase))
        with pytest.raises(NotFound):
            desk.report_for(stranger, report.pk)
    with pytest.raises(RoomClosed):
        read_report(actor=stranger, room=room, report=report)


def test_answers_come_from_templates_and_reach_the_reporter(agency, receive, reader, room):
    receipt = receive()
    answer_from_template(actor=reader, room=room, report=receipt.report, template="ask-where")
    opened = open_report_by_code(agency, receipt.code)
    assert opened.report.state == "need-answer"
    write_message_as_reporter(opened, text="it is @annika")
    read = read_report(actor=reader, room=room, report=receipt.report)
    assert [each.content for each in read.messages] == [{"template": "ask-where"}, {"text": "it is @annika"}]


def test_states_follow_and_need_the_permission(receive, reader, person):
    report = receive().report
    change_state(actor=reader, report=report, state="acting", reason="wallet is known")
    with pytest.raises(StateDoesNotFollow):
        change_state(actor=reader, report=report, state="received")
    with pytest.raises(StateDoesNotFollow):
        change_state(actor=reader, report=report, state="nonsense")
    with pytest.raises(NotAllowed):
        change_state(actor=person("overseer"), report=report, state="done")


def test_a_case_takes_a_copy_without_contact_data(receive, reader, room, answers):
    report = receive().report
    case = open_case_from_report(
        actor=reader, room=room, report=report, title="Sextortion of a pupil", authorisation=COMPLAINT
    )
    copy = ReportCopy.objects.get(case=case)
    assert copy.answers["words"] == answers["words"]
    assert "contact" not in copy.answers
    assert WALLET in {each["value"] for each in copy.observables}
    line = LogLine.objects.get(action="report.case-opened")
    assert line.case_id == case.pk
    assert str(copy.pk) in line.line
    assert WALLET not in line.line
    report.refresh_from_db()
    assert (report.state, report.holder) == ("acting", reader)


def test_an_authorisation_that_does_not_cover_reports_opens_nothing(receive, reader, room):
    report = receive().report
    with pytest.raises(OutsideAuthorisation):
        open_case_from_report(
            actor=reader, room=room, report=report, title="x", authorisation={**COMPLAINT, "data_kinds": ["files"]}
        )
    assert not Case.objects.exists()
    assert not ReportCopy.objects.exists()


def test_reports_that_name_the_same_are_found_by_hash(receive):
    first, second = receive().report, receive(demand=f"pay {WALLET}", where="https://other.example").report
    third = receive(demand="gift cards", where="https://third.example").report
    assert [each.pk for each in desk.naming_the_same(first)] == [second.pk]
    assert not desk.naming_the_same(third).exists()


def test_taking_a_report_is_recorded(receive, reader):
    report = receive().report
    take_report(actor=reader, report=report)
    report.refresh_from_db()
    assert report.holder == reader
    assert LogLine.objects.filter(action="report.taken").exists()


def test_the_paper_key_recovers_every_report(agency, receive, reader, ceremony, person, answers):
    key = new_key()
    report = receive(key=key).report
    with pytest.raises(RecoveryRefused):
        recover_agency(agency, recovery_words="lusab " * 17, person=reader)
    passphrase = recover_agency(agency, recovery_words=ceremony.recovery_words, person=reader)
    with pytest.raises(WrongPassphrase):
        open_reading_room(actor=reader, passphrase=ceremony.passphrase)
    room = enter_room(reader, open_reading_room(actor=reader, passphrase=passphrase))
    assert room.agency_keys.keys() == {2}
    assert read_report(actor=reader, room=room, report=report).answers["words"] == answers["words"]
    assert receive().report.keys.get(holder="agency").epoch == 2
