"""Stop rules: where a trace ends on purpose. Each end is a row in the report with its reason, never silent."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from amparo.base import gettext_noop


class StopReason(StrEnum):
    SERVICE = "service"
    HOPS = "hop-limit"
    FLOOR = "floor"
    HEIGHT = "height"
    BUDGET = "budget"


STOP_REASONS: Final = {
    StopReason.SERVICE: gettext_noop("The output pays a service: what it does inside, its own books decide."),
    StopReason.HOPS: gettext_noop("The limit of hops was reached."),
    StopReason.FLOOR: gettext_noop("The traced amount fell below the floor."),
    StopReason.HEIGHT: gettext_noop("The output was spent after the last height to follow."),
    StopReason.BUDGET: gettext_noop("The limit of transactions was reached."),
}


@dataclass(frozen=True, slots=True)
class StopRules:
    """`floor` is in traced satoshi. `last_height`: spends in later blocks are not followed (the number of the
    block in the window where heights are unknown). `services`: addresses a trace does not go through.
    """

    max_hops: int | None = None
    floor: int | None = None
    last_height: int | None = None
    max_transactions: int = 100_000
    services: frozenset[str] = frozenset()

    def as_dict(self) -> dict[str, Any]:
        return {
            "max_hops": self.max_hops,
            "floor": self.floor,
            "last_height": self.last_height,
            "max_transactions": self.max_transactions,
            "services": sorted(self.services),
        }

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> "StopRules":
        return cls(
            value["max_hops"],
            value["floor"],
            value["last_height"],
            value["max_transactions"],
            frozenset(value["services"]),
        )
