"""One ledger of one store while a trace walks it, forward or backward: the order of its lines and their two sides.

Lines are taken in the ledger's own order, with two exceptions inside one transaction: fees stand last or first (the
fee policy), and what a join gives comes after what it takes (a pool may pay out before it is paid).

Backward is the exact mirror: the same order from its end, payer and payee changed over, and marks counted from the
end of a transfer. A queue that gives back what left it and takes out what came in is a queue again.
"""

import heapq
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from amparo.ledger.accounts.errors import LedgerTwice, UnknownFeePlace
from amparo.ledger.accounts.store import AccountStore
from amparo.ledger.accounts.transfer import Kind

_FEE: Final = tuple(Kind).index(Kind.FEE)
#: The row of a key that stands behind all lines.
BEHIND: Final = -1


class Key(NamedTuple):
    """Where a line stands in the walk's order: compare keys, not rows. `claim` < 0: just before the line."""

    place: int
    sub: int
    tie: int
    claim: int
    row: int


class Book:
    """`moved`: place and sub of rows that stand elsewhere than their row says, in forward order."""

    def __init__(self, store: AccountStore, ledger: str, fee: str, *, backward: bool) -> None:
        self.store = store
        self.ledger = ledger
        self.span = store.spans[ledger]
        self.fee = fee
        self.backward = backward
        self.sign = -1 if backward else 1
        self.moved: dict[int, tuple[int, int]] = {}
        self.heap: list[Key] = []
        self.kinds = store.arrays["kind"]
        self.heights = store.arrays["height"]
        self.txs = store.arrays["tx"]
        self.over = False  # whether a stop rule ended it before its last line
        self.end = Key(4 * self.span.end + 4, 0, 0, 0, BEHIND)

    def sender(self, row: int) -> int | None:
        return self.store.receiver(row) if self.backward else self.store.sender(row)

    def receiver(self, row: int) -> int | None:
        return self.store.sender(row) if self.backward else self.store.receiver(row)

    def time(self, row: int) -> int:
        """Seconds, counted so that they grow along the walk."""
        return self.sign * self.store.time(row)

    def key(self, row: int) -> Key:
        place, sub = self._place(row)
        sign = self.sign
        return Key(sign * place, sign * sub, sign * row, 0, row)

    def _place(self, row: int) -> tuple[int, int]:
        found = self.moved.get(row)
        if found is not None:
            return found
        if self.kinds[row] == _FEE:
            first, end = self.transaction(row)
            return (end * 2 - 1, 0) if self.fee == "last" else (first * 2 - 1, 0)
        return row * 2, 0

    def move_behind(self, row: int, other: int) -> None:
        """Let `row` stand right behind `other`, in forward order."""
        place, sub = self._place(other)
        self.moved[row] = (place, sub + 1)

    def transaction(self, row: int) -> tuple[int, int]:
        """Rows [first, end) of the transaction `row` stands in."""
        first, end = self.span.first, self.span.end
        alone = (row == first or not self.same_transaction(row, row - 1)) and (
            row + 1 == end or not self.same_transaction(row, row + 1)
        )
        if alone:
            return row, row + 1
        height, tx = self.heights[row], self.txs[row]
        low = first + int(np.searchsorted(self.heights[first:end], height, side="left"))
        high = first + int(np.searchsorted(self.heights[first:end], height, side="right"))
        inside = self.txs[low:high]
        return (
            low + int(np.searchsorted(inside, tx, side="left")),
            low + int(np.searchsorted(inside, tx, side="right")),
        )

    def same_transaction(self, row: int, other: int) -> bool:
        return bool(self.heights[row] == self.heights[other] and self.txs[row] == self.txs[other])

    # A purse's lines in the order of the walk: row * 2, + 1 where the purse receives.

    def lines(self, purse: int) -> NDArray[np.uint64]:
        lines = self.store.lines(purse)
        return lines[::-1] ^ np.uint64(1) if self.backward else lines

    def first_line(self, purse: int, row: int) -> int:
        """The first line of row's transaction or behind it."""
        lines = self.store.lines(purse)
        if row == BEHIND:
            return len(lines)
        first, end = self.transaction(row)
        if self.backward:
            return len(lines) - int(np.searchsorted(lines, np.uint64(end * 2), side="left"))
        return int(np.searchsorted(lines, np.uint64(first * 2), side="left"))

    def balance_before(self, purse: int, line: int) -> int:
        """Balance before a line by number; from 0 where the opening is unknown."""
        last = len(self.store.lines(purse)) - line if self.backward else line
        return (self.store.purse_opening(purse) or 0) if last == 0 else self.store.balance_after(purse, last - 1)

    def push(self, key: Key) -> None:
        heapq.heappush(self.heap, key)

    def pop(self) -> Key:
        """The next line; lines that were pushed twice come once."""
        found = heapq.heappop(self.heap)
        while self.heap and self.heap[0] == found:
            heapq.heappop(self.heap)
        return found


def books_of(stores: Iterable[AccountStore], fee: str, *, backward: bool = False) -> Mapping[str, Book]:
    """All ledgers of the stores. Raises LedgerTwice, UnknownFeePlace."""
    if fee not in ("last", "first"):
        raise UnknownFeePlace(fee=fee)
    books: dict[str, Book] = {}
    for store in stores:
        for ledger in store.ledgers:
            if ledger in books:
                raise LedgerTwice(ledger=ledger)
            books[ledger] = Book(store, ledger, fee, backward=backward)
    return books
