"""Joins: value that leaves one book (ledger and asset) and goes on in another, with how sure that is.

A swap, a bridge, a bank paying into mobile money, a purchase or sale of coins. A join never says who did it.
`amount_out` units of the transfer `out` are held to have become `amount_in` units of `into`; both sides are stated,
because the assets and their units differ.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, NamedTuple

from amparo.base import gettext_noop
from amparo.ledger.accounts.errors import UnknownLedgerPlace
from amparo.ledger.accounts.transfer import Position


class TransferRef(NamedTuple):
    """One transfer of an account ledger: `Transfer.ledger` and `Transfer.position`, which are unique together."""

    ledger: str
    position: Position

    def __str__(self) -> str:
        return f"{self.ledger}@{':'.join(map(str, self.position))}"


class OutputRef(NamedTuple):
    """One output of a UTXO chain: network name as in `amparo.ledger.NETWORKS`, txid as shown, output number."""

    network: str
    txid: str
    vout: int

    def __str__(self) -> str:
        return f"{self.network}@{self.txid}:{self.vout}"


Ref = TransferRef | OutputRef


def read_transfer_ref(text: str) -> TransferRef:
    """The way back from `str(ref)`: "bank:DE89@7:0:0". Raises UnknownLedgerPlace for another form."""
    ledger, _, place = text.strip().rpartition("@")
    parts = place.split(":")
    if not ledger or len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
        raise UnknownLedgerPlace(place=text[:100])
    return TransferRef(ledger, Position(*map(int, parts)))


class JoinLevel(StrEnum):
    """How the join is known; the words are those of findings and permanent."""

    OBSERVED = "observed"  # a record of the party in the middle says so: an exchange's own table
    DERIVED = "derived"  # follows from one transaction or one reference that stands on both sides
    INFERRED = "inferred"  # amounts and times fit, and nothing else does


class JoinKind(StrEnum):
    """What kind of passage; the words are permanent."""

    SWAP = "swap"
    WRAP = "wrap"  # a coin and its token form, one for one
    BRIDGE = "bridge"
    PAYMENT = "payment"  # the same money seen in two books: bank to bank, bank to mobile money
    PURCHASE = "purchase"  # money to coins
    SALE = "sale"  # coins to money


JOIN_KINDS: Final[Mapping[JoinKind, str]] = {
    JoinKind.SWAP: gettext_noop("Swapped for another asset"),
    JoinKind.WRAP: gettext_noop("Turned into its token form or back"),
    JoinKind.BRIDGE: gettext_noop("Moved to another chain"),
    JoinKind.PAYMENT: gettext_noop("The same payment in another book"),
    JoinKind.PURCHASE: gettext_noop("Coins bought"),
    JoinKind.SALE: gettext_noop("Coins sold"),
}


@dataclass(frozen=True, slots=True)
class Join:
    """`reason` is a permanent short key ("same-transaction", "amount-and-time"); `facts` are its numbers and names.

    `confidence` 0 to 100. Facts hold canonical JSON values only (whole numbers beyond 2^53 as text).
    """

    out: Ref
    into: Ref
    amount_out: int
    amount_in: int
    level: JoinLevel
    kind: JoinKind
    reason: str
    confidence: int
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.amount_out < 1 or self.amount_in < 0 or not 0 <= self.confidence <= 100:
            raise ValueError("a join needs an amount that leaves and a confidence of 0 to 100")

    def as_dict(self) -> dict[str, Any]:
        return {
            "out": _ref_dict(self.out),
            "into": _ref_dict(self.into),
            "amount_out": str(self.amount_out),
            "amount_in": str(self.amount_in),
            "level": self.level.value,
            "kind": self.kind.value,
            "reason": self.reason,
            "confidence": self.confidence,
            "facts": dict(self.facts),
        }

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> "Join":
        return cls(
            out=_ref(value["out"]),
            into=_ref(value["into"]),
            amount_out=int(value["amount_out"]),
            amount_in=int(value["amount_in"]),
            level=JoinLevel(value["level"]),
            kind=JoinKind(value["kind"]),
            reason=value["reason"],
            confidence=value["confidence"],
            facts=value["facts"],
        )


def _ref_dict(ref: Ref) -> dict[str, Any]:
    if isinstance(ref, TransferRef):
        return {"ledger": ref.ledger, "position": list(ref.position)}
    return {"network": ref.network, "txid": ref.txid, "vout": ref.vout}


def _ref(value: Mapping[str, Any]) -> Ref:
    if "ledger" in value:
        return TransferRef(value["ledger"], Position(*value["position"]))
    return OutputRef(value["network"], value["txid"], value["vout"])
