"""With the code: open, write again, withdraw. Without it: nothing, and always the same nothing."""

import pytest
from django_scopes import scope

from amparo.web.reports import intake, reporter, sealing
from amparo.web.reports.actions import open_report_by_code, withdraw, write_message_as_reporter
from amparo.web.reports.codes import grouped, new_code
from amparo.web.reports.desk import change_state
from amparo.web.reports.errors import MessageDoesNotFit, StateDoesNotFollow
from amparo.web.reports.messages import read_message
from amparo.web.reports.models import Message, Report, ReportKey, StateChange
from amparo.web.reports.sealing import Kdf, new_key
from amparo.web.reports.wraps import make_wrap


@pytest.fixture(autouse=True)
def in_scope(agency):
    with scope(agency=agency):
        yield


def test_the_code_opens_the_report_in_any_spelling(agency, receive):
    key = new_key()
    receipt = receive(key=key)
    for typed in (receipt.code, grouped(receipt.code).lower(), f"  {receipt.code[:7]} {receipt.code[7:]}"):
        opened = open_report_by_code(agency, typed)
        assert opened is not None
        assert (opened.report.pk, opened.key) == (receipt.report.pk, key)


@pytest.mark.parametrize("typed", ["", "x", "0" * 20, "\x00" * 20, "\ud800", "A" * 10_000])
def test_wrong_and_malformed_codes_cost_the_same_slow_hash(agency, receive, monkeypatch, typed):
    receive()
    derived = []

    class Counting(Kdf):
        def derive(self, secret, salt):
            derived.append(self.name)
            return super().derive(secret, salt)

    monkeypatch.setattr(sealing, "CODE_KDF", Counting("argon2id", 65536, 1))
    assert open_report_by_code(agency, typed) is None
    assert derived == ["argon2id"]


def test_another_agencys_code_opens_nothing(other_agency, receive):
    code = receive().code
    with scope(agency=other_agency):
        assert open_report_by_code(other_agency, code) is None


def test_a_copy_made_in_haste_is_hardened_at_first_use(agency, receive, monkeypatch):
    class Empty:
        def take(self):
            return make_wrap(sealing.FAST)

    monkeypatch.setattr(intake, "_pool", Empty)
    key = new_key()
    receipt = receive(key=key)
    copy = ReportKey.objects.get(report=receipt.report, holder="reporter")
    assert copy.kdf == str(sealing.FAST)
    assert open_report_by_code(agency, receipt.code).key == key
    copy.refresh_from_db()
    assert copy.kdf == str(sealing.CODE_KDF)
    assert open_report_by_code(agency, receipt.code).key == key


def test_writing_again_is_sealed_and_ends_the_waiting(agency, receive, person):
    receipt = receive()
    change_state(actor=person("analyst"), report=receipt.report, state="need-answer")
    opened = open_report_by_code(agency, receipt.code)
    message = write_message_as_reporter(opened, text=" She wrote again\x00 ")
    assert b"wrote" not in bytes(message.sealed)
    assert read_message(Message.objects.get(), opened.report, opened.key) == {"text": "She wrote again\ufffd"}
    assert Report.objects.get().state == "triaged"


def test_a_message_moved_to_another_report_does_not_open(agency, receive):
    key = new_key()
    first, second = receive(key=key), receive(key=key)
    message = write_message_as_reporter(open_report_by_code(agency, first.code), text="hello")
    with pytest.raises(sealing.DoesNotOpen):
        read_message(message, second.report, key)


@pytest.mark.parametrize("text", ["", " \n ", "x" * 5001])
def test_empty_and_too_long_messages_are_refused(agency, receive, text):
    opened = open_report_by_code(agency, receive().code)
    with pytest.raises(MessageDoesNotFit):
        write_message_as_reporter(opened, text=text)
    assert not Message.objects.exists()


def test_withdrawing_is_final_and_seen(agency, receive, person):
    receipt = receive(category="phishing", age="", danger="no", words="a false parcel message")
    withdraw(open_report_by_code(agency, receipt.code))
    opened = open_report_by_code(agency, receipt.code)
    assert opened.report.state == "withdrawn"
    assert StateChange.objects.get().after == "withdrawn"
    with pytest.raises(StateDoesNotFollow):
        withdraw(opened)
    with pytest.raises(StateDoesNotFollow):
        change_state(actor=person("analyst"), report=opened.report, state="acting")


def test_a_withdrawn_danger_report_is_still_decided_by_an_officer(agency, receive, person):
    """Whoever found the code can withdraw; a child in danger must not vanish by that."""
    receipt = receive()
    opened = open_report_by_code(agency, receipt.code)
    withdraw(opened)
    assert not opened.report.is_closed
    change_state(actor=person("analyst"), report=opened.report, state="acting")
    assert Report.objects.get().state == "acting"


def test_guesses_hold_one_of_two_places_only():
    assert reporter._GUESSES.acquire(blocking=False)
    assert not reporter._GUESSES.acquire(blocking=False)
    assert reporter._GATE.acquire(blocking=False)
    assert reporter._GATE.acquire(blocking=False)
    assert not reporter._GATE.acquire(blocking=False)
    reporter._GATE.release()
    reporter._GATE.release()
    reporter._GUESSES.release()
    assert new_code() != new_code()
