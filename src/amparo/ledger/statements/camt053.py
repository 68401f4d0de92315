"""ISO 20022 camt.053 bank statements, versions 02 to 08 and later: read by the local names that they share.

Entries that are not booked (PDNG, INFO) are said and left out. An entry that books several payments at once gives one
transfer each where their amounts add up; else one for the whole entry, which is said.
Source: ISO 20022 message definition BankToCustomerStatement (Ntry, NtryDtls, TxDtls, Bal); external code sets for Sts
and balance types.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, BinaryIO, Final

from amparo.ledger.accounts import Kind
from amparo.ledger.statements.book import Book, check_closing
from amparo.ledger.statements.errors import BrokenStatement, NotThatStatement
from amparo.ledger.statements.money import MINOR_UNITS, PLAIN, BadAmount, digits_of, shown, units
from amparo.ledger.statements.records import (
    Line,
    Options,
    Part,
    Place,
    Problem,
    Read,
    StatementExample,
    StatementForm,
    piece,
)
from amparo.ledger.statements.times import BadTime, Moment, day_of, read_iso, zone_named
from amparo.ledger.statements.xml import Bound, Node, parts

_OPENING: Final = ("OPBD", "PRCD")
_CLOSING: Final = "CLBD"
_NO_REF: Final = frozenset({"", "NOTPROVIDED", "NONREF"})


class Camt053(StatementForm):
    """ISO 20022 camt.053."""

    name = "camt053"

    def recognises(self, head: bytes) -> bool:
        return b"camt.053" in head or b"BkToCstmrStmt" in head

    def read(self, stream: BinaryIO, name: str, options: Options) -> Iterator[Read]:
        reader = _Reader(name, options)
        for each in parts(stream, name, "camt.053", "Document", "Stmt"):
            if isinstance(each, Node):
                yield from reader.part(each)
            elif each.opens:
                reader.begin(each)
            else:
                yield from reader.end(each)
        if not reader.statements:
            raise NotThatStatement(file=name, form="camt.053", why="it holds no statement (Stmt)")

    def examples(self) -> list[StatementExample]:
        good = _EXAMPLE.encode()
        return [
            StatementExample(good, Options(), 1, ()),
            StatementExample(good.replace(b">BOOK<", b">PDNG<"), Options(), 0, ("not-booked", "closing-differs")),
        ]


_EXAMPLE: Final = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt><Id>1</Id>
<Acct><Id><IBAN>DE02120300000000202051</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">2000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">1150.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Ntry><Amt Ccy="EUR">850.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-01-02</Dt></BookgDt>
<NtryDtls><TxDtls><Refs><EndToEndId>R-7</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>
</Stmt></BkToCstmrStmt></Document>
"""


