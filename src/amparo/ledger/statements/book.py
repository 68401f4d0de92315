"""One account's statement while it is read: every line is booked and checked against the one before it.

Checks: running balance, order, lines given twice, a second currency, the declared range of days, pages. A problem is
said and the line stays booked, unless it is the same line once more. Memory: the marks of the last `REMEMBERED` lines.
"""

from collections import OrderedDict
from collections.abc import Iterator
from hashlib import blake2b
from typing import Final

from amparo.ledger.accounts import Kind, Opening, Position, Transfer
from amparo.ledger.statements.errors import NotThatStatement
from amparo.ledger.statements.money import digits_of, shown
from amparo.ledger.statements.records import Line, Part, Place, Problem, Read
from amparo.ledger.statements.times import day_of

REMEMBERED: Final = 200_000
#: Lines one file may hold of one account: places of later files begin behind it.
TOP: Final = 10_000_000


class Book:
    """Lines of one account, in the file's order; `newest_first` where the file begins with the last line."""

    def __init__(
        self, ledger: str, account: str, kind: Kind, *, newest_first: bool = False, first_day: str | None = None,
        last_day: str | None = None,
    ) -> None:  # fmt: skip
        self.ledger, self.account, self.kind = ledger, account, kind
        self._newest_first = newest_first
        self._range = (first_day or "", last_day or "9999")
        self._seen: OrderedDict[bytes, int] = OrderedDict()
        self._count = 0
        self._last_time: int | None = None
        self._balance: dict[str, int] = {}
        self._currency: str | None = None
        self._others: set[str] = set()
        self._before: Line | None = None  # of a file that begins with the newest line
        self._opened: set[str] = set()

    def open(self, amount: int, asset: str, place: Place) -> Iterator[Read]:
        """A stated opening balance: the first is given on, a later one is compared with the balance reached."""
        if asset not in self._opened:
            self._opened.add(asset)
            yield Opening(self.ledger, self.account, asset, amount, str(place))
        reached = self._balance.get(asset)
        if reached is not None and reached != amount:
            digits = digits_of(asset)
            yield Problem(place, "opening-differs", shown(reached, digits), shown(amount, digits))
        self._balance[asset] = amount

    def balance(self, asset: str) -> int | None:
        return self._balance.get(asset)

    def add(self, line: Line) -> Iterator[Read]:
        """Book one line."""
        if (first := self._twice(line)) is not None:
            where = f"{line.place.file}:{first}"
            if line.balance is not None or line.extra.get("unique"):
                yield Problem(line.place, "duplicate-line", where, line.ref or line.remarks, grave=False, lost=True)
                return
            yield Problem(line.place, "same-as-line", where, line.ref or line.remarks, grave=False)
        yield from self._second_currency(line)
        yield from self._out_of_range(line)
        position, problems = self._position(line)
        yield from problems
        yield from self._check_balance(line)
        yield from self._transfers(line, position)

    def close(self) -> Iterator[Read]:
        """The file's end: of a newest-first file only now the opening balance is known."""
        before = self._before
        if self._newest_first and before is not None and before.balance is not None:
            yield from self.open(before.balance - _net(before), before.asset, before.place)

    def _twice(self, line: Line) -> int | None:
        """The line that says the same, None if none does."""
        said = (line.time, line.amount, line.asset, line.ref, line.remarks, line.balance, line.fee)
        mark = blake2b(repr(said).encode(), digest_size=12).digest()
        if (first := self._seen.get(mark)) is not None:
            return first
        self._seen[mark] = line.place.line
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return None

    def _second_currency(self, line: Line) -> Iterator[Problem]:
        if self._currency is None:
            self._currency = line.asset
        elif line.asset != self._currency and line.asset not in self._others:
            self._others.add(line.asset)
            yield Problem(line.place, "second-currency", self._currency, line.asset)

    def _out_of_range(self, line: Line) -> Iterator[Problem]:
        day = day_of(line.time).isoformat()
        if not self._range[0] <= day <= self._range[1]:
            yield Problem(line.place, "outside-range", "…".join(self._range), day, grave=False)

    def _position(self, line: Line) -> tuple[Position, list[Problem]]:
        """Order inside the ledger: time, then the file's order; a line out of order keeps its place in the file."""
        self._count += 1
        if self._count >= TOP:
            raise NotThatStatement(file=line.place.file, form="statement", why=f"it has more than {TOP} lines")
        problems = []
        time = line.time
        if self._last_time is not None and (time - self._last_time) * (-1 if self._newest_first else 1) < 0:
            said = day_of(self._last_time).isoformat()
            problems.append(Problem(line.place, "out-of-order", said, day_of(time).isoformat(), grave=False))
            time = self._last_time
        self._last_time = time
        return Position(time, TOP - self._count if self._newest_first else self._count, 0), problems

    def _check_balance(self, line: Line) -> Iterator[Read]:
        if self._newest_first:
            newer, self._before = self._before, line
            if newer is not None and newer.balance is not None and line.balance is not None:
                yield from self._compare(newer, line.balance)
            return
        before = self._balance.get(line.asset)
        if line.balance is not None and before is None:
            yield from self.open(line.balance - _net(line), line.asset, line.place)
        elif line.balance is not None and before is not None:
            yield from self._compare(line, before)
        if line.balance is not None:
            self._balance[line.asset] = line.balance
        elif before is not None:
            self._balance[line.asset] = before + _net(line)

    def _compare(self, line: Line, before: int) -> Iterator[Problem]:
        expected = before + _net(line)
        if line.balance is not None and line.balance != expected:
            digits = digits_of(line.asset)
            yield Problem(line.place, "balance-break", shown(expected, digits), shown(line.balance, digits))

    def _transfers(self, line: Line, position: Position) -> Iterator[Transfer]:
        kind = Kind(line.kind) if line.kind else self.kind
        parts = line.parts or (Part(line.amount, line.ref, line.remarks, line.extra),)
        for number, part in enumerate(parts):
            if part.amount:
                yield self._transfer(line, position._replace(log=number), part, kind)
        if line.fee:
            fee = Part(-line.fee, line.ref, line.remarks, line.extra)
            yield self._transfer(line, position._replace(log=len(parts)), fee, Kind.FEE)

    def _transfer(self, line: Line, position: Position, part: Part, kind: Kind) -> Transfer:
        inward = part.amount > 0
        return Transfer(
            ledger=self.ledger,
            position=position,
            time=line.time,
            kind=kind,
            asset=line.asset,
            sender=None if inward else self.account,
            receiver=self.account if inward else None,
            amount=abs(part.amount),
            ref=part.ref,
            source=str(line.place),
            precise=line.precise,
            remarks=part.remarks,
            extra=part.extra,
        )


def _net(line: Line) -> int:
    return line.amount - line.fee


def check_closing(book: Book, stated: int, asset: str, place: Place) -> Iterator[Problem]:
    """Compare a stated closing balance with what the lines add up to."""
    reached = book.balance(asset)
    if reached is not None and reached != stated:
        digits = digits_of(asset)
        yield Problem(place, "closing-differs", shown(reached, digits), shown(stated, digits))
