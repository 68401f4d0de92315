"""One movement of value between two accounts: the common shape of EVM, TRON, bank and mobile-money ledgers.

Amounts are whole numbers of the asset's smallest unit (wei, token units, cents); how many decimals the asset is
shown with stands in the store, never here. A line that changes one balance only (a bank's fee, interest, a deposit of
cash) names the other side as None: value that enters or leaves the ledger there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple


class Kind(StrEnum):
    """What kind of movement; the words are permanent."""

    NATIVE = "native"  # the chain's own coin, moved by the transaction itself
    INTERNAL = "internal"  # the chain's own coin, moved by a contract (a trace)
    TOKEN = "token"  # noqa: S105 - a token's Transfer event
    FEE = "fee"  # paid for the transaction; leaves the ledger or goes to a miner
    MINT = "mint"  # a token's units come into being
    BURN = "burn"
    REWARD = "reward"  # block reward or withdrawal
    BANK = "bank"  # a booked line of a bank statement
    MOBILE = "mobile"  # a booked line of a mobile-money statement
    CASH = "cash"  # paid in or out over the counter, at an agent, at a machine


class Account(NamedTuple):
    """`ledger` names the book the account stands in ("ethereum", "tron", "bank:DE89…"); `id` as shown there."""

    ledger: str
    id: str

    def __str__(self) -> str:
        return f"{self.ledger}/{self.id}"


class Position(NamedTuple):
    """Order inside one ledger: block height or line number, transaction in it, movement in that transaction."""

    height: int
    tx: int
    log: int


@dataclass(frozen=True, slots=True)
class Transfer:
    """`ref` is the txid or the statement's own reference; `source` names the file (or node) and line it was read from.

    `time`: seconds since 1970 UTC. A date without an hour is its midnight, and `precise` is False.
    """

    ledger: str
    position: Position
    time: int
    kind: Kind
    asset: str
    sender: str | None
    receiver: str | None
    amount: int
    ref: str
    source: str
    precise: bool = True
    remarks: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)
