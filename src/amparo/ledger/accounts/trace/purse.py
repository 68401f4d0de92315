"""One purse while traced money is in it: its queue, what it owes, and which of its lines come next."""

import numpy as np

from amparo.ledger.accounts.rules import AccountRule, Mark
from amparo.ledger.accounts.trace.book import Book, Key


class Purse:
    """Comes to life when traced money arrives. `debt`: units by which the account is overdrawn.

    `known`: whether its balance is known; if not, nobody can say what leaves it.
    """

    def __init__(self, book: Book, number: int, rule: AccountRule, key: Key, *, least: bool) -> None:
        self.book = book
        self.number = number
        self.rule = rule
        self.hop = 0
        self.lines = book.store.lines(number)
        self.next_line = 0  # first line that was not pushed yet
        self.pending = 0  # pushed and not passed
        opening = book.store.purse_opening(number)
        self.known = opening is not None or least
        self.offset = self._least() if opening is None and least else 0
        balance = self._balance_before(key, opening or 0) + self.offset
        self.debt = max(0, -balance) if self.known else 0
        self.queue = rule.queue(max(0, balance) if self.known else 0)
        self._push_rest_of(key)

    def _least(self) -> int:
        """The smallest opening under which the account was never overdrawn."""
        store, number = self.book.store, self.number
        lowest = min((store.balance_after(number, line) for line in range(len(self.lines))), default=0)
        return max(0, -lowest)

    def _group(self, line: int) -> int:
        """End of the lines that stand in the same transaction as `line`, `line` included."""
        book, lines = self.book, self.lines
        row, end = int(lines[line]) >> 1, line + 1
        while end < len(lines) and book.same_transaction(row, int(lines[end]) >> 1):
            end += 1
        return end

    def _balance_before(self, key: Key, opening: int) -> int:
        """Balance just before `key`; the lines of key's own transaction are added in the walk's order."""
        first = self._first_line(key.row)
        self.next_line = first
        store = self.book.store
        balance = opening if first == 0 else store.balance_after(self.number, first - 1)
        if first == len(self.lines) or not self._in_transaction(first, key.row):
            return balance
        self.next_line = self._group(first)
        for line in self.lines[first : self.next_line].tolist():
            if self.book.key(line >> 1) < key:
                amount = store.amount(line >> 1)
                balance += amount if line & 1 else -amount
        return balance

    def _in_transaction(self, line: int, row: int) -> bool:
        return row < self.book.span.end and self.book.same_transaction(int(self.lines[line]) >> 1, row)

    def _first_line(self, row: int) -> int:
        """The first line of row's transaction or after it."""
        first = self.book.transaction(row)[0] if row < self.book.span.end else row
        return int(np.searchsorted(self.lines, np.uint64(first * 2), side="left"))

    def _push_rest_of(self, key: Key) -> None:
        """Push what comes after `key` in its own transaction, else the next transaction's lines."""
        start = self._first_line(key.row)
        later = [line >> 1 for line in self.lines[start : self.next_line].tolist()]
        self._push({found for row in later if (found := self.book.key(row)) > key})
        if not self.pending:
            self._push_next()

    def _push_next(self) -> None:
        if self.next_line < len(self.lines):
            end = self._group(self.next_line)
            rows = {line >> 1 for line in self.lines[self.next_line : end].tolist()}
            self.next_line = end
            self._push({self.book.key(row) for row in rows})

    def _push(self, keys: set[Key]) -> None:
        self.pending += len(keys)
        for key in keys:
            self.book.push(key)

    def passed(self) -> None:
        """One of its lines was worked on."""
        self.pending -= 1
        if not self.pending:
            self._push_next()

    def take(self, amount: int) -> Mark:
        """What is traced in a payment of `amount`; beyond the balance it is paid on credit, which is not traced."""
        held = min(amount, self.queue.length)
        mark = self.queue.take(held)
        if held == amount:
            return mark
        self.debt += amount - held if self.known else 0
        return self.rule.gather([(held, mark), (amount - held, self.rule.clean)])

    def put(self, amount: int, mark: Mark) -> int:
        """Take a payment in; return the traced units that only paid back a debt."""
        repaid = min(amount, self.debt)
        if not repaid:
            self.queue.put(amount, mark)
            return 0
        self.debt -= repaid
        paid, rest = self.rule.split(mark, (repaid, amount - repaid))
        self.queue.put(amount - repaid, rest)
        return self.rule.size(paid, repaid)

    def lose_all(self) -> int:
        """Give up on what is traced here (its balance is not known); return how much that was."""
        lost = self.queue.traced
        self.queue = self.rule.queue(self.queue.length)
        return lost

    def pays_later(self) -> bool:
        """Whether a line that was not worked on is a payment of this purse."""
        left = self.lines[max(0, self.next_line - self.pending) :]
        return bool((left & 1 == 0).any())
