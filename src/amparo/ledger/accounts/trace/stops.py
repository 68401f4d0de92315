"""Stop rules on accounts: where a trace ends on purpose. Each end is a row of the result with its reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from amparo.base import gettext_noop
from amparo.ledger.accounts.transfer import Account


class AccountStop(StrEnum):
    SERVICE = "service"
    MIXER = "mixer"
    NOBODY = "nobody"
    HOPS = "hop-limit"
    FLOOR = "floor"
    DATE = "date"
    BUDGET = "budget"


ACCOUNT_STOPS: Final[Mapping[AccountStop, str]] = {
    AccountStop.SERVICE: gettext_noop("The account is a service's: what it does inside, its own books decide."),
    AccountStop.MIXER: gettext_noop("The account is a mixer's: what leaves it is not what came in."),
    AccountStop.NOBODY: gettext_noop("The address is nobody's: coins sent there are not held by any one owner."),
    AccountStop.HOPS: gettext_noop("The limit of hops was reached."),
    AccountStop.FLOOR: gettext_noop("The traced amount fell below the floor."),
    AccountStop.DATE: gettext_noop("The money moved on after the last date to follow."),
    AccountStop.BUDGET: gettext_noop("The limit of transfers was reached."),
}


@dataclass(frozen=True, slots=True)
class AccountStops:
    """`floors`: asset -> traced units below which a transfer is not followed. `until` (backward: `since`): seconds
    since 1970 UTC, included. `services`, `mixers`: accounts a trace does not go through.
    """

    max_hops: int | None = None
    floors: Mapping[str, int] = field(default_factory=dict)
    since: int | None = None
    until: int | None = None
    max_transfers: int = 100_000
    services: frozenset[Account] = frozenset()
    mixers: frozenset[Account] = frozenset()

    def as_dict(self) -> dict[str, Any]:
        return {
            "max_hops": self.max_hops,
            "floors": [[asset, str(amount)] for asset, amount in sorted(self.floors.items())],
            "since": self.since,
            "until": self.until,
            "max_transfers": self.max_transfers,
            "services": [list(each) for each in sorted(self.services)],
            "mixers": [list(each) for each in sorted(self.mixers)],
        }

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> "AccountStops":
        return cls(
            max_hops=value["max_hops"],
            floors={asset: int(amount) for asset, amount in value["floors"]},
            since=value["since"],
            until=value["until"],
            max_transfers=value["max_transfers"],
            services=frozenset(Account(*each) for each in value["services"]),
            mixers=frozenset(Account(*each) for each in value["mixers"]),
        )
