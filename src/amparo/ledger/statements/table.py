"""Bank and mobile-money statements as tables in separated text, read by a profile that says what they mean."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any, BinaryIO, Final

from amparo.ledger.accounts import Kind
from amparo.ledger.statements.book import Book
from amparo.ledger.statements.errors import NeedsFact, NeedsProfile, NoHeader, NotThatStatement
from amparo.ledger.statements.lines import Row, cell, table_rows
from amparo.ledger.statements.money import BadAmount, digits_of, units
from amparo.ledger.statements.profile import Profile, profiles
from amparo.ledger.statements.records import (
    Line,
    Options,
    Place,
    Problem,
    Read,
    StatementExample,
    StatementForm,
    piece,
)
from amparo.ledger.statements.times import BadTime, Moment, read_moment, zone_named

#: Rows in which the line of column names is looked for; letterheads and summaries stand before it.
HEADER_ROWS: Final = 80
#: Rows that decide whether a file begins with its newest line.
ORDER_ROWS: Final = 2_000
#: Accounts one file may hold.
MOST_BOOKS: Final = 10_000
_PHONE: Final = re.compile(r"(?<![\w*+])\+?\d[\d ]{7,16}\d(?![\w*])", re.ASCII)
_MONEY_SIGNS: Final = "€£$¥₦₹₵₱"


class BadLine(Exception):
    """A line that can't be booked: `reason` is permanent, `found` the text at fault."""

    def __init__(self, reason: str, found: str, expected: str = "") -> None:
        super().__init__(reason)
        self.reason, self.found, self.expected = reason, found, expected


class TableStatement(StatementForm):
    """A table in separated text; `Options.profile` says what it means."""

    name = "table"

    def recognises(self, head: bytes) -> bool:
        return False  # never without a person's word: see guess_profile

    def read(self, stream: BinaryIO, name: str, options: Options) -> Iterator[Read]:
        if options.profile is None:
            raise NeedsProfile(file=name)
        return read_table(stream, name, options, options.profile)

    def examples(self) -> list[StatementExample]:
        good = "Buchungstag;Verwendungszweck;Betrag;Saldo;Währung\r\n02.01.2026;Miete;-850,00;1.150,00;EUR\r\n"
        options = Options(profile=profiles()["bank-eu"], account="DE02120300000000202051")
        return [
            StatementExample(good.encode("cp1252").replace(b"\xe4", "ä".encode()), options, 1, ()),
            StatementExample(
                good.encode() + b"03.01.2026;Lohn;1.000,00;2.160,00;EUR\r\n", options, 2, ("balance-break",)
            ),
        ]


def read_table(stream: BinaryIO, name: str, options: Options, profile: Profile) -> Iterator[Read]:
    """Yield what a table holds. Raises NoHeader, NeedsFact and the errors of `table_rows`."""
    descending = profile.descending
    if descending is None:
        descending = _newest_first(stream, name, options, profile)
        stream.seek(0)
    rows = table_rows(stream, name, profile.delimiter, profile.encoding)
    reader = _Reader(name, options, profile, find_header(rows, name, profile), descending=descending)
    for row in rows:
        yield from reader.row(row)
    for book in reader.books.values():
        yield from book.close()


@dataclass(frozen=True, slots=True)
class Header:
    """`places`: our column -> its places, several for remarks; `cells`: the line itself, which pages repeat."""

    line: int
    cells: tuple[str, ...]
    places: Mapping[str, tuple[int, ...]]


def find_header(rows: Iterator[Row], name: str, profile: Profile) -> Header:
    """Take rows until the line of column names. Raises NoHeader with the names that were never there."""
    fewest: list[str] = list(profile.columns)
    for row in islice(rows, HEADER_ROWS):
        header, missing = _match(row, profile)
        if not missing:
            return header
        fewest = min(fewest, missing, key=len)
    raise NoHeader(file=name, profile=profile.name, missing=", ".join(fewest))


