"""What a taint rule offers on accounts: a queue for each purse, and marks that travel with transfers.

A mark says which units of one transfer are traced: exact half-open intervals [a, b) of its units for the rules that
keep an order, a number of units for haircut, yes or no for poison. Amounts are whole numbers of any size.
"""

from collections.abc import Sequence
from typing import Any, Protocol

#: Intervals, a number, or yes and no: what one rule makes, only the same rule reads.
Mark = Any


class Queue(Protocol):
    """The units that one purse holds. `length`: how many; `traced`: how many of them are traced."""

    length: int

    @property
    def traced(self) -> int: ...

    def put(self, amount: int, mark: Mark) -> None: ...

    def take(self, amount: int) -> Mark:
        """Take `amount` (at most `length`) units out; return which of them are traced."""
        ...

    def claim_all(self) -> None:
        """Mark every unit."""
        ...


class AccountRule(Protocol):
    """`meaning` and `legal` are sentences; `conserves` is False for poison, whose amounts say reach only."""

    name: str
    meaning: str
    legal: str
    conserves: bool
    clean: Mark

    def examples(self) -> object: ...

    def queue(self, clean: int) -> Queue:
        """A purse that holds `clean` untraced units."""
        ...

    def claim(self, amount: int, claimed: int) -> Mark:
        """The mark of a claim of the first `claimed` of a transfer's `amount` units."""
        ...

    def size(self, mark: Mark, amount: int) -> int:
        """Traced units of a transfer of `amount`."""
        ...

    def split(self, mark: Mark, lengths: Sequence[int]) -> list[Mark]:
        """Cut a transfer into consecutive parts; `lengths` add up to its amount."""
        ...

    def gather(self, parts: Sequence[tuple[int, Mark]]) -> Mark:
        """The mark of a transfer made of consecutive parts (length, mark)."""
        ...

    def convert(self, mark: Mark, before: int, after: int) -> Mark:
        """The mark of `before` units that became `after` units of something else, in proportion, rounded down."""
        ...

    def merge(self, claimed: Mark, arriving: Mark, amount: int, *, whole: bool) -> tuple[Mark, int] | None:
        """Join two claims on the same transfer: the mark now, and the units claimed twice.

        `whole`: the first covers the transfer. None where this rule cannot tell.
        """
        ...

    def overlay(self, first: Mark, second: Mark, amount: int) -> tuple[Mark, int]:
        """As `merge`, for what a join brings: where a rule cannot tell, apart as far as there is room."""
        ...
