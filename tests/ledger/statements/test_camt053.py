"""camt.053: versions by local names, batches, several statements, entries that are not booked."""

from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.ledger.accounts import Opening, Transfer
from amparo.ledger.statements import Options, Problem
from amparo.ledger.statements.camt053 import Camt053
from amparo.ledger.statements.errors import BrokenStatement

IBAN = "GB82WEST12345698765432"


def read(data: str) -> list[object]:
    return list(Camt053().read(BytesIO(data.encode()), "file.xml", Options()))


def transfers(found: list[object]) -> list[Transfer]:
    return [each for each in found if isinstance(each, Transfer)]


def problems(found: list[object]) -> list[tuple[str, str, str]]:
    return [(p.reason, p.expected, p.found) for p in found if isinstance(p, Problem)]


def balance(kind: str, amount: str) -> str:
    sign = "DBIT" if amount.startswith("-") else "CRDT"
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{amount.lstrip("-")}</Amt>'
        f"<CdtDbtInd>{sign}</CdtDbtInd></Bal>"
    )


def entry(amount: str, sign: str = "DBIT", details: str = "", day: str = "2026-02-03", status: str = "BOOK") -> str:
    return (
        f'<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Sts>{status}</Sts>'
        f"<BookgDt><Dt>{day}</Dt></BookgDt><AcctSvcrRef>B1</AcctSvcrRef>{details}</Ntry>\n"
    )


def statement(inner: str, head: str = "") -> str:
    account = f"<Acct><Id><IBAN>{IBAN}</IBAN></Id><Ccy>EUR</Ccy></Acct>"
    return f"<Stmt><Id>1</Id>{head}{account}{inner}</Stmt>\n"


def document(*statements: str, version: str = "02", prefix: str = "") -> str:
    text = f"<Document><BkToCstmrStmt>{''.join(statements)}</BkToCstmrStmt></Document>"
    if prefix:
        text = text.replace("<", f"<{prefix}:").replace(f"<{prefix}:/", f"</{prefix}:")
    space = f"xmlns{':' + prefix if prefix else ''}='urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}'"
    return text.replace("Document>", f"Document {space}>", 1)


NEW_DETAILS = (
    "<NtryDtls><TxDtls><Refs><EndToEndId>E-9</EndToEndId></Refs><RltdPties><Cdtr><Pty><Nm>Jo Example</Nm></Pty></Cdtr>"
    "<CdtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></CdtrAcct></RltdPties>"
    "<RmtInf><Ustrd>For</Ustrd><Ustrd>you</Ustrd></RmtInf></TxDtls></NtryDtls>"
)
OLD_DETAILS = NEW_DETAILS.replace("<Pty>", "").replace("</Pty>", "")


@pytest.mark.parametrize(
    ("version", "details", "status", "prefix"),
    [("02", OLD_DETAILS, "BOOK", ""), ("08", NEW_DETAILS, "<Cd>BOOK</Cd>", ""), ("04", OLD_DETAILS, "BOOK", "camt")],
)
def test_a_statement_by_hand_in_several_versions(version: str, details: str, status: str, prefix: str) -> None:
    inner = balance("OPBD", "100.00") + balance("CLBD", "79.50") + entry("20.50", details=details, status=status)
    found = read(document(statement(inner), version=version, prefix=prefix))
    assert isinstance(found[0], Opening)
    assert found[0].amount == 10000
    (booked,) = transfers(found)
    assert (booked.sender, booked.receiver, booked.amount, booked.ref) == (IBAN, None, 2050, "E-9")
    assert booked.extra == {"counterparty": "DE89370400440532013000", "counterparty_name": "Jo Example"}
    assert booked.remarks == "For you"
    assert not problems(found)


def details(*amounts: str, currency: str = "EUR") -> str:
    inner = "".join(
        f'<TxDtls><Refs><EndToEndId>P{number}</EndToEndId></Refs><Amt Ccy="{currency}">{each}</Amt></TxDtls>'
        for number, each in enumerate(amounts)
    )
    return f"<NtryDtls><Btch><NbOfTxs>{len(amounts)}</NbOfTxs></Btch>{inner}</NtryDtls>"


def test_a_batch_gives_a_transfer_for_each_payment() -> None:
    inner = balance("OPBD", "100.00") + balance("CLBD", "40.00") + entry("60.00", details=details("10.00", "50.00"))
    found = read(document(statement(inner)))
    assert [(each.amount, each.ref, each.position.log) for each in transfers(found)] == [
        (1000, "P0", 0),
        (5000, "P1", 1),
    ]
    assert not problems(found)


