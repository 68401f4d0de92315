"""Tables read by profiles: columns, signs, statuses, order, and everything that does not add up."""

import csv
import json
from io import BytesIO, StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.ledger.accounts import Kind, Opening, Transfer
from amparo.ledger.statements import Options, Problem, guess_profile, profile_from, profiles, read_profile
from amparo.ledger.statements.errors import BadProfile
from amparo.ledger.statements.table import read_table

UK = "Date,Type,Description,Debit Amount,Credit Amount,Balance\n"
MPESA = "Receipt No.,Completion Time,Details,Transaction Status,Paid In,Withdrawn,Balance\n"


def read(text: str | bytes, profile: str = "bank-uk", **options: str) -> list[object]:
    data = text if isinstance(text, bytes) else text.encode()
    given = Options(account=options.pop("account", "A1"), **options)
    return list(read_table(BytesIO(data), "file.csv", given, profiles()[profile]))


def transfers(found: list[object]) -> list[Transfer]:
    return [each for each in found if isinstance(each, Transfer)]


def problems(found: list[object]) -> list[tuple[int, str, str, str]]:
    return [(p.place.line, p.reason, p.expected, p.found) for p in found if isinstance(p, Problem)]


def test_a_statement_by_hand() -> None:
    found = read(UK + '01/02/2026,FPI,Salary,,1500.00,1600.00\n02/02/2026,CPT,ATM,200.00,,"1,400.00"\n')
    assert found[0] == Opening("bank:A1", "A1", "GBP", 10000, "file.csv:2")
    first, second = transfers(found)
    assert (first.sender, first.receiver, first.amount, first.precise) == (None, "A1", 150000, False)
    assert (second.sender, second.receiver, second.amount, second.kind) == ("A1", None, 20000, Kind.CASH)
    assert second.source == "file.csv:3"
    assert first.position < second.position
    assert not problems(found)


def test_a_balance_that_does_not_add_up_is_said_at_its_line_with_what_was_expected() -> None:
    rows = "01/02/2026,x,a,,100.00,200.00\n02/02/2026,x,b,50.00,,140.00\n03/02/2026,x,c,40.00,,100.00\n"
    found = read(UK + rows)
    assert problems(found) == [(3, "balance-break", "150.00", "140.00")]
    assert len(transfers(found)) == 3


def test_a_missing_day_shows_as_a_break_and_a_range_is_held() -> None:
    rows = "01/02/2026,x,a,,100.00,200.00\n03/02/2026,x,c,40.00,,100.00\n"
    assert problems(read(UK + rows)) == [(3, "balance-break", "160.00", "100.00")]
    ranged = read(UK + "01/02/2026,x,a,,100.00,200.00\n", first_day="2026-02-02", last_day="2026-02-28")
    assert problems(ranged) == [(2, "outside-range", "2026-02-02…2026-02-28", "2026-02-01")]


def test_two_currencies_in_one_account_are_said_and_never_added() -> None:
    head = "Buchungstag;Verwendungszweck;Betrag;Währung\n"
    found = read(head + "01.02.2026;a;-1,00;EUR\n02.02.2026;b;-2,00;USD\n03.02.2026;c;-3,00;USD\n", "bank-eu")
    assert problems(found) == [(3, "second-currency", "EUR", "USD")]
    assert [(each.asset, each.amount) for each in transfers(found)] == [("EUR", 100), ("USD", 200), ("USD", 300)]


def test_the_same_line_twice_is_booked_once_where_the_balance_proves_it() -> None:
    line = "01/02/2026,x,a,,100.00,200.00\n"
    found = read(UK + line + line)
    assert problems(found) == [(3, "duplicate-line", "file.csv:2", "a")]
    assert len(transfers(found)) == 1
    # Without a balance two equal payments of one day are possible: both are booked, and it is said.
    bare = "Date,Description,Debit Amount,Credit Amount\n"
    found = read(bare + "01/02/2026,a,,100.00\n01/02/2026,a,,100.00\n")
    assert problems(found) == [(3, "same-as-line", "file.csv:2", "a")]
    assert len(transfers(found)) == 2


def test_a_file_that_begins_with_its_newest_line_is_read_in_time_order() -> None:
    rows = ["01/02/2026,x,a,,100.00,200.00\n", "02/02/2026,x,b,50.00,,150.00\n", "02/02/2026,x,c,50.00,,99.00\n"]
    found = read(UK + "".join(reversed(rows)))
    assert [each.remarks for each in sorted(transfers(found), key=lambda each: each.position)] == ["a", "b", "c"]
    assert Opening("bank:A1", "A1", "GBP", 10000, "file.csv:4") in found
    assert problems(found) == [(2, "balance-break", "100.00", "99.00")]


