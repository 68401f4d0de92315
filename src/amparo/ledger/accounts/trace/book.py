"""One ledger of one store while a trace walks it: the order of its lines, and how far the walk has come.

Lines are taken in the ledger's own order, with two exceptions inside one transaction: fees stand last or first (the
fee policy), and what a join gives comes after what it takes (a pool may pay out before it is paid).
"""

import heapq
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

import numpy as np

from amparo.ledger.accounts.errors import LedgerTwice, UnknownFeePlace
from amparo.ledger.accounts.store import AccountStore
from amparo.ledger.accounts.transfer import Account, Kind

_FEE: Final = tuple(Kind).index(Kind.FEE)


class Key(NamedTuple):
    """Where a line stands in the walk's order; `sub` < 0 is before the line, > 0 after it."""

    place: int
    sub: int
    row: int


class Book:
    """`moved`: rows that stand elsewhere than their row says, see the module."""

    def __init__(self, store: AccountStore, ledger: str, fee: str) -> None:
        self.store = store
        self.ledger = ledger
        self.span = store.spans[ledger]
        self.fee = fee
        self.moved: dict[int, Key] = {}
        self.heap: list[Key] = []
        self.kinds = store.arrays["kind"]
        self.heights = store.arrays["height"]
        self.txs = store.arrays["tx"]
        self.over = False  # whether a stop rule ended it before its last line
        self.end = Key(self.span.end * 2 + 2, 0, self.span.end)

    def key(self, row: int) -> Key:
        found = self.moved.get(row)
        if found is not None:
            return found
        if self.kinds[row] == _FEE:
            first, end = self.transaction(row)
            return Key(end * 2 - 1, 0, row) if self.fee == "last" else Key(first * 2 - 1, 0, row)
        return Key(row * 2, 0, row)

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

    def push(self, key: Key) -> None:
        heapq.heappush(self.heap, key)

    def pop(self) -> Key:
        """The next line; lines that were pushed twice come once."""
        found = heapq.heappop(self.heap)
        while self.heap and self.heap[0] == found:
            heapq.heappop(self.heap)
        return found

    def account(self, purse: int) -> Account:
        name = self.store.purse_name(purse)
        return Account(name.ledger, name.account)


def books_of(stores: Iterable[AccountStore], fee: str) -> Mapping[str, Book]:
    """All ledgers of the stores. Raises LedgerTwice, UnknownFeePlace."""
    if fee not in ("last", "first"):
        raise UnknownFeePlace(fee=fee)
    books: dict[str, Book] = {}
    for store in stores:
        for ledger in store.ledgers:
            if ledger in books:
                raise LedgerTwice(ledger=ledger)
            books[ledger] = Book(store, ledger, fee)
    return books
