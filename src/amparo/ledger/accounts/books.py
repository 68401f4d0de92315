"""What stands in a book beside its transfers: assets, balances at its start and at its lines, blocks of a chain."""

from dataclasses import dataclass
from typing import NamedTuple

from amparo.ledger.accounts.transfer import Position


@dataclass(frozen=True, slots=True)
class Asset:
    """`decimals`: how many places the smallest unit is shown behind the point. `contract`: a token's address.

    `symbol` is what the source calls it; anybody may give a token any symbol.
    """

    decimals: int
    symbol: str = ""
    contract: str | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """Balance of an account before its first line; `source`: the node and height, or the statement's file and line."""

    ledger: str
    account: str
    asset: str
    amount: int
    source: str


@dataclass(frozen=True, slots=True)
class Balance:
    """What a node or a statement's running balance says after the line `position` (after its whole transaction)."""

    ledger: str
    account: str
    asset: str
    position: Position
    amount: int
    source: str


class Block(NamedTuple):
    """One block of a chain that a ledger was read from; hashes as the chain shows them."""

    ledger: str
    height: int
    hash: str
    parent: str
    time: int