def test_lines_of_one_day_are_ordered_by_their_balances() -> None:
    rows = "01/02/2026,x,late,50.00,,150.00\n01/02/2026,x,early,,100.00,200.00\n"
    found = read(UK + rows)
    assert not problems(found)
    assert [each.remarks for each in sorted(transfers(found), key=lambda each: each.position)] == ["early", "late"]


def test_a_line_out_of_order_keeps_its_place_and_is_said() -> None:
    days = ["01/02/2026,a", "05/02/2026,b", "03/02/2026,c", "06/02/2026,d"]
    rows = "".join(f"{each.split(',')[0]},x,{each.split(',')[1]},1.00,,\n" for each in days)
    found = read(UK + rows)
    assert problems(found) == [(4, "out-of-order", "2026-02-05", "2026-02-03")]
    assert [each.remarks for each in sorted(transfers(found), key=lambda each: each.position)] == ["a", "b", "c", "d"]


def test_a_page_that_is_missing_is_said() -> None:
    head = "Page,Tran Date,Narration,Debit,Credit,Balance\n"
    found = read(head + "1,01/02/2026,a,1.00,,9.00\n3,02/02/2026,b,1.00,,7.00\n", "bank-african", currency="KES")
    assert problems(found) == [(3, "missing-page", "2", "3"), (3, "balance-break", "8.00", "7.00")]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        pytest.param("02.01.2026,x,a,1.00,,", "unclear-date", id="another-date-form"),
        pytest.param("31/04/2026,x,a,1.00,,", "unclear-date", id="no-such-day"),
        pytest.param('01/02/2026,x,a,"1.234,56",,', "bad-grouping", id="european-number"),
        pytest.param("01/02/2026,x,a,1.005,,", "too-precise", id="half-a-penny"),
        pytest.param("01/02/2026,x,a,1.00,2.00,", "sign-unclear", id="both-columns"),
        pytest.param("01/02/2026,x,a,-1.00,,", "sign-unclear", id="negative-debit"),
        pytest.param("01/02/2026,x,a,,,", "bad-amount", id="no-amount"),
        pytest.param("Total,,,100.00,,", "unclear-date", id="a-line-of-totals"),
        pytest.param("01/02/2026", "bad-amount", id="a-short-row"),
    ],
)
def test_a_line_that_cannot_be_read_is_lost_with_its_reason_never_guessed(row: str, reason: str) -> None:
    found = read(UK + row + "\n")
    assert [(line, why) for line, why, *_ in problems(found)] == [(2, reason)]
    assert not transfers(found)
    assert all(each.lost for each in found if isinstance(each, Problem))


def test_an_ambiguous_date_means_what_the_profile_says_and_two_profiles_are_offered() -> None:
    sample = b"Transaction Date,Posting Date,Description,Amount,Balance,Debit,Credit\n"
    sample += b"01/02/2026,01/02/2026,x,-5.00,95.00,5.00,\n"
    guesses = guess_profile(sample)
    assert {each.profile.name for each in guesses} == {"bank-us", "bank-african"}
    assert all(each.ambiguous for each in guesses)
    assert len({each.example for each in guesses}) == 2


def test_a_guess_finds_the_profile_and_says_what_it_reads() -> None:
    sample = (MPESA + 'QA1,2026-02-03 12:15:30,Pay Bill,Completed,,"-1,000.00",500.00\n').encode()
    (guess,) = guess_profile(sample)
    assert (guess.profile.name, guess.lines, guess.problems, guess.ambiguous) == ("mpesa", 1, 0, False)
    assert guess_profile(b"nothing,to,see\n1,2,3\n") == ()


def test_mobile_money_books_what_was_completed_and_says_the_rest() -> None:
    rows = (
        "QA3,2026-02-03 12:17:00,Customer Transfer to - 0722000001 Sue,Failed,,-5.00,890.00\n"
        "QA2,2026-02-03 12:16:00,Customer Transfer of Funds Charge,Completed,,-10.00,890.00\n"
        "QA2,2026-02-03 12:16:00,Customer Transfer to - 254722000001 Sue,Completed,,-100.00,900.00\n"
        'QA1,2026-02-03 12:15:30,Deposit of Funds at Agent Till,Completed,"1,000.00",,"1,000.00"\n'
        "QA0,2026-02-03 12:15:00,Reversal,Cancelled,1.00,,0.00\n"
    )
    found = read("M-PESA STATEMENT\n\nCustomer Name:,Joe Example\n" + MPESA + rows, "mpesa", account="254700000001")
    assert [(line, why, what) for line, why, _, what in problems(found)] == [
        (5, "not-booked", "Failed"), (9, "not-booked", "Cancelled"),
    ]  # fmt: skip
    booked = sorted(transfers(found), key=lambda each: each.position)
    assert [(each.kind, each.amount, each.ref) for each in booked] == [
        (Kind.CASH, 100000, "QA1"), (Kind.MOBILE, 10000, "QA2"), (Kind.FEE, 1000, "QA2"),
    ]  # fmt: skip
    assert booked[1].extra == {"counterparty": "254722000001"}
    assert booked[1].time == 1770110160
    assert Opening("mobile:254700000001", "254700000001", "KES", 0, "file.csv:8") in found


