"""Statements read from exhibits into books, joins that people decide, one trace from the bank to the cash."""

import csv
import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.ledger.joins import fraud

from amparo.ledger.joins.errors import DecisionNeeds
from amparo.web.audit.models import LogLine
from amparo.web.cases.authorisation import OutsideAuthorisation
from amparo.web.cases.models import Authorisation
from amparo.web.common.errors import NotAllowed
from amparo.web.common.models import Job
from amparo.web.exhibits.actions import deposit_file
from amparo.web.exhibits.models import Exhibit
from amparo.web.traces import actions
from amparo.web.traces.books import store_of_book
from amparo.web.traces.errors import AccountUnknown, BookNotEmpty, FileThere, NoBooks, PoisonNeedsLimit
from amparo.web.traces.models import Book, JoinDecision, Trace

FILES = Path(__file__).resolve().parents[2] / "fixtures/fraud"
WHOLE = "@0"


@pytest.fixture
def deposited(lead, case, home, in_agency, at_once):
    """deposited("bank.xml", data=None): one file as an exhibit of the case."""

    def make(name: str, data: bytes | None = None) -> Exhibit:
        upload = SimpleUploadedFile(name, data if data is not None else (FILES / name).read_bytes())
        with at_once():
            made = deposit_file(actor=lead, case=case, files=[(name, [upload.read()])], label=name)
        return Exhibit.objects.select_related("case__agency").get(pk=made.pk)

    return make


@pytest.fixture
def read(lead, deposited, at_once):
    def make(name: str, reader: str, book: Book | None = None, data: bytes | None = None, **asked: str) -> Book:
        exhibit = deposited(name, data)
        with at_once():
            book = actions.add_to_book(
                actor=lead, exhibit=exhibit, path=WHOLE, reader=reader, asked=asked, book=book, name=name
            )
        job = Job.objects.get(pk=book.job_id)
        assert job.state == "done", job.error_code
        return Book.objects.get(pk=book.pk)

    return make


@pytest.fixture
def bank(read) -> Book:
    return read("bank-camt053.xml", "camt053")


@pytest.fixture
def story(read, bank) -> list[Book]:
    """The made fraud: seven files of five parties."""
    mobile = [
        read(f"mobile-{number}.csv", "table", profile="mpesa", account=number)
        for number in (fraud.MULE, fraud.SECOND, fraud.CASHER)
    ]
    return [
        bank,
        *mobile,
        read("exchange-records.csv", "exchange", service=fraud.EXCHANGE),
        read("otc-records.csv", "exchange", service=fraud.DESK),
        read("tron-usdt.jsonl", "tron-table"),
    ]


@pytest.fixture
def joined(story, lead, case, at_once):
    with at_once():
        actions.start_joins(actor=lead, case=case)
    for each in JoinDecision.objects.all():
        actions.decide_join(actor=lead, decision=each, accepted=True, why="The records agree")
    return story


def test_a_statement_becomes_a_book_with_its_days_and_digest(bank, lead, signed_in) -> None:
    assert (bank.number, bank.ledger, bank.facts["problems"]) == ("B1", f"bank:{fraud.BANK_ACCOUNT}", 0)
    page = signed_in(lead).get(f"/traces/books/{bank.pk}/").content.decode()
    assert "250,000.00 KES" in page
    assert bank.facts["digest"] in page
    assert bank.files.get().sha256 in page
    assert LogLine.objects.filter(action="book.read", case_id=bank.case_id).count() == 1


def test_how_it_would_be_read_is_shown_before_it_is_kept(deposited, lead, signed_in, at_once) -> None:
    exhibit = deposited(f"mobile-{fraud.MULE}.csv")
    client = signed_in(lead)
    where = f"/traces/exhibits/{exhibit.pk}/read/"
    assert "M-Pesa statement" in client.get(where).content.decode()
    asked = {"reader": "table", "profile": "mpesa", "account": fraud.MULE}
    shown = client.post(where, asked).content.decode()
    assert "How its first lines would be booked" in shown
    assert "KES" in shown
    assert not Book.objects.exists()
    with at_once():
        answer = client.post(where, {**asked, "keep": "yes"})
    assert answer.status_code == 302
    assert Book.objects.get().facts["transfers"] > 5