class _Reader:
    def __init__(self, name: str, options: Options) -> None:
        self._name, self._options = name, options
        self._zone = zone_named(options.zone or "UTC")
        self._books: dict[str, Book] = {}
        self._until: dict[str, int] = {}  # account -> last day covered so far
        self._numbers: dict[str, int] = {}
        self.statements = 0
        self._restart()

    def _restart(self) -> None:
        self._book: Book | None = None
        self._account, self._currency = "", ""
        self._range: tuple[Moment, Moment] | None = None
        self._number: int | None = None
        self._closing: tuple[int, str, Place] | None = None

    def begin(self, bound: Bound) -> None:
        self.statements += 1
        self._restart()

    def part(self, node: Node) -> Iterator[Read]:
        if node.tag == "Acct":
            yield from self._open(node)
        elif node.tag == "ElctrncSeqNb" and node.text.strip().isdecimal():
            self._number = int(node.text)
        elif node.tag == "FrToDt":
            self._range = self._days(node)
        elif node.tag == "Bal":
            yield from self._balance(node)
        elif node.tag == "Ntry":
            yield from self._entry(node)

    def end(self, bound: Bound) -> Iterator[Read]:
        if self._book is None:
            raise BrokenStatement(file=self._name, line=bound.line, why="the statement names no account (Acct)")
        if self._closing is not None:
            yield from check_closing(self._book, *self._closing)

    def _open(self, node: Node) -> Iterator[Problem]:
        account = re.sub(r"\s", "", node.value("Id/IBAN", "Id/Othr/Id", "Id/PrtryAcct/Id")) or self._options.account
        if not account:
            raise BrokenStatement(file=self._name, line=node.line, why="the statement names no account (Acct)")
        self._account, self._currency = account, node.value("Ccy") or self._options.currency or ""
        options = self._options
        self._book = self._books.setdefault(
            account,
            Book(
                options.ledger or f"bank:{account}",
                account,
                Kind.BANK,
                first_day=options.first_day,
                last_day=options.last_day,
            ),
        )
        yield from self._follows(Place(self._name, node.line))

    def _follows(self, place: Place) -> Iterator[Problem]:
        """Sequence numbers and ranges of days run on from the account's statement before."""
        if self._number is not None:
            before = self._numbers.get(self._account)
            if before is not None and self._number != before + 1:
                yield Problem(place, "missing-statement", str(before + 1), str(self._number))
            self._numbers[self._account] = self._number
        if self._range is not None:
            until = self._until.get(self._account)
            first, last = (day_of(each.time) for each in self._range)
            if until is not None and first > day_of(until) + timedelta(days=1):
                expected = (day_of(until) + timedelta(days=1)).isoformat()
                yield Problem(place, "missing-day", expected, first.isoformat())
            self._until[self._account] = self._range[1].time
            if last < first:
                yield Problem(place, "unclear-date", first.isoformat(), last.isoformat())

    def _days(self, node: Node) -> tuple[Moment, Moment] | None:
        texts = node.value("FrDtTm", "FrDt"), node.value("ToDtTm", "ToDt")
        try:
            first, last = (read_iso(text[:10]) for text in texts)
        except BadTime:
            return None
        return first, last

    def _balance(self, node: Node) -> Iterator[Read]:
        kind = node.value("Tp/CdOrPrtry/Cd", "Tp/CdOrPrtry/Prtry")
        if kind not in {*_OPENING, _CLOSING}:
            return
        place = Place(self._name, node.line)
        try:
            amount, asset = self._amount(node)
        except BadAmount as bad:
            yield Problem(place, bad.why, "", piece(node.value("Amt")))
            return
        amount = amount if node.value("CdtDbtInd") == "CRDT" else -amount
        if kind == _CLOSING:
            self._closing = (amount, asset, place)
        elif self._book is not None:
            yield from self._book.open(amount, asset, place)

    def _amount(self, node: Node, path: str = "Amt") -> tuple[int, str]:
        """Raises BadAmount."""
        found = node.find(path)
        asset = (found.attributes.get("Ccy", "") if found is not None else "") or self._currency
        if found is None or asset not in MINOR_UNITS:
            raise BadAmount("bad-currency" if found is not None else "bad-amount")
        return units(found.text, PLAIN, digits_of(asset)), asset

    def _entry(self, node: Node) -> Iterator[Read]:
        place = Place(self._name, node.line)
        status = node.value("Sts/Cd", "Sts/Prtry", "Sts")
        if status != "BOOK":
            yield Problem(place, "not-booked", "BOOK", piece(status), grave=False, lost=True)
            return
        if self._book is None:
            raise BrokenStatement(file=self._name, line=node.line, why="an entry stands before the account (Acct)")
        try:
            amount, asset = self._amount(node)
            moment = self._moment(node)
        except BadAmount as bad:
            yield Problem(place, bad.why, "", piece(node.value("Amt")), lost=True)
            return
        except BadTime:
            yield Problem(
                place, "unclear-date", "YYYY-MM-DD", piece(node.value("BookgDt/Dt", "BookgDt/DtTm")), lost=True
            )
            return
        direction = node.value("CdtDbtInd")
        if direction not in {"CRDT", "DBIT"} or amount < 0:
            yield Problem(place, "sign-unclear", "CRDT / DBIT", piece(direction), lost=True)
            return
        line = self._line(node, place, moment, amount if direction == "CRDT" else -amount, asset)
        yield from self._details(node, line)
        yield from self._book.add(line)

    def _moment(self, node: Node) -> Moment:
        """Raises BadTime."""
        return read_iso(node.value("BookgDt/DtTm", "BookgDt/Dt", "ValDt/DtTm", "ValDt/Dt"), self._zone)

    def _line(self, node: Node, place: Place, moment: Moment, amount: int, asset: str) -> Line:
        extra: dict[str, Any] = {}
        if node.value("RvslInd").lower() in {"true", "1"}:
            extra["reversal"] = True
        ref = node.value("AcctSvcrRef", "NtryRef")
        return Line(place, moment.time, moment.precise, amount, asset, ref, node.value("AddtlNtryInf"), extra=extra)

    def _details(self, node: Node, line: Line) -> Iterator[Problem]:
        """One payment: its names go to the line. Several: parts, where their amounts add up to the entry's."""
        details = node.all("NtryDtls/TxDtls")
        found = [_part(each, line) for each in details]
        stated = node.value("NtryDtls/Btch/NbOfTxs")
        if stated.isdecimal() and int(stated) != len(details) and int(stated) > 1:
            yield Problem(line.place, "batch-not-detailed", stated, str(len(details)), grave=False)
        if len(found) == 1:
            line.ref, line.remarks, line.extra = found[0].ref, found[0].remarks, dict(found[0].extra)
        elif found:
            amounts = [self._part_amount(each, line) for each in details]
            total = sum(each or 0 for each in amounts)
            if None in amounts or total != line.amount:
                digits = digits_of(line.asset)
                expected = shown(abs(line.amount), digits)
                yield Problem(line.place, "batch-differs", expected, shown(abs(total), digits), grave=False)
            else:
                line.parts = tuple(
                    part._replace(amount=amount or 0) for part, amount in zip(found, amounts, strict=True)
                )

    def _part_amount(self, detail: Node, line: Line) -> int | None:
        for path in ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt"):
            if detail.find(path) is None:
                continue
            try:
                amount, asset = self._amount(detail, path)
            except BadAmount:
                return None
            if asset == line.asset:
                direction = detail.value("CdtDbtInd") or ("CRDT" if line.amount > 0 else "DBIT")
                return amount if direction == "CRDT" else -amount
        return None


def _part(detail: Node, line: Line) -> Part:
    """The other side of the account: the debtor of money that came in, the creditor of money that went out."""
    side = "Dbtr" if line.amount > 0 else "Cdtr"
    account = detail.value(f"RltdPties/{side}Acct/Id/IBAN", f"RltdPties/{side}Acct/Id/Othr/Id")
    name = detail.value(f"RltdPties/{side}/Nm", f"RltdPties/{side}/Pty/Nm")
    refs = (detail.value(f"Refs/{each}") for each in ("EndToEndId", "TxId", "InstrId", "AcctSvcrRef"))
    ref = next((each for each in refs if each not in _NO_REF), line.ref)
    remarks = " ".join(" ".join(each.text.split()) for each in detail.all("RmtInf/Ustrd"))
    remarks = remarks or detail.value("RmtInf/Strd/CdtrRefInf/Ref", "AddtlTxInf") or line.remarks
    extra = dict(line.extra)
    extra |= {key: text for key, text in (("counterparty", account), ("counterparty_name", name)) if text}
    return Part(line.amount, ref, remarks, extra)
