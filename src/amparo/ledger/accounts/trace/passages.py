"""The joins of a trace, laid on the lines of its books: which part of which transfer goes on in which other."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from amparo.ledger.accounts.errors import JoinOrder, JoinTooLarge
from amparo.ledger.accounts.join import Join, Ref, TransferRef
from amparo.ledger.accounts.trace.book import Book, Key

#: A line: the ledger and the row in its store.
Line = tuple[str, int]


class Passage(NamedTuple):
    """`out_at`, `into_at`: first unit of the two transfers that the join is about. `into` None: not loaded."""

    join: Join
    out: Line
    out_at: int
    into: Line | None
    into_at: int


class Passages:
    """Joins whose `out` is loaded. Raises UnknownLedgerPlace, JoinTooLarge, JoinOrder."""

    def __init__(self, books: Mapping[str, Book], joins: Sequence[Join]) -> None:
        self.books = books
        self.by_out: dict[Line, list[Passage]] = {}
        self.by_into: dict[Line, list[Passage]] = {}
        taken: dict[tuple[Line, bool], int] = {}
        for join in sorted(joins, key=lambda each: (str(each.out), str(each.into), each.amount_out, each.amount_in)):
            out, into = self._line(join.out), self._line(join.into)
            if out is None:
                continue
            passage = Passage(join, out, self._take(taken, out, True, join), into, 0)
            if into is not None:
                passage = passage._replace(into_at=self._take(taken, into, False, join))
                self.by_into.setdefault(into, []).append(passage)
            self.by_out.setdefault(out, []).append(passage)
        self._order_inside()
        self.waits = {ledger: sorted(self._waits(ledger)) for ledger in books}
        self.waited = dict.fromkeys(books, 0)

    def _line(self, ref: Ref) -> Line | None:
        if not isinstance(ref, TransferRef) or ref.ledger not in self.books:
            return None
        return ref.ledger, self.books[ref.ledger].store.row_of(ref)

    def _take(self, taken: dict[tuple[Line, bool], int], line: Line, leaves: bool, join: Join) -> int:
        """Reserve the join's units on one of its transfers; return where they begin."""
        start = taken.get((line, leaves), 0)
        end = start + (join.amount_out if leaves else join.amount_in)
        value = self.books[line[0]].store.amount(line[1])
        if end > value:
            raise JoinTooLarge(transfer=str(join.out if leaves else join.into), joined=end, value=value)
        taken[line, leaves] = end
        return start

    def _order_inside(self) -> None:
        """Within one transaction let what a join gives come after what it takes, however the log has it."""
        inside = [p for group in self.by_into.values() for p in group if p.into and p.into[0] == p.out[0]]
        for _ in range(len(inside) + 1):
            moved = [passage for passage in inside if self._move(passage)]
            if not moved:
                return
        raise JoinOrder(out=str(inside[0].join.out), into=str(inside[0].join.into))

    def _move(self, passage: Passage) -> bool:
        """Put the passage's `into` behind its `out` if it is not; whether anything changed."""
        (ledger, out), (_, into) = passage.out, passage.into or passage.out
        book = self.books[ledger]
        before, after = book.key(out), book.key(into)
        if before < after:
            return False
        if out == into or not book.same_transaction(out, into):
            raise JoinOrder(out=str(passage.join.out), into=str(passage.join.into))
        book.moved[into] = Key(before.place, before.sub + 1, into)
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
    by_place = {(each.out, each.out_at): each.join for each in passages}
    return [by_place[place].as_dict() for place in sorted(by_place)]