def _match(row: Row, profile: Profile) -> tuple[Header, list[str]]:
    names = {_plain(text): place for place, text in reversed(list(enumerate(row.cells)))}
    places = {}
    for column, wanted in profile.columns.items():
        found = tuple(names[_plain(each)] for each in wanted if _plain(each) in names)
        if found:
            places[column] = found if column == "remarks" else found[:1]
    needed = {"date", *({"debit", "credit"} if profile.sign == "columns" else {"amount"})}
    needed |= {"indicator"} if profile.sign == "indicator" else set()
    missing = [profile.columns[each][0] for each in profile.columns if each in needed and each not in places]
    return Header(row.line, tuple(each.strip() for each in row.cells), places), missing


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


class _Reader:
    def __init__(self, name: str, options: Options, profile: Profile, header: Header, *, descending: bool) -> None:
        self._name, self._options, self._profile, self._header = name, options, profile, header
        self._descending = descending
        self._zone = zone_named(options.zone or profile.zone)
        self._page: int | None = None
        self.books: dict[str, Book] = {}

    def row(self, row: Row) -> Iterator[Read]:
        if tuple(each.strip() for each in row.cells) == self._header.cells:
            return  # a new page's heading
        place = Place(self._name, row.line)
        try:
            yield from self._pages(row, place)
            status = self.text(row, "status")
            if self._profile.booked and status.casefold() not in {each.casefold() for each in self._profile.booked}:
                yield Problem(place, "not-booked", "", piece(status or "?"), grave=False, lost=True)
                return
            line = self.line(row, place)
        except BadLine as bad:
            yield Problem(place, bad.reason, piece(bad.expected), piece(bad.found), lost=True)
            return
        yield from self._book(row).add(line)

    def text(self, row: Row, column: str) -> str:
        places = self._header.places.get(column)
        return cell(row.cells, places[0]) if places else ""

    def line(self, row: Row, place: Place) -> Line:
        """Raises BadLine."""
        moment = self.moment(row)
        asset = self._currency(row)
        amount = self._amount(row, asset)
        remarks = " ".join(filter(None, (cell(row.cells, each) for each in self._header.places.get("remarks", ()))))
        balance = self.text(row, "balance")
        fee = self.text(row, "fee")
        return Line(
            place=place,
            time=moment.time,
            precise=moment.precise,
            amount=amount,
            asset=asset,
            ref=self.text(row, "reference"),
            remarks=remarks,
            balance=self._money(balance, asset) if balance else None,
            fee=abs(self._money(fee, asset)) if fee else 0,
            kind=self._kind(remarks, self.text(row, "kind"), amount),
            extra=self._extra(row, remarks),
        )

    def moment(self, row: Row) -> Moment:
        text = " ".join(filter(None, (self.text(row, "date"), self.text(row, "time"))))
        try:
            return read_moment(text, self._profile.dates, self._zone)
        except BadTime:
            raise BadLine("unclear-date", text, " / ".join(self._profile.dates)) from None

    def _currency(self, row: Row) -> str:
        code = self.text(row, "currency").upper() or self._options.currency or self._profile.currency
        if code is None:
            raise NeedsFact(file=self._name, fact="currency")
        if not re.fullmatch(r"[A-Z]{3}", code):
            raise BadLine("bad-currency", code)
        return code

    def _amount(self, row: Row, asset: str) -> int:
        profile = self._profile
        if profile.sign == "columns":
            return self._two_columns(row, asset)
        amount = self._money(self.text(row, "amount"), asset)
        if profile.sign == "indicator":
            word = self.text(row, "indicator").casefold()
            if amount < 0:
                raise BadLine("sign-unclear", self.text(row, "amount"))
            if word in {each.casefold() for each in profile.debit_words}:
                return -amount
            if word not in {each.casefold() for each in profile.credit_words}:
                raise BadLine("sign-unclear", word)
            return amount
        return -amount if profile.sign == "inverted" else amount

    def _two_columns(self, row: Row, asset: str) -> int:
        debit, credit = self.text(row, "debit"), self.text(row, "credit")
        out, into = (self._money(each, asset) if each else 0 for each in (debit, credit))
        if out and into:
            raise BadLine("sign-unclear", f"{debit} / {credit}")
        if not debit and not credit:
            raise BadLine("bad-amount", "")
        if (out < 0 and not self._profile.negative_debits) or into < 0:
            raise BadLine("sign-unclear", debit if out else credit)
        return into - abs(out)

    def _money(self, text: str, asset: str) -> int:
        plain = text.removeprefix(asset).removesuffix(asset).strip().strip(_MONEY_SIGNS).strip()
        if plain[:1] in {"-", "+"}:
            plain = plain[0] + plain[1:].strip().lstrip(_MONEY_SIGNS).strip()
        try:
            return units(plain, self._profile.style, digits_of(asset))
        except BadAmount as bad:
            raise BadLine(bad.why, text, f"{self._profile.thousands}{self._profile.decimal}") from None

    def _kind(self, remarks: str, word: str, amount: int) -> str | None:
        text = f"{word} {remarks}".casefold()
        if amount < 0 and any(each.casefold() in text for each in self._profile.fees):
            return Kind.FEE
        return Kind.CASH if any(each.casefold() in text for each in self._profile.cash) else None

    def _extra(self, row: Row, remarks: str) -> dict[str, Any]:
        counterparty = self.text(row, "counterparty")
        if not counterparty and self._profile.counterparty_in_remarks:
            numbers = [re.sub(r"[ +]", "", each) for each in _PHONE.findall(remarks)]
            counterparty = numbers[0] if len(numbers) == 1 else ""
        found = {"counterparty": counterparty, "counterparty_name": self.text(row, "counterparty_name")}
        return {name: text for name, text in found.items() if text}

    def _pages(self, row: Row, place: Place) -> Iterator[Problem]:
        text = self.text(row, "page")
        if not text.isdecimal():
            return
        page, before = int(text), self._page
        self._page = page
        if before is not None and abs(page - before) > 1:
            yield Problem(place, "missing-page", str(before + (1 if page > before else -1)), text)

    def _book(self, row: Row) -> Book:
        account = re.sub(r"\s", "", self.text(row, "account")) or self._options.account
        if not account:
            raise NeedsFact(file=self._name, fact="account")
        if account not in self.books:
            if len(self.books) >= MOST_BOOKS:
                raise NotThatStatement(file=self._name, form="table", why=f"it names more than {MOST_BOOKS} accounts")
            self.books[account] = Book(
                self._options.ledger or f"{self._profile.kind}:{account}",
                account,
                Kind.MOBILE if self._profile.kind == "mobile" else Kind.BANK,
                newest_first=self._descending,
                first_day=self._options.first_day,
                last_day=self._options.last_day,
            )
        return self.books[account]


def _newest_first(stream: BinaryIO, name: str, options: Options, profile: Profile) -> bool:
    """Whether times, else running balances, run backwards in the first rows."""
    rows = table_rows(stream, name, profile.delimiter, profile.encoding)
    reader = _Reader(name, options, profile, find_header(rows, name, profile), descending=False)
    lines: list[Line] = []
    for row in islice(rows, ORDER_ROWS):
        try:
            lines.append(reader.line(row, Place(name, row.line)))
        except BadLine:
            continue  # said when the row is read for good
    pairs = list(pairwise(lines))
    turns = sum((a.time < b.time) - (a.time > b.time) for a, b in pairs)
    return turns < 0 if turns else _balances_run_back(pairs)


def _balances_run_back(pairs: Sequence[tuple[Line, Line]]) -> bool:
    """Lines of one day: which order makes the running balances add up more often."""
    onward = back = 0
    for first, second in pairs:
        if first.balance is not None and second.balance is not None:
            onward += second.balance == first.balance + second.amount - second.fee
            back += first.balance == second.balance + first.amount - first.fee
    return back > onward
