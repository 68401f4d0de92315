"""Fiat values at the day's rate, from a file of rates that stands in the report with its digest. Exact arithmetic.

A value is amount x price, rounded once, half away from zero, to the fiat's smallest unit. Where a day has no rate the
last earlier one within a limit is taken, which is said; else there is no value. Two forms are read: a table with the
columns day, asset, fiat, price (fiat for one whole unit of the asset) and source, and the European Central Bank's
eurofxref-hist.csv (units of each currency for one euro, "N/A" where there was none).
"""

import csv
import hashlib
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

from amparo.ledger.statements.errors import BadRate, NotRates, RatesClash, StatementUnreadable
from amparo.ledger.statements.lines import Row, table_rows
from amparo.ledger.statements.money import MINOR_UNITS, digits_of, shown

MAX_SIZE: Final = 256 << 20
MAX_PRICES: Final = 4_000_000
#: How many days a rate may be older than the day it is used for: a long weekend.
DAYS_BACK: Final = 7
_COLUMNS: Final = ("day", "asset", "fiat", "price")
_PRICE: Final = re.compile(r"\d{1,30}(?:\.\d{1,30})?", re.ASCII)
_ECB: Final = "European Central Bank, euro foreign exchange reference rates"


class Price(NamedTuple):
    """`price` as the file writes it: fiat for one whole unit."""

    day: date
    price: str
    source: str
    line: int


@dataclass(frozen=True, slots=True)
class FiatValue:
    """`amount` in the smallest unit of `fiat`. `days_back`: how much older the rate is. `inverse`: 1 / price."""

    amount: int
    fiat: str
    price: str
    rate_day: date
    days_back: int
    inverse: bool
    source: str
    file: str
    sha256: str

    @property
    def text(self) -> str:
        return f"{shown(self.amount, digits_of(self.fiat))} {self.fiat}"

    def as_dict(self) -> dict[str, Any]:
        plain = {name: getattr(self, name) for name in self.__slots__}
        return {**plain, "amount": str(self.amount), "rate_day": self.rate_day.isoformat()}


@dataclass(frozen=True, slots=True)
class NoRate:
    """No value: neither the day nor one of the days before it has a rate. `last`: the latest earlier one, if any."""

    asset: str
    fiat: str
    day: date
    last: date | None


