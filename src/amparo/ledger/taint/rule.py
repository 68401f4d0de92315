"""What every taint rule offers. Amounts are exact integers in the chain's smallest unit.

A rule keeps a *mark* on an output: which part of it is traced. Poison's mark is yes or no, haircut's an amount,
the ordered rules' the exact satoshis as intervals. `None` is never a mark; nothing traced is `rule.clean`.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, Generic, NamedTuple, Protocol, TypeVar

from amparo.base import gettext_noop
from amparo.ledger.errors import UnknownFeePolicy

M = TypeVar("M")


class FeePolicy(StrEnum):
    """Which satoshis of an ordered queue the fee takes."""

    LAST = "last"  # the queue's tail
    FIRST = "first"  # its head
    PRORATA = "prorata"  # evenly along the queue


FEE_POLICIES: Final = {
    FeePolicy.LAST: gettext_noop("The fee is taken from the end of the queue."),
    FeePolicy.FIRST: gettext_noop("The fee is taken from the head of the queue."),
    FeePolicy.PRORATA: gettext_noop("The fee is taken evenly along the queue."),
}


def fee_policy(name: str) -> FeePolicy:
    """Raises UnknownFeePolicy."""
    try:
        return FeePolicy(name)
    except ValueError:
        raise UnknownFeePolicy(fee=name, known=", ".join(FeePolicy)) from None


class Funding(NamedTuple, Generic[M]):
    """One input: the value it brings and the mark it carries."""

    value: int
    mark: M


class Moved(NamedTuple, Generic[M]):
    """Where the marks of one transaction went: one mark an output, in output order, and units to the fee."""

    outputs: tuple[M, ...]
    fee: int


class TaintRule(Protocol[M]):
    """`conserves`: whether amounts add up (poison only says what was reached). `meaning` and `legal` are sentences."""

    name: str
    meaning: str
    legal: str
    conserves: bool

    @property
    def clean(self) -> M: ...

    def examples(self) -> object: ...

    def claim(self, value: int, amount: int) -> M:
        """The mark of a claim of `amount` on an output worth `value` (amount <= value)."""
        ...

    def amount(self, mark: M, value: int) -> int:
        """Traced units on an output worth `value`."""
        ...

    def move(self, inputs: Sequence[Funding[M]], outputs: Sequence[int], fee: FeePolicy) -> Moved[M]:
        """Carry the inputs' marks to the outputs. Inputs must be worth at least the outputs."""
        ...

    def merge(self, claimed: M, arriving: M, *, whole: bool) -> tuple[M, int] | None:
        """Join a claim with what arrives on the same output: the mark now, and the units claimed twice.

        `whole` = the claim covers the output. None where this rule cannot tell.
        """
        ...
