"""SWIFT MT940 customer statements: several in a file, pages, and the structured :86: of German and Dutch banks.

Source: SWIFT User Handbook, category 9 (fields 20, 25, 28C, 60, 61, 62, 86); the ?xx sub-fields follow the German
banks' DFÜ agreement (annex 3). Field names of /EREF/-like texts are as seen in public samples.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any, BinaryIO, Final, NamedTuple

from amparo.ledger.accounts import Kind
from amparo.ledger.statements.book import Book, check_closing
from amparo.ledger.statements.errors import BrokenStatement, NotThatStatement
from amparo.ledger.statements.lines import text_lines
from amparo.ledger.statements.money import COMMA, MINOR_UNITS, BadAmount, digits_of, units
from amparo.ledger.statements.records import Line, Options, Place, Problem, Read, StatementExample, StatementForm, piece
from amparo.ledger.statements.times import of_day

_TAG: Final = re.compile(r":(\d{2}[A-Z]?|NS):(.*)", re.DOTALL)
_ENTRY: Final = re.compile(
    r"(?P<value>\d{6})(?P<entry>\d{4})?(?P<mark>R?[CD])(?P<funds>[A-Z])?(?P<amount>\d{1,15},\d{0,4})"
    r"(?P<type>[A-Z][A-Z0-9]{3})(?P<ref>.*?)(?://(?P<bank>.*))?"
)
_BALANCE: Final = re.compile(r"([CD])(\d{6})([A-Z]{3})(\d{1,15},\d{0,4})")
_NUMBER: Final = re.compile(r"(\d{1,5})(?:/(\d{1,5}))?")
_SUB: Final = re.compile(r"\?(\d\d)")
_WORDS: Final = re.compile(r"(EREF|KREF|MREF|SVWZ|IBAN|ABWA|BIC)\+")
_SLASHED: Final = re.compile(r"/(EREF|IBAN|NAME|REMI|BENM|ORDP|CNTP|TRCD|MARF|CSID|PREF|BIC|ID)/")
#: Fields that say nothing about the account's lines: references, available balances, totals, notes.
_PASSED: Final = frozenset({"20", "21", "13", "13D", "64", "65", "34F", "90C", "90D", "NS"})
_MOST_LINES: Final = 400


class Field(NamedTuple):
    tag: str
    text: str
    line: int


class Mt940(StatementForm):
    """MT940: fields that begin with :NN:, decimal commas, dates YYMMDD."""

    name = "mt940"

    def recognises(self, head: bytes) -> bool:
        return re.search(rb"(?:^|\n|\{4:\s*):20:", head) is not None and b":25:" in head

    def read(self, stream: BinaryIO, name: str, options: Options) -> Iterator[Read]:
        encoding = options.profile.encoding if options.profile else "auto"
        reader = _Reader(name, options)
        count = 0
        for field in fields(stream, name, encoding):
            count += 1
            yield from reader.field(field)
        if not count:
            raise NotThatStatement(file=name, form="MT940", why="no line begins with a field such as :20:")
        yield from reader.end(count)

    def examples(self) -> list[StatementExample]:
        head = b":20:STMT1\r\n:25:DE02120300000000202051\r\n:28C:1/1\r\n:60F:C260101EUR2000,\r\n"
        entry = (
            b":61:2601020102D850,00NTRFNONREF//B1\r\n:86:177?00RENT?20EREF+R-7?31DE89370400440532013000?32EXAMPLE\r\n"
        )
        return [
            StatementExample(head + entry + b":62F:C260102EUR1150,\r\n-\r\n", Options(), 1, ()),
            StatementExample(head + entry + b":62F:C260102EUR1151,\r\n-\r\n", Options(), 1, ("closing-differs",)),
        ]


def fields(stream: BinaryIO, name: str, encoding: str = "auto") -> Iterator[Field]:
    """Split the text into fields; lines that belong to a field are joined to it. Raises BrokenStatement."""
    tag, parts, start = "", [""], 0
    for number, raw in text_lines(stream, name, encoding):
        text = raw.rstrip("\r\n")
        if text.startswith("{"):
            text = text.rpartition("{4:")[2] if "{4:" in text else ""
        match = _TAG.fullmatch(text)
        if match is not None or text in {"-", "-}"}:
            if tag:
                yield Field(tag, "\n".join(parts), start)
            tag, parts, start = (match[1], [match[2]], number) if match else ("", [], number)
            continue
        parts.append(text)
        if tag and len(parts) > _MOST_LINES:
            raise BrokenStatement(file=name, line=start, why=f"a field has more than {_MOST_LINES} lines")
        if not tag:
            if text.strip() and not text.startswith(("-}", "}")) and start == 0 and number > _MOST_LINES:
                raise NotThatStatement(file=name, form="MT940", why="no line begins with a field such as :20:")
            parts.clear()
    if tag:
        yield Field(tag, "\n".join(parts), start)


class _Reader:
    """One file: statements of one or several accounts, one after the other."""

    def __init__(self, name: str, options: Options) -> None:
        self._name, self._options = name, options
        self._books: dict[str, Book] = {}
        self._numbers: dict[str, tuple[int, int, int]] = {}  # account -> statement, page, year
        self._account = ""
        self._number: tuple[int, int] | None = None
        self._book: Book | None = None
        self._asset = ""
        self._entry: Line | None = None
        self._begun = 0  # line of the statement that is open, 0 for none

    def field(self, field: Field) -> Iterator[Read]:
        place = Place(self._name, field.line)
        if field.tag == "86" and self._entry is not None:
            _details(self._entry, field.text)
        if self._entry is not None:
            entry, self._entry = self._entry, None
            yield from self._opened(place).add(entry)
        if field.tag == "20":
            self._restart(field)
        elif field.tag == "25":
            self._account = re.sub(r"\s", "", field.text)
        elif field.tag in {"28C", "28"}:
            yield from self._numbered(field, place)
        elif field.tag in {"60F", "60M"}:
            yield from self._open(field, place)
        elif field.tag == "61":
            yield from self._line(field, place)
        elif field.tag in {"62F", "62M"}:
            yield from self._close(field, place)
        elif field.tag not in _PASSED and field.tag != "86":
            yield Problem(place, "unread-field", "", piece(f":{field.tag}:{field.text}"), grave=False, lost=True)

    def end(self, last: int) -> Iterator[Read]:
        if self._begun:
            why = "the statement that begins there has no closing balance"
            raise BrokenStatement(file=self._name, line=self._begun, why=why)
        yield from ()

    def _restart(self, field: Field) -> None:
        if self._begun:
            why = "the statement that begins there has no closing balance"
            raise BrokenStatement(file=self._name, line=self._begun, why=why)
        self._begun, self._book, self._number = field.line, None, None
        self._account = self._options.account or ""

    def _numbered(self, field: Field, place: Place) -> Iterator[Problem]:
        match = _NUMBER.fullmatch(field.text.strip())
        if match is None:
            yield Problem(place, "unread-field", "", piece(f":28C:{field.text}"), grave=False, lost=True)
        else:
            self._number = (int(match[1]), int(match[2] or 1))

    def _open(self, field: Field, place: Place) -> Iterator[Read]:
        amount, asset, day = self._balance(field)
        account = self._account.removesuffix(asset) if re.search(r"\d[A-Z]{3}$", self._account) else self._account
        if not account:
            raise BrokenStatement(file=self._name, line=field.line, why="no field :25: names the account")
        yield from self._follows(account, day.year, place)
        self._asset = asset
        ledger = self._options.ledger or f"bank:{account}"
        options = self._options
        self._book = self._books.setdefault(
            account, Book(ledger, account, Kind.BANK, first_day=options.first_day, last_day=options.last_day)
        )
        yield from self._book.open(amount, asset, place)

    def _follows(self, account: str, year: int, place: Place) -> Iterator[Problem]:
        """Statement numbers run on by one, pages too; a new year begins anew. 0 = the bank does not number."""
        if self._number is None or self._number[0] == 0:
            return
        before = self._numbers.get(account)
        self._numbers[account] = (*self._number, year)
        if before is None or before[2] != year:
            return
        statement, page = self._number
        if (statement, page) not in {(before[0], before[1] + 1), (before[0] + 1, 1)}:
            found = f"{statement}/{page}"
            yield Problem(place, "missing-statement", f"{before[0]}/{before[1] + 1}, {before[0] + 1}/1", found)

    def _line(self, field: Field, place: Place) -> Iterator[Problem]:
        self._opened(place)
        first, _, rest = field.text.partition("\n")
        match = _ENTRY.fullmatch(first.strip())
        if match is None:
            yield Problem(place, "bad-line", "", piece(field.text), lost=True)
            return
        try:
            day = _day(match["value"])
            booked = _entry_day(day, match["entry"])
            amount = _amount(match["amount"], self._asset)
        except ValueError:
            yield Problem(place, "unclear-date", "YYMMDD", piece(first), lost=True)
            return
        except BadAmount as bad:
            yield Problem(place, bad.why, "", piece(match["amount"]), lost=True)
            return
        inward = match["mark"] in {"C", "RD"}
        ref = next((each.strip() for each in (match["ref"], match["bank"]) if each and each.strip() != "NONREF"), "")
        extra: dict[str, Any] = {"type": match["type"]}
        if match["mark"].startswith("R"):
            extra["reversal"] = True
        moment = of_day(booked)
        remarks = " ".join(rest.split())
        self._entry = Line(
            place, moment.time, moment.precise, amount if inward else -amount, self._asset, ref, remarks, extra=extra
        )

    def _close(self, field: Field, place: Place) -> Iterator[Problem]:
        amount, asset, _ = self._balance(field)
        if asset != self._asset:
            yield Problem(place, "second-currency", self._asset, asset)
        else:
            yield from check_closing(self._opened(place), amount, asset, place)
        self._begun = 0

    def _opened(self, place: Place) -> Book:
        if self._book is None:
            why = "a line stands before the opening balance :60F:"
            raise BrokenStatement(file=self._name, line=place.line, why=why)
        return self._book

    def _balance(self, field: Field) -> tuple[int, str, date]:
        match = _BALANCE.fullmatch(field.text.strip())
        if match is None or match[3] not in MINOR_UNITS:
            why = f"the balance {piece(field.text)} cannot be read"
            raise BrokenStatement(file=self._name, line=field.line, why=why)
        try:
            amount, day = _amount(match[4], match[3]), _day(match[2])
        except (BadAmount, ValueError):
            why = f"the balance {piece(field.text)} cannot be read"
            raise BrokenStatement(file=self._name, line=field.line, why=why) from None
        return (amount if match[1] == "C" else -amount), match[3], day


def _amount(text: str, asset: str) -> int:
    return units(text.removesuffix(","), COMMA, digits_of(asset))


def _day(text: str) -> date:
    """YYMMDD; years from 80 on are of the last century. Raises ValueError."""
    year = int(text[:2])
    return date(year + (1900 if year >= 80 else 2000), int(text[2:4]), int(text[4:6]))


def _entry_day(value: date, text: str | None) -> date:
    """The booking day MMDD beside its value day: of the year that lies nearer. Raises ValueError."""
    if text is None:
        return value
    found = []
    for year in (value.year - 1, value.year, value.year + 1):
        try:
            found.append(date(year, int(text[:2]), int(text[2:])))
        except ValueError:
            continue
    if not found:
        raise ValueError(text)
    return min(found, key=lambda day: abs((day - value).days))


def _details(entry: Line, text: str) -> None:
    """Put what :86: says into the line: counterparty, its account, references, remarks."""
    if re.match(r"\d{3}\?", text) or text.startswith("?"):
        _sub_fields(entry, text.replace("\n", ""))
        return
    parts = _SLASHED.split(text.replace("\n", ""))
    if len(parts) >= 3:
        words = {key: value.strip("/ ") for key, value in zip(parts[1::2], parts[2::2], strict=True)}
        _put(entry, words.get("IBAN", ""), words.get("NAME", ""), words.get("EREF", ""), words.get("REMI", ""))
        entry.remarks = entry.remarks or " ".join(text.split())
        return
    entry.remarks = " ".join(f"{entry.remarks} {text}".split())


def _sub_fields(entry: Line, text: str) -> None:
    parts = _SUB.split(text)
    found: dict[int, str] = {}
    for key, value in zip(parts[1::2], parts[2::2], strict=True):
        found[int(key)] = found.get(int(key), "") + value
    purpose = "".join(found[key] for key in sorted(found) if 20 <= key <= 29 or 60 <= key <= 63)
    pieces = _WORDS.split(purpose)
    words = {key: value.strip() for key, value in zip(pieces[1::2], pieces[2::2], strict=True)}
    remarks = words.get("SVWZ", "") or pieces[0].strip()
    name = " ".join(filter(None, (found.get(32, "").strip(), found.get(33, "").strip())))
    _put(entry, found.get(31, "").strip() or words.get("IBAN", ""), name, words.get("EREF", ""), remarks)
    if found.get(0):
        entry.extra["text"] = found[0].strip()


def _put(entry: Line, account: str, name: str, reference: str, remarks: str) -> None:
    for key, value in (("counterparty", account), ("counterparty_name", name)):
        if value:
            entry.extra[key] = value
    if reference and reference != "NOTPROVIDED":
        entry.ref = reference
    if remarks:
        entry.remarks = " ".join(f"{entry.remarks} {remarks}".split())
