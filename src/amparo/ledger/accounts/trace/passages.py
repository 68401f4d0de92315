"""The joins of a trace, laid on the lines of its books: which part of which transfer goes on in which other."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from amparo.ledger.accounts.errors import JoinOrder, JoinTooLarge
from amparo.ledger.accounts.join import Join, Ref, TransferRef
from amparo.ledger.accounts.trace.book import Book, Key

#: A line: the ledger and the row in its store.
Line = tuple[str, int]


class Passage(NamedTuple):
    """One join as the walk goes over it: units [out_at, out_at + amount_out) of `out` become those of `into`.

    `into` None: that side is not loaded. On a walk backward the sides are changed over, and units are counted from
    the end of their transfers.
    """

    join: Join
    out: Line
    out_at: int
    amount_out: int
    into: Line | None
    into_at: int
    amount_in: int


class Passages:
    """Joins whose first side (on the walk's way) is loaded. Raises UnknownLedgerPlace, JoinTooLarge, JoinOrder."""

    def __init__(self, books: Mapping[str, Book], joins: Sequence[Join]) -> None:
        self.books = books
        self.backward = any(book.backward for book in books.values())
        self.by_out: dict[Line, list[Passage]] = {}
        self.by_into: dict[Line, list[Passage]] = {}
        taken: dict[tuple[Line, bool], int] = {}
        inside: list[tuple[Line, Line, Join]] = []
        for join in sorted(joins, key=lambda each: (str(each.out), str(each.into), each.amount_out, each.amount_in)):
            out, into = self._line(join.out), self._line(join.into)
            out_at, into_at = self._take(taken, out, True, join), self._take(taken, into, False, join)
            if out is not None and into is not None and out[0] == into[0]:
                inside.append((out, into, join))
            self._add(join, out, out_at, into, into_at)
        self._order_inside(inside)
        for group in self.by_out.values():
            group.sort(key=lambda passage: passage.out_at)
        self.waits = {ledger: sorted(self._waits(ledger)) for ledger in books}
        self.waited = dict.fromkeys(books, 0)

    def _add(self, join: Join, out: Line | None, out_at: int, into: Line | None, into_at: int) -> None:
        first, last = (out, out_at, join.amount_out), (into, into_at, join.amount_in)
        if self.backward:
            first, last = self._turned(*last), self._turned(*first)
        if first[0] is None or not first[2]:
            return
        passage = Passage(join, first[0], first[1], first[2], *last)
        self.by_out.setdefault(passage.out, []).append(passage)
        if passage.into is not None:
            self.by_into.setdefault(passage.into, []).append(passage)

    def _turned(self, line: Line | None, at: int, length: int) -> tuple[Line | None, int, int]:
        value = 0 if line is None else self.books[line[0]].store.amount(line[1])
        return line, value - at - length, length

    def _line(self, ref: Ref) -> Line | None:
        if not isinstance(ref, TransferRef) or ref.ledger not in self.books:
            return None
        return ref.ledger, self.books[ref.ledger].store.row_of(ref)

    def _take(self, taken: dict[tuple[Line, bool], int], line: Line | None, leaves: bool, join: Join) -> int:
        """Reserve the join's units on one of its transfers; return where they begin."""
        if line is None:
            return 0
        start = taken.get((line, leaves), 0)
        end = start + (join.amount_out if leaves else join.amount_in)
        value = self.books[line[0]].store.amount(line[1])
        if end > value:
            raise JoinTooLarge(transfer=str(join.out if leaves else join.into), joined=end, value=value)
        taken[line, leaves] = end
        return start

    def _order_inside(self, inside: Sequence[tuple[Line, Line, Join]]) -> None:
        """Within one transaction let what a join gives come after what it takes, however the log has it."""
        for _ in range(len(inside) + 1):
            moved = [each for each in inside if self._move(*each)]
            if not moved:
                return
        raise JoinOrder(out=str(inside[0][2].out), into=str(inside[0][2].into))

    def _move(self, out: Line, into: Line, join: Join) -> bool:
        """Put the line `into` behind the line `out` if it is not; whether anything changed."""
        book = self.books[out[0]]
        before, after = sorted((book.key(out[1]), book.key(into[1])), reverse=book.backward)
        if before.row == out[1] and before != after:
            return False
        if out == into or not book.same_transaction(out[1], into[1]):
            raise JoinOrder(out=str(join.out), into=str(join.into))
        book.move_behind(into[1], out[1])
        return True

    def _waits(self, ledger: str) -> Iterator[tuple[Key, Line]]:
        """Lines of a ledger that must wait for lines of others."""
        for (name, row), group in self.by_into.items():
            if name == ledger:
                yield from ((self.books[ledger].key(row), p.out) for p in group if p.out[0] != ledger)

    def horizon(self, ledger: str) -> Key | None:
        """The first line of `ledger` that waits for a line which is not done yet; None: nothing waits."""
        waits = self.waits[ledger]
        while self.waited[ledger] < len(waits):
            key, out = waits[self.waited[ledger]]
            if not self._done(out):
                return key
            self.waited[ledger] += 1
        return None

    def _done(self, line: Line) -> bool:
        """Whether the walk of line's book has gone past it."""
        book = self.books[line[0]]
        if book.over:
            return True
        key = book.key(line[1])
        first = self.waits[line[0]][self.waited[line[0]] :][:1]
        return (not book.heap or book.heap[0] > key) and (not first or first[0][0] > key)

    def refuse_circle(self) -> None:
        """Called when no book can go on: name a join that waits for its own end."""
        for ledger in self.books:
            if self.horizon(ledger) is not None:
                key, out = self.waits[ledger][self.waited[ledger]]
                passage = next(p for p in self.by_into[ledger, key.row] if p.out == out)
                raise JoinOrder(out=str(passage.join.out), into=str(passage.join.into))


def used(passages: Sequence[Passage]) -> list[dict[str, Any]]:
    """The joins as they stand in a result, each once, in order."""
    by_place = {(str(each.join.out), str(each.join.into), each.out_at): each.join for each in passages}
    return [by_place[place].as_dict() for place in sorted(by_place)]