def test_other_mobile_operators_state_fees_beside_the_amount() -> None:
    head = "Id,Date,Status,Type,Direction,Amount,Fee,Balance,Currency,Counterparty\n"
    rows = "1,2026-02-03 10:00:00,Successful,Transfer,Debit,50000,500,149500,UGX,256700000002\n"
    found = read(head + rows, "momo-mtn", account="256700000001")
    assert [(each.kind, each.amount, each.sender) for each in transfers(found)] == [
        (Kind.MOBILE, 50000, "256700000001"), (Kind.FEE, 500, "256700000001"),
    ]  # fmt: skip
    assert Opening("mobile:256700000001", "256700000001", "UGX", 200000, "file.csv:2") in found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_encodings(encoding: str) -> None:
    text = "Buchungstag;Verwendungszweck;Betrag;Währung\r\n01.02.2026;Café Ünal;-1.234,50;EUR\r\n"
    own = profile_from({**profiles()["bank-eu"].as_dict(), "name": "own", "encoding": encoding.removesuffix("-sig")})
    (found,) = transfers(list(read_table(BytesIO(text.encode(encoding)), "f", Options(account="1"), own)))
    assert (found.remarks, found.amount) == ("Café Ünal", 123450)


def test_headings_that_pages_repeat_are_no_lines() -> None:
    line = "01/02/2026,x,a,,100.00,200.00\n"
    assert not problems(read(UK + line + UK + "02/02/2026,x,b,1.00,,199.00\n"))


def test_several_accounts_in_one_table_are_books_of_their_own() -> None:
    head = "Account Number,Date,Description,Debit Amount,Credit Amount,Balance\n"
    found = read(head + "1,01/02/2026,a,,1.00,1.00\n2,01/02/2026,a,,1.00,9.00\n1,02/02/2026,b,,1.00,2.00\n")
    assert not problems(found)
    assert {each.ledger for each in transfers(found)} == {"bank:1", "bank:2"}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"decimal": "x"}, "decimal"),
        ({"thousands": ","}, "same sign"),
        ({"sign": "guess"}, "sign"),
        ({"dates": ["%x"]}, "digits"),
        ({"dates": []}, "format"),
        ({"encoding": "utf-7"}, "encoding"),
        ({"columns": {"date": "D"}}, "amounts"),
        ({"columns": {"amount": "A"}}, "date"),
        ({"columns": []}, "names"),
        ({"delimiter": ";;"}, "delimiter"),
        ({"currency": "DEM"}, "currency"),
        ({"surprise": 1}, "surprise"),
        ({"title": 5}, "title"),
    ],
)
def test_a_profile_that_cannot_be_used_says_why(change: dict[str, object], why: str) -> None:
    good = profiles()["bank-eu"].as_dict()
    with pytest.raises(BadProfile, match=why):
        profile_from({**good, **change})


def test_profiles_are_files_that_read_back() -> None:
    for profile in profiles().values():
        assert read_profile(json.dumps(profile.as_dict()).encode()) == profile
    for data in (b"", b"[]", b"{}", b"[" * 100_000, b"{" + b" " * 100_000 + b"}"):
        with pytest.raises(BadProfile):
            read_profile(data)


AMOUNTS = st.lists(st.integers(-(10**9), 10**9).filter(bool), min_size=1, max_size=20)


@given(AMOUNTS, st.integers(-(10**9), 10**9), st.booleans())
@settings(max_examples=40)
def test_a_table_written_from_lines_reads_back_equal(amounts: list[int], opening: int, newest_first: bool) -> None:
    """A European table with a running balance, in either order: amounts, order and opening return; nothing is said."""
    rows, balance = [], opening
    for number, amount in enumerate(amounts):
        balance += amount
        rows.append([f"{1 + number:02d}.03.2026", f"line {number}", european(amount), european(balance), "EUR"])
    sink = StringIO()
    csv.writer(sink, delimiter=";").writerows(
        [["Buchungstag", "Verwendungszweck", "Betrag", "Saldo", "Währung"], *(reversed(rows) if newest_first else rows)]
    )
    found = read(sink.getvalue(), "bank-eu")
    booked = sorted(transfers(found), key=lambda each: each.position)
    assert [each.amount if each.sender is None else -each.amount for each in booked] == amounts
    assert [each.amount for each in found if isinstance(each, Opening)] == [opening]
    assert not problems(found)


def european(amount: int) -> str:
    whole, rest = divmod(abs(amount), 100)
    return f"{'-' if amount < 0 else ''}{whole:,}".replace(",", ".") + f",{rest:02d}"
