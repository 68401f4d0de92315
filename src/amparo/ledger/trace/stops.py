"""Stop rules: where a trace ends on purpose. Each end is a row in the report with its reason, never silent."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from amparo.base import gettext_noop


class StopReason(StrEnum):
    """The kernel counts them in this order, from 1 (native/walk.hpp)."""

    SERVICE = "service"
    HOPS = "hop-limit"
    FLOOR = "floor"
    HEIGHT = "height"
    BUDGET = "budget"
    MIXER = "mixer"
    DORMANT = "dormant"
    DATE = "date"
    CLUSTER = "cluster"


STOP_REASONS: Final = {
    StopReason.SERVICE: gettext_noop("The output pays a service: what it does inside, its own books decide."),
    StopReason.HOPS: gettext_noop("The limit of hops was reached."),
    StopReason.FLOOR: gettext_noop("The traced amount fell below the floor."),
    StopReason.HEIGHT: gettext_noop("The transaction lies outside the heights to follow."),
    StopReason.BUDGET: gettext_noop("The limit of transactions was reached."),
    StopReason.MIXER: gettext_noop("The transaction has the shape of a mix of several people's money."),
    StopReason.DORMANT: gettext_noop("The output lay still for longer than the limit."),
    StopReason.DATE: gettext_noop("The transaction lies outside the dates to follow."),
    StopReason.CLUSTER: gettext_noop("The output pays an entity with more addresses than the limit."),
}
_FIRST: Final = ("max_hops", "floor", "last_height", "max_transactions")
_ADDED: Final = ("first_height", "first_time", "last_time", "dormant_days", "max_entity")
_ADDED_SETS: Final = ("mixers", "clusters")


@dataclass(frozen=True, slots=True)
class StopRules:
    """`floor` is in traced satoshi. `last_height`: spends in later blocks are not followed (the number of the
    block in the window where heights are unknown). `services`: addresses a trace does not go through.

    `first_height` and `first_time` bound a trace back. Times are of blocks, seconds since 1970 UTC. `dormant_days`:
    ends where an output lay still longer, or is unspent that long before the last loaded block. `mixers`: ids of
    transactions a trace does not enter. `max_entity`: addresses an entity may have to be gone through; `clusters`:
    addresses of larger ones, where that is known beforehand.
    Rules about what an output pays or how long it lay are not asked of the seeds themselves.
    """

    max_hops: int | None = None
    floor: int | None = None
    last_height: int | None = None
    max_transactions: int = 100_000
    services: frozenset[str] = frozenset()
    first_height: int | None = None
    first_time: int | None = None
    last_time: int | None = None
    dormant_days: int | None = None
    max_entity: int | None = None
    mixers: frozenset[str] = frozenset()
    clusters: frozenset[str] = frozenset()

    def as_dict(self) -> dict[str, Any]:
        """What came later stands there only where it is used: old recipes keep their form."""
        value: dict[str, Any] = {name: getattr(self, name) for name in _FIRST}
        value["services"] = sorted(self.services)
        value |= {name: getattr(self, name) for name in _ADDED if getattr(self, name) is not None}
        return value | {name: sorted(getattr(self, name)) for name in _ADDED_SETS if getattr(self, name)}

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> "StopRules":
        plain = {name: value.get(name) for name in _ADDED}
        sets = {name: frozenset(value.get(name, ())) for name in ("services", *_ADDED_SETS)}
        return cls(**{name: value[name] for name in _FIRST}, **plain, **sets)  # type: ignore[arg-type]