@dataclass(slots=True)
class Rates:
    """One file of rates. Read it with `read_rates`."""

    file: str
    sha256: str
    _prices: dict[tuple[str, str], list[Price]] = field(default_factory=dict)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """(asset, fiat) that the file has prices of."""
        return tuple(sorted(self._prices))

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day with a price."""
        every = [price.day for prices in self._prices.values() for price in prices]
        return min(every), max(every)

    def value(
        self, amount: int, decimals: int, asset: str, fiat: str, day: date, *, days_back: int = DAYS_BACK
    ) -> FiatValue | NoRate:
        """What `amount` smallest units of `asset` were worth on `day`. A pair that is there the other way is inverted.

        Raises UnknownCurrency where the smallest unit of `fiat` is not known.
        """
        found, inverse, last = self._price(asset, fiat, day, days_back)
        if found is None:
            return NoRate(asset, fiat, day, last)
        price = Fraction(found.price)
        price = Fraction(price.denominator, price.numerator) if inverse else price
        exact = Fraction(amount, 10**decimals) * price * 10 ** digits_of(fiat)
        back = (day - found.day).days
        return FiatValue(
            _rounded(exact), fiat, found.price, found.day, back, inverse, found.source, self.file, self.sha256
        )

    def _price(self, asset: str, fiat: str, day: date, days_back: int) -> tuple[Price | None, bool, date | None]:
        last = None
        for pair, inverse in (((asset, fiat), False), ((fiat, asset), True)):
            prices = self._prices.get(pair, [])
            at = bisect_right(prices, day, key=lambda each: each.day) - 1
            if at >= 0:
                if day - prices[at].day <= timedelta(days=days_back):
                    return prices[at], inverse, prices[at].day
                last = max(last or prices[at].day, prices[at].day)
        return None, False, last

    def _add(self, asset: str, fiat: str, price: Price) -> None:
        self._prices.setdefault((asset, fiat), []).append(price)

    def _settle(self) -> None:
        """Order by day. Raises RatesClash."""
        for (asset, fiat), prices in self._prices.items():
            prices.sort()
            kept: list[Price] = []
            for each in prices:
                if kept and kept[-1].day == each.day:
                    if Fraction(kept[-1].price) != Fraction(each.price):
                        lines = {"line": each.line, "first": kept[-1].line}
                        raise RatesClash(file=self.file, asset=asset, fiat=fiat, day=each.day.isoformat(), **lines)
                    continue
                kept.append(each)
            prices[:] = kept


def read_rates(path: Path) -> Rates:
    """Read a file of rates. Raises StatementUnreadable, NotRates, BadRate, RatesClash and errors of the table."""
    try:
        if path.stat().st_size > MAX_SIZE:
            raise NotRates(file=path.name, why=f"it is larger than {MAX_SIZE} bytes")
        with path.open("rb") as stream:
            rates = Rates(path.name, hashlib.file_digest(stream, "sha256").hexdigest())
            stream.seek(0)
            _read(stream, rates)
    except OSError as error:
        raise StatementUnreadable(path=path.name, why=error.strerror or type(error).__name__) from None
    rates._settle()
    return rates


def _read(stream: BinaryIO, rates: Rates) -> None:
    rows = table_rows(stream, rates.file, ",")
    first = next(rows, None)
    names = [each.strip().lower() for each in first.cells] if first is not None else []
    if set(_COLUMNS) <= set(names):
        found = _own(rows, names, rates)
    elif names[:1] == ["date"] and first is not None and any(each.strip() in MINOR_UNITS for each in first.cells[1:]):
        found = _ecb(rows, [each.strip() for each in first.cells], rates)
    else:
        raise NotRates(file=rates.file, why="its first line names neither day, asset, fiat, price nor currencies")
    count = 0
    for count, (asset, fiat, price) in enumerate(found, 1):
        if count > MAX_PRICES:
            raise NotRates(file=rates.file, why=f"it has more than {MAX_PRICES} prices")
        rates._add(asset, fiat, price)
    if not count:
        raise NotRates(file=rates.file, why="it has no prices")


def _own(rows: Iterator[Row], names: list[str], rates: Rates) -> Iterator[tuple[str, str, Price]]:
    at = {name: names.index(name) for name in (*_COLUMNS, "source") if name in names}
    for row in rows:
        cells = [each.strip() for each in row.cells] + [""] * len(names)
        day, price = _day(cells[at["day"]], row, rates), _positive(cells[at["price"]], row, rates)
        asset, fiat = cells[at["asset"]], cells[at["fiat"]]
        if not asset or fiat not in MINOR_UNITS:
            raise BadRate(line=row.line, file=rates.file, why="its asset or fiat is missing or unknown")
        yield asset, fiat, Price(day, price, cells[at["source"]] if "source" in at else "", row.line)


def _ecb(rows: Iterator[Row], names: list[str], rates: Rates) -> Iterator[tuple[str, str, Price]]:
    for row in rows:
        day = _day(row.cells[0].strip(), row, rates)
        for name, cell in zip(names[1:], row.cells[1:], strict=False):
            text = cell.strip()
            if name and text not in {"", "N/A"}:
                yield "EUR", name, Price(day, _positive(text, row, rates), _ECB, row.line)


def _day(text: str, row: Row, rates: Rates) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadRate(line=row.line, file=rates.file, why="its day is not written 2026-01-31") from None


def _positive(text: str, row: Row, rates: Rates) -> str:
    if _PRICE.fullmatch(text) is None or not Fraction(text):
        raise BadRate(line=row.line, file=rates.file, why="its price is no positive number such as 1234.56")
    return text


def _rounded(value: Fraction) -> int:
    """Half away from zero."""
    whole, rest = divmod(abs(value.numerator), value.denominator)
    whole += 2 * rest >= value.denominator
    return -whole if value < 0 else whole


def write_rates(rows: Iterator[tuple[date, str, str, str, str]], sink: Any) -> None:
    """Write rows of (day, asset, fiat, price, source) as a table that `read_rates` reads; `sink` takes text."""
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow([*_COLUMNS, "source"])
    for day, *rest in rows:
        writer.writerow([day.isoformat(), *rest])
