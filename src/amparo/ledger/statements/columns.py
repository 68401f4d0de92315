"""Tables whose columns have fixed English names: no profile is needed, numbers are 1234.56 and times ISO 8601."""

import re
from collections.abc import Iterator, Set
from typing import BinaryIO, Final

from amparo.ledger.statements.errors import NoHeader, NotThatStatement, UnknownCurrency
from amparo.ledger.statements.lines import Row, table_rows
from amparo.ledger.statements.money import PLAIN, BadAmount, digits_of, units
from amparo.ledger.statements.records import Options, Place
from amparo.ledger.statements.times import BadTime, Moment, read_iso, zone_named

DELIMITERS: Final = (",", ";", "\t")
#: Unix seconds a statement can be of: 1980 to 2100.
_SECONDS: Final = range(315_532_800, 4_102_444_800)
MOST_DECIMALS: Final = 30


class BadCell(Exception):
    """A row that can't be booked: `reason` is permanent."""

    def __init__(self, reason: str, found: str, expected: str = "") -> None:
        super().__init__(reason)
        self.reason, self.found, self.expected = reason, found, expected


def names_in(head: bytes) -> set[str]:
    """The column names in the first line of a table's first bytes."""
    first = head.split(b"\n", 1)[0].decode("utf-8-sig", errors="replace")
    return {_plain(each) for each in re.split(r"[,;\t]", first)}


class Cells:
    """One row by the names of its columns; absent = ""."""

    def __init__(self, row: Row, places: dict[str, int], place: Place, options: Options) -> None:
        self._row, self._places = row, places
        self.place = place
        self._zone = zone_named(options.zone or "UTC")

    def text(self, *names: str) -> str:
        for name in names:
            at = self._places.get(name)
            if at is not None and at < len(self._row.cells) and self._row.cells[at].strip():
                return self._row.cells[at].strip()
        return ""

    def moment(self) -> Moment:
        """Column time (or date): ISO 8601, or seconds since 1970. Raises BadCell."""
        text = self.text("time", "date", "timestamp")
        if text.isdecimal() and text.isascii() and int(text[:12]) in _SECONDS:
            return Moment(int(text), True)
        try:
            return read_iso(text, self._zone)
        except BadTime:
            raise BadCell("unclear-date", text, "2026-01-31T12:00:00Z") from None

    def digits(self, asset: str) -> int:
        """Decimals of an asset: what the table says, else what is known. Raises BadCell."""
        said = self.text("decimals")
        if said.isdecimal() and int(said[:3]) <= MOST_DECIMALS:
            return int(said)
        try:
            return digits_of(asset)
        except UnknownCurrency:
            raise BadCell("unknown-asset", asset) from None

    def amount(self, name: str, asset: str) -> int:
        """Raises BadCell."""
        text = self.text(name)
        try:
            return units(text, PLAIN, self.digits(asset))
        except BadAmount as bad:
            raise BadCell(bad.why, text, "1234.56") from None


def cells(stream: BinaryIO, file: str, form: str, needed: Set[str], options: Options) -> Iterator[Cells]:
    """Yield the rows below the first line. Raises NoHeader where it does not name the `needed` columns."""
    delimiter = _delimiter(stream, file, form)
    rows = table_rows(stream, file, delimiter, options.profile.encoding if options.profile else "auto")
    first = next(rows, None)
    names = [_plain(each) for each in first.cells] if first is not None else []
    if missing := sorted(needed - set(names)):
        raise NoHeader(file=file, profile=form, missing=", ".join(missing))
    places = {name: at for at, name in reversed(list(enumerate(names)))}
    for row in rows:
        yield Cells(row, places, Place(file, row.line), options)


def _delimiter(stream: BinaryIO, file: str, form: str) -> str:
    head = stream.read(64 * 1024)
    stream.seek(0)
    if not head.strip():
        raise NotThatStatement(file=file, form=form, why="it is empty")
    first = head.split(b"\n", 1)[0]
    return max(DELIMITERS, key=lambda sign: first.count(sign.encode()))


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", "_", name.strip().strip('"').lower())
