"""One purse while traced money is in it: its queue, what it owes, and which of its lines come next."""

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
        self.lines = book.lines(number)
        self.next_line = 0  # first line that was not pushed yet
        self.pending = 0  # pushed and not passed
        said = book.store.purse_opening(number) is not None
        self.known = said or least
        self.offset = self._least() if least and not said else 0
        balance = self._balance_before(key) + self.offset
        self.debt = max(0, -balance) if self.known else 0
        self.queue = rule.queue(max(0, balance) if self.known else 0)
        self._push_rest_of(key)

    def _least(self) -> int:
        """The smallest opening under which the account was never overdrawn."""
        book, number = self.book, self.number
        return max(0, -min(book.balance_before(number, line) for line in range(len(self.lines) + 1)))

    def _group(self, line: int) -> int:
        """End of the lines that stand in the same transaction as `line`, `line` included."""
        book, lines = self.book, self.lines
        row, end = int(lines[line]) >> 1, line + 1
        while end < len(lines) and book.same_transaction(row, int(lines[end]) >> 1):
            end += 1
        return end

    def _balance_before(self, key: Key) -> int:
        """Balance just before `key`; the lines of key's own transaction are added in the walk's order."""
        book = self.book
        first = self.next_line = book.first_line(self.number, key.row)
        balance = book.balance_before(self.number, first)
        if first == len(self.lines) or not book.same_transaction(int(self.lines[first]) >> 1, key.row):
            return balance
        self.next_line = self._group(first)
        for line in self.lines[first : self.next_line].tolist():
            if book.key(line >> 1) < key:
                amount = book.store.amount(line >> 1)
                balance += amount if line & 1 else -amount
        return balance

    def _push_rest_of(self, key: Key) -> None:
        """Push what comes after `key` in its own transaction, else the next transaction's lines."""
        start = self.book.first_line(self.number, key.row)
        later = [line >> 1 for line in self.lines[start : self.next_line].tolist()]
        self._push({found for row in later if (found := self.book.key(row)) > key})
        if not self.pending:
            self._push_next()

    def _push_next(self) -> None:
        if self.next_line < len(self.lines):
            end = self._group(self.next_line)
            if end == self.next_line + 1:
                self.book.push(self.book.key(int(self.lines[self.next_line]) >> 1))
                self.next_line, self.pending = end, self.pending + 1
                return
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