@pytest.mark.parametrize("batch", [details("10.00", "49.00"), details("10.00", "50.00", currency="USD")])
def test_a_batch_that_does_not_add_up_is_booked_whole_and_said(batch: str) -> None:
    found = read(document(statement(balance("OPBD", "100.00") + entry("60.00", details=batch))))
    assert [each.amount for each in transfers(found)] == [6000]
    assert [why for why, *_ in problems(found)] == ["batch-differs"]


def test_a_batch_without_its_details_is_said() -> None:
    bare = "<NtryDtls><Btch><NbOfTxs>12</NbOfTxs></Btch></NtryDtls>"
    found = read(document(statement(entry("60.00", details=bare))))
    assert problems(found) == [("batch-not-detailed", "12", "0")]
    assert len(transfers(found)) == 1


def test_entries_that_are_not_booked_are_said_and_left_out() -> None:
    inner = (
        balance("OPBD", "9.00") + balance("CLBD", "9.00") + entry("1.00", status="PDNG") + entry("1.00", status="INFO")
    )
    found = read(document(statement(inner)))
    assert [why for why, *_ in problems(found)] == ["not-booked", "not-booked"]
    assert not transfers(found)


def test_a_closing_balance_that_differs_is_said() -> None:
    inner = balance("OPBD", "100.00") + balance("CLBD", "41.00") + entry("60.00")
    assert problems(read(document(statement(inner)))) == [("closing-differs", "40.00", "41.00")]


def test_statements_follow_each_other_by_number_day_and_balance() -> None:
    def one(number: int, first: str, last: str, opening: str, closing: str) -> str:
        days = f"<FrDtTm>{first}T00:00:00</FrDtTm><ToDtTm>{last}T23:59:59</ToDtTm>"
        head = f"<ElctrncSeqNb>{number}</ElctrncSeqNb><FrToDt>{days}</FrToDt>"
        return statement(balance("OPBD", opening) + balance("CLBD", closing) + entry("1.00", day=first), head)

    one_two = one(1, "2026-02-01", "2026-02-01", "5.00", "4.00"), one(2, "2026-02-02", "2026-02-02", "4.00", "3.00")
    assert not problems(read(document(*one_two)))
    later = one(4, "2026-02-04", "2026-02-04", "2.50", "1.50")
    assert problems(read(document(*one_two, later))) == [
        ("missing-statement", "3", "4"),
        ("missing-day", "2026-02-03", "2026-02-04"),
        ("opening-differs", "3.00", "2.50"),
    ]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (entry("1,00"), "bad-grouping"),
        (entry("1.001"), "too-precise"),
        (entry("1.00", day="2026-02-30"), "unclear-date"),
        (entry("1.00", day="03.02.2026"), "unclear-date"),
        (entry("1.00", sign="X"), "sign-unclear"),
        (entry("1.00").replace("EUR", "XXX"), "bad-currency"),
    ],
)
def test_an_entry_that_cannot_be_read_is_lost_with_its_line(bad: str, reason: str) -> None:
    found = read(document(statement("\n\n" + bad)))
    (problem,) = [each for each in found if isinstance(each, Problem)]
    assert (problem.reason, problem.lost, problem.place.line) == (reason, True, 3)
    assert not transfers(found)


def test_two_currencies_in_one_account() -> None:
    inner = entry("1.00") + entry("1.00").replace("EUR", "USD")
    found = read(document(statement(inner)))
    assert problems(found) == [("second-currency", "EUR", "USD")]
    assert [each.asset for each in transfers(found)] == ["EUR", "USD"]


def test_a_statement_needs_its_account() -> None:
    with pytest.raises(BrokenStatement, match="account"):
        read(document("<Stmt><Id>1</Id>" + entry("1.00") + "</Stmt>"))
    with pytest.raises(BrokenStatement, match="account"):
        read(document("<Stmt><Id>1</Id></Stmt>"))


@given(st.integers(-(10**9), 10**9), st.lists(st.tuples(st.integers(1, 10**9), st.booleans()), max_size=15))
@settings(max_examples=40)
def test_what_is_written_reads_back(opening: int, lines: list[tuple[int, bool]]) -> None:
    def amount(value: int) -> str:
        return f"{'-' if value < 0 else ''}{abs(value) // 100}.{abs(value) % 100:02d}"

    reached = opening + sum(value if inward else -value for value, inward in lines)
    inner = balance("OPBD", amount(opening)) + balance("CLBD", amount(reached))
    for number, (value, inward) in enumerate(lines):
        ref = f"<NtryDtls><TxDtls><Refs><EndToEndId>R{number}</EndToEndId></Refs></TxDtls></NtryDtls>"
        inner += entry(amount(value), "CRDT" if inward else "DBIT", ref)
    found = read(document(statement(inner)))
    assert not problems(found)
    assert [(each.amount, each.sender is None) for each in transfers(found)] == lines
    assert [each.ref for each in transfers(found)] == [f"R{number}" for number in range(len(lines))]
