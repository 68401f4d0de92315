"""Where a trace on accounts starts: a transfer, a part of one, or what an account received or sent in a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from amparo.ledger.accounts.join import TransferRef
from amparo.ledger.accounts.transfer import Account, Position


class Side(StrEnum):
    """What of an account is claimed; the words are permanent."""

    RECEIVED = "received"  # every transfer it receives
    SENT = "sent"  # every transfer it sends
    BALANCE = "balance"  # what it holds at `since` (before the first line from then on)


@dataclass(frozen=True, slots=True)
class TransferSeed:
    """`amount`: the first units of the transfer; None = all of it."""

    ref: TransferRef
    amount: int | None = None

    def as_dict(self) -> dict[str, Any]:
        amount = None if self.amount is None else str(self.amount)
        return {"ledger": self.ref.ledger, "position": list(self.ref.position), "amount": amount}


@dataclass(frozen=True, slots=True)
class AccountSeed:
    """Times in seconds since 1970 UTC, both included; None = no bound. `asset` None = every asset it has."""

    account: Account
    asset: str | None = None
    side: Side = Side.RECEIVED
    since: int | None = None
    until: int | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "account": list(self.account),
            "asset": self.asset,
            "side": self.side.value,
            "since": self.since,
            "until": self.until,
        }


Seed = TransferSeed | AccountSeed


def seed_from_dict(value: Mapping[str, Any]) -> Seed:
    if "account" in value:
        account = Account(*value["account"])
        return AccountSeed(account, value["asset"], Side(value["side"]), value["since"], value["until"])
    ref = TransferRef(value["ledger"], Position(*value["position"]))
    return TransferSeed(ref, None if value["amount"] is None else int(value["amount"]))