def test_what_does_not_fit_is_said_and_nothing_is_kept(deposited, lead, signed_in) -> None:
    exhibit = deposited("notes.txt", b"This is no statement.\n" * 20)
    client = signed_in(lead)
    answer = client.post(f"/traces/exhibits/{exhibit.pk}/read/", {"reader": "camt053", "keep": "yes"})
    assert answer.status_code == 400
    assert b"L6" in answer.content
    assert not Book.objects.exists()


def test_a_balance_that_does_not_add_up_is_said_at_its_line(read, lead, signed_in) -> None:
    lines = ("Date,Description,Money Out,Money In,Balance", "03/01/2026,Rent,100.00,,900.00")
    table = "\n".join([*lines, "04/01/2026,Wage,,500.00,1390.00", ""]).encode()
    book = read("statement.csv", "table", data=table, profile="bank-uk", account="12345678", currency="GBP")
    assert book.facts["problems"] == 1
    page = signed_in(lead).get(f"/traces/books/{book.pk}/").content.decode()
    assert "the running balance does not add up" in page
    assert "statement.csv:3" in page
    assert "1,400.00" in page or "1400.00" in page


def test_the_same_file_twice_and_tron_in_another_book_are_refused(bank, read, deposited, lead) -> None:
    exhibit = bank.files.get().exhibit
    with pytest.raises(FileThere):
        actions.add_to_book(actor=lead, exhibit=exhibit, path=WHOLE, reader="camt053", asked={})
    tron = deposited("tron-usdt.jsonl")
    with pytest.raises(BookNotEmpty):
        actions.add_to_book(actor=lead, exhibit=tron, path=WHOLE, reader="tron-table", asked={}, book=bank)


def test_without_authorisation_for_money_nothing_is_read_or_shown(bank, lead, second, deposited, signed_in) -> None:
    with pytest.raises(NotAllowed):
        actions.open_statement(actor=second, exhibit=bank.files.get().exhibit, path=WHOLE)
    Authorisation.objects.update(data_kinds=["files"])
    with pytest.raises(OutsideAuthorisation):
        actions.open_statement(actor=lead, exhibit=bank.files.get().exhibit, path=WHOLE)
    client = signed_in(lead)
    page = client.get(f"/traces/case/{bank.case_id}/books/").content.decode()
    assert "1 book is outside the authorisations" in page
    assert b"W301" in client.get(f"/traces/books/{bank.pk}/").content


def test_joins_are_proposed_with_level_and_decided_with_a_reason(story, lead, case, signed_in, at_once) -> None:
    client = signed_in(lead)
    with at_once():
        assert client.post(f"/traces/case/{case.pk}/joins/look/").status_code == 302
    assert JoinDecision.objects.count() == 11
    page = client.get(f"/traces/case/{case.pk}/joins/").content.decode()
    assert "One side names the account of the other" in page
    assert "250,000.00 KES → 250,000.00 KES" in page
    one = JoinDecision.objects.get(level="derived")
    with pytest.raises(DecisionNeeds):
        actions.decide_join(actor=lead, decision=one, accepted=True, why=" ")
    assert (
        client.post(f"/traces/joins/{one.pk}/decide/", {"accept": "yes", "why": "Number and amount"}).status_code == 302
    )
    one.refresh_from_db()
    assert (one.state, one.reason, one.decided_by) == ("accepted", "Number and amount", lead)
    with at_once():
        actions.start_joins(actor=lead, case=case)
    one.refresh_from_db()
    assert one.state == "accepted"  # looking again forgets no decision
    assert LogLine.objects.filter(action="join.decided").count() == 1


