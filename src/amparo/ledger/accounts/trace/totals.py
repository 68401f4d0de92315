"""What became of the traced units of one asset in one ledger; the two sides are always equal, or there is no result.

claims + converted in = held + fee + absorbed + stopped + left + gap + converted out
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from amparo.ledger.accounts.trace.stops import AccountStop


@dataclass(slots=True)
class AssetTotals:
    """`left`: paid out of the known books (in cash, to another bank, burnt, to pay back an overdraft).

    `absorbed`: arrived where it was claimed already, counted twice. `gap`: lost where a balance is not known.
    `converted_in`, `converted_out`: over joins, stated in this asset's units.
    """

    ledger: str
    asset: str
    claims: int = 0
    converted_in: int = 0
    held: int = 0
    fee: int = 0
    absorbed: int = 0
    left: int = 0
    gap: int = 0
    converted_out: int = 0
    stopped: dict[AccountStop, int] = field(default_factory=dict)

    @property
    def came(self) -> int:
        return self.claims + self.converted_in

    @property
    def found(self) -> int:
        ends = (self.held, self.fee, self.absorbed, self.left, self.gap, self.converted_out)
        return sum(ends) + sum(self.stopped.values())

    def stop(self, reason: AccountStop, amount: int) -> None:
        self.stopped[reason] = self.stopped.get(reason, 0) + amount

    def as_dict(self) -> dict[str, Any]:
        """Amounts as text: they may be larger than JSON numbers are safe for."""
        numbers = ("claims", "converted_in", "held", "fee", "absorbed", "left", "gap", "converted_out")
        return {
            "ledger": self.ledger,
            "asset": self.asset,
            **{name: str(getattr(self, name)) for name in numbers},
            "stopped": {reason.value: str(amount) for reason, amount in sorted(self.stopped.items())},
        }

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> "AssetTotals":
        rest = {name: int(part) for name, part in value.items() if name not in ("ledger", "asset", "stopped")}
        stopped = {AccountStop(name): int(part) for name, part in value["stopped"].items()}
        return cls(value["ledger"], value["asset"], **rest, stopped=stopped)
