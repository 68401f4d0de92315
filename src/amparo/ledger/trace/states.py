"""Where traced value is at the end of a walk, and the sums that must add up."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from amparo.ledger.trace.stops import StopReason


class State(StrEnum):
    """Where the traced part of an output is now. The last is of traces back only."""

    WAITING = "waiting"  # only during the walk
    HELD = "held"  # no loaded block spends it
    SPENT = "spent"  # it went on; of a trace back: it was followed to what funded it
    STOPPED = "stopped"  # a stop rule ended the trace here
    DESTROYED = "destroyed"  # the output can never be spent
    GAP = "gap"  # spent (back: made) together with outputs that are not loaded
    MINTED = "minted"  # made by a coinbase: new money and fees, nothing spent


#: By the number the kernel gives (native/walk.hpp).
STATES: Final = tuple(State)
_SUMS: Final = ("claims", "held", "fee", "absorbed", "destroyed", "gap")


@dataclass(frozen=True, slots=True)
class Totals:
    """Satoshi. Of a rule that conserves value, claims = held + fee + absorbed + stopped + destroyed + gap + minted.

    `minted` is None of a forward trace, which never comes to a coinbase.
    """

    claims: int
    held: int
    fee: int
    absorbed: int
    stopped: Mapping[StopReason, int]
    destroyed: int
    gap: int
    minted: int | None = None

    @property
    def found(self) -> int:
        plain = self.held + self.fee + self.absorbed + self.destroyed + self.gap + (self.minted or 0)
        return plain + sum(self.stopped.values())

    def as_dict(self) -> dict[str, Any]:
        plain = {name: getattr(self, name) for name in _SUMS}
        if self.minted is not None:
            plain["minted"] = self.minted
        by_reason = {reason.value: amount for reason, amount in sorted(self.stopped.items())}
        return {**plain, "stopped": sum(self.stopped.values()), "stopped_by_reason": by_reason}

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> "Totals":
        """Read back what `as_dict` gave."""
        plain = {name: int(value[name]) for name in _SUMS}
        stopped = {StopReason(reason): int(amount) for reason, amount in value["stopped_by_reason"].items()}
        minted = value.get("minted")
        return cls(stopped=stopped, minted=None if minted is None else int(minted), **plain)