def payment(book: Book) -> str:
    """The line of the victim's payment, as a person copies it from the book."""
    store = store_of_book(book)
    row = next(each for each in store.transfers(ledger=book.ledger) if each.ref == "FT26034EX1")
    return f"{row.ledger}@{':'.join(map(str, row.position))}"


def test_one_trace_from_the_bank_to_the_cash(joined, lead, case, signed_in, at_once) -> None:
    with at_once():
        made = actions.start_account_trace(actor=lead, case=case, seed=payment(joined[0]), rules=["fifo", "haircut"])
    made.refresh_from_db()
    assert Job.objects.get(pk=made.job_id).state == "done"
    for result in made.results.all():
        assert sum(int(total["claims"]) for total in result.totals) == 25_000_000
        assert {step["ledger"].partition(":")[0] for step in result.result["steps"]} == {
            *("bank", "mobile", "exchange", "tron"),
        }
        assert len(result.result["joins"]) == 11
        assert result.recipe["tool"] == "ledger.trace-accounts"
    client = signed_in(lead)
    page = client.get(f"/traces/{made.pk}/?rule=fifo").content.decode()
    assert "Joins on the way" in page
    assert "The records agree" in page
    assert "Rules side by side" in page
    assert "14,590.00 KES" in page  # what the mule still holds, by hand
    rows = list(csv.DictReader(io.StringIO(b"".join(client.get(f"/traces/{made.pk}/fifo.csv")).decode())))
    assert len(rows) == len(made.results.get(rule="fifo").result["steps"])
    arabic = client.get(f"/traces/{made.pk}/?rule=fifo", headers={"accept-language": "ar"})
    assert arabic.status_code == 200


def test_what_cannot_start(bank, lead, case, person, agency) -> None:
    with pytest.raises(AccountUnknown):
        actions.start_account_trace(actor=lead, case=case, seed="nobody", rules=["fifo"])
    with pytest.raises(PoisonNeedsLimit):
        actions.start_account_trace(actor=lead, case=case, seed=fraud.BANK_ACCOUNT, rules=["poison"])
    Book.objects.update(facts={})
    with pytest.raises(NoBooks):
        actions.start_account_trace(actor=lead, case=case, seed=fraud.BANK_ACCOUNT, rules=["fifo"])
    assert not Trace.objects.exists()


def test_an_account_may_be_written_as_in_a_report(bank) -> None:
    """A telephone number with its +, an IBAN in groups of four."""
    store = store_of_book(bank)
    written = f"+{fraud.BANK_ACCOUNT[:4]} {fraud.BANK_ACCOUNT[4:]}"
    assert actions.account_seeds([store], [written], "sent") == actions.account_seeds(
        [store], [fraud.BANK_ACCOUNT], "sent"
    )


def test_what_an_account_sent_is_a_start_too(bank, lead, case, at_once) -> None:
    with at_once():
        made = actions.start_account_trace(
            actor=lead, case=case, seed=fraud.BANK_ACCOUNT, rules=["fifo"], side="sent", max_hops=3
        )
    (result,) = made.results.all()
    assert all(int(total["left"]) for total in result.totals)


def test_a_trace_over_a_doubtful_statement_says_so(read, lead, case, signed_in, at_once) -> None:
    lines = ("Date,Description,Money Out,Money In,Balance", "03/01/2026,Rent,100.00,,900.00")
    table = "\n".join([*lines, "04/01/2026,Wage,,500.00,1390.00", ""]).encode()
    read("statement.csv", "table", data=table, profile="bank-uk", account="12345678", currency="GBP")
    with at_once():
        made = actions.start_account_trace(actor=lead, case=case, seed="12345678", rules=["fifo"])
    page = signed_in(lead).get(f"/traces/{made.pk}/").content.decode()
    assert "the running balance does not add up" in page
