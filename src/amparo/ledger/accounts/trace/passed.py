"""What a walk leaves behind: the transfers it passed, and where traced units ended."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from amparo.ledger.accounts.rules import Mark
from amparo.ledger.accounts.trace.passages import Line, Passage
from amparo.ledger.accounts.trace.stops import AccountStop


class End(StrEnum):
    """Where traced units of a transfer went; the words are permanent."""

    ARRIVED = "arrived"  # they are in the receiver's account
    FEE = "fee"
    LEFT = "left"  # out of the known books
    STOPPED = "stopped"
    CONVERTED = "converted"  # all of it went on over joins


class LeafState(StrEnum):
    HELD = "held"  # still there at the end of what was loaded
    STOPPED = "stopped"
    FEE = "fee"
    LEFT = "left"
    REPAID = "repaid"  # paid back an overdraft
    GAP = "gap"  # the balance there is not known
    ELSEWHERE = "elsewhere"  # a join leads to a ledger that is not loaded


class LeafKey(NamedTuple):
    """Ends are added up by this. `account` is where the units ended; None outside the known books."""

    ledger: str
    account: str | None
    asset: str
    state: LeafState
    stop: AccountStop | None
    to: str | None  # the join's other end, for ELSEWHERE


@dataclass(slots=True)
class Step:
    """One transfer that carried traced units."""

    line: Line
    traced: int
    hop: int
    claim: int
    absorbed: int
    converted_in: int
    converted_out: int
    end: End
    stop: AccountStop | None


class Arrival(NamedTuple):
    """What a passage brings to a line: a mark of `length` units from unit `at` on."""

    at: int
    length: int
    mark: Mark
    hop: int
    passage: Passage
