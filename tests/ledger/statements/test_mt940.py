"""MT940: fields, pages, several statements, structured details, and what does not follow."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.ledger.accounts import Opening, Transfer
from amparo.ledger.statements import Options, Problem
from amparo.ledger.statements.errors import BrokenStatement
from amparo.ledger.statements.mt940 import Mt940
from amparo.ledger.statements.times import day_of

IBAN = "DE02120300000000202051"


def read(text: str, **options: str) -> list[object]:
    return list(Mt940().read(BytesIO(text.encode()), "file.sta", Options(**options)))


def transfers(found: list[object]) -> list[Transfer]:
    return [each for each in found if isinstance(each, Transfer)]


def problems(found: list[object]) -> list[tuple[int, str, str, str]]:
    return [(p.place.line, p.reason, p.expected, p.found) for p in found if isinstance(p, Problem)]


def statement(number: str, opening: str, lines: str, closing: str, account: str = IBAN, mark: str = "F") -> str:
    return (
        f":20:STARTUMSE\r\n:25:{account}\r\n:28C:{number}\r\n:60{mark}:{opening}\r\n{lines}:62{mark}:{closing}\r\n-\r\n"
    )


def test_a_statement_by_hand() -> None:
    lines = (
        ":61:2602020203C1500,00NTRFNONREF//BANK77\r\n"
        ":86:166?00GUTSCHRIFT?20EREF+INV-77?21SVWZ+Invoice?22 77?30COBADEFFXXX?31DE89370400440532013000\r\n"
        "?32EXAMPLE GMBH?33 AND CO\r\n"
        ":61:260203D20,5NMSCREF1\r\nsupplement\r\n:86:plain text\r\nof two lines\r\n"
        ":61:260203RC1,00NTRFX\r\n:61:260203RD2,00NTRFX\r\n"
    )
    found = read("{1:F01X}{2:I940X}{4:\r\n" + statement("00012/001", "C260201EUR100,00", lines, "C260203EUR1580,50"))
    assert found[0] == Opening(f"bank:{IBAN}", IBAN, "EUR", 10000, "file.sta:5")
    first, second, third, fourth = transfers(found)
    assert (first.receiver, first.amount, first.ref, first.remarks) == (IBAN, 150000, "INV-77", "Invoice 77")
    assert first.extra["counterparty"] == "DE89370400440532013000"
    assert "EXAMPLE" in first.extra["counterparty_name"]
    assert day_of(first.time) == date(2026, 2, 3)
    assert not first.precise
    assert (second.sender, second.amount, second.ref) == (IBAN, 2050, "REF1")
    assert second.remarks == "supplement plain text of two lines"
    assert (third.sender, third.amount, fourth.receiver, fourth.amount) == (IBAN, 100, IBAN, 200)
    assert third.extra["reversal"]
    assert not problems(found)


def test_words_between_slashes() -> None:
    lines = ":61:260203D20,00NTRFNONREF\r\n:86:/EREF/E-1//IBAN/NL91ABNA0417164300/NAME/J Example/REMI/For\r\n you\r\n"
    (found,) = transfers(read(statement("1/1", "C260201EUR100,00", lines, "C260203EUR80,00")))
    assert (found.ref, found.extra["counterparty"]) == ("E-1", "NL91ABNA0417164300")
    assert (found.extra["counterparty_name"], found.remarks) == ("J Example", "For you")


def test_a_closing_balance_that_differs_is_said_at_its_line() -> None:
    found = read(statement("1/1", "C260201EUR100,00", ":61:260203D20,00NTRFX\r\n", "C260203EUR79,00"))
    assert problems(found) == [(6, "closing-differs", "80.00", "79.00")]


def test_statements_and_pages_follow_each_other() -> None:
    line = ":61:260203D20,00NTRFX{}\r\n"
    first = statement("1/1", "C260201EUR100,00", line.format(1), "C260203EUR80,00", mark="M")
    page = statement("1/2", "C260203EUR80,00", line.format(2), "C260203EUR60,00", mark="M")
    second = statement("2/1", "C260203EUR60,00", line.format(3), "C260204EUR40,00")
    found = read(first + page + second)
    assert not problems(found)
    assert len(transfers(found)) == 3
    assert len({each.position for each in transfers(found)}) == 3
    assert sum(isinstance(each, Opening) for each in found) == 1
    # Without the page its lines are missing: number and balance both say so.
    found = read(first + second)
    assert problems(found) == [(11, "opening-differs", "80.00", "60.00")]
    third = statement("4/1", "C260204EUR40,00", line.format(4), "C260205EUR20,00")
    assert [why for _, why, *_ in problems(read(first + page + second + third))] == ["missing-statement"]


def test_several_accounts_and_an_account_that_carries_its_currency() -> None:
    found = read(
        statement("1/1", "C260201EUR1,00", ":61:260203D1,00NTRFX\r\n", "C260203EUR0,00", account=IBAN + "EUR")
        + statement("1/1", "C260201CHF1,00", ":61:260203D1,00NTRFX\r\n", "C260203CHF0,00", account="10020030/1234567")
    )
    assert [each.ledger for each in transfers(found)] == [f"bank:{IBAN}", "bank:10020030/1234567"]
    assert not problems(found)


def test_the_booking_day_turns_the_year() -> None:
    lines = ":61:2601021231D1,00NTRFX\r\n:61:2512310102D1,00NTRFX\r\n"
    first, second = transfers(read(statement("1/1", "C251230EUR9,00", lines, "C260102EUR7,00")))
    assert (day_of(first.time), day_of(second.time)) == (date(2025, 12, 31), date(2026, 1, 2))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (":61:260230D20,00NTRFX\r\n", "unclear-date"),
        (":61:260203X20,00NTRFX\r\n", "bad-line"),
        (":61:260203D20.00NTRFX\r\n", "bad-line"),
        (":61:260203D20,001NTRFX\r\n", "too-precise"),
        (":99:surprise\r\n", "unread-field"),
    ],
)
def test_a_line_that_cannot_be_read_is_said_and_shows_in_the_closing(line: str, reason: str) -> None:
    found = read(statement("1/1", "C260201EUR100,00", line, "C260203EUR80,00"))
    assert [why for _, why, *_ in problems(found)] == [reason, "closing-differs"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (":20:X\r\n:25:1\r\n:28C:1/1\r\n:61:260203D20,00NTRFX\r\n:86:x\r\n:62F:C260203EUR1,\r\n", "before the opening"),
        (":20:X\r\n:25:1\r\n:60F:C260203XXX1,\r\n", "cannot be read"),
        (":20:X\r\n:60F:C260203EUR1,\r\n", "names the account"),
        (statement("1/1", "C260201EUR1,00", "", "C260203EUR1,00") + ":20:Y\r\n:25:1\r\n", "no closing balance"),
        (":20:X\r\n" + "more\r\n" * 1000, "lines"),
    ],
)
def test_a_damaged_file_is_refused(text: str, why: str) -> None:
    with pytest.raises(BrokenStatement, match=why):
        read(text)


DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
LINES = st.lists(st.tuples(st.integers(1, 10**9), st.booleans(), st.sampled_from(["A1", "B-22", "INV 7"])), max_size=15)


@given(DAYS, st.integers(-(10**9), 10**9), LINES)
@settings(max_examples=40)
def test_what_is_written_reads_back(day: date, opening: int, lines: list[tuple[int, bool, str]]) -> None:
    def amount(value: int) -> str:
        return f"{value // 100},{value % 100:02d}"

    def balance(value: int, at: date) -> str:
        return f"{'C' if value >= 0 else 'D'}{at:%y%m%d}EUR{amount(abs(value))}"

    text, reached = "", opening
    for number, (value, inward, ref) in enumerate(lines):
        at = day + timedelta(days=number)
        text += f":61:{at:%y%m%d}{at:%m%d}{'C' if inward else 'D'}{amount(value)}NTRF{ref}\r\n:86:line {number}\r\n"
        reached += value if inward else -value
    found = read(statement("7/1", balance(opening, day), text, balance(reached, day)))
    assert not problems(found)
    assert [(t.amount, t.sender is None, t.ref) for t in transfers(found)] == lines
    assert [t.remarks for t in transfers(found)] == [f"line {number}" for number in range(len(lines))]
    assert [o.amount for o in found if isinstance(o, Opening)] == [opening]
