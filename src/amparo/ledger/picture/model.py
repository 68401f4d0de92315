"""Flow: what a picture of money shows, whatever ledgers it passed: places, transactions, and links between them.

Amounts are whole numbers of each asset's smallest unit; `Unit` says how they are written. Nothing here is drawn.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, NamedTuple

FIRST: Final = "observed"  # the level of what stands in a ledger as it is
LONG: Final = 8  # decimals beyond which an amount's last zeros are not written


class NodeKind(StrEnum):
    PLACE = "place"  # an output, or an account with one asset: where value is
    STEP = "step"  # a transaction that value passes through
    PEEL = "peel"  # a row of peel hops folded into one
    GROUP = "group"  # many small places of one hop and state
    STEPS = "steps"  # the transactions of one hop that join groups only


class Unit(NamedTuple):
    """How amounts of one asset are written: symbol, decimals, and the name of one smallest unit."""

    symbol: str
    decimals: int = 0
    smallest: str | None = None

    @property
    def small(self) -> str:
        """What `number` counts."""
        return self.smallest or self.symbol

    def number(self, amount: int) -> str:
        """The exact amount without its unit: in smallest units where those have a name, else with decimals."""
        return str(amount) if self.smallest else self.text(amount).removesuffix(f" {self.symbol}")

    def text(self, amount: int) -> str:
        """`150000000` -> "1.50000000 BTC": exact; of more than eight decimals the zeros at the end are left out."""
        sign, plain = ("-" if amount < 0 else ""), str(abs(amount)).rjust(self.decimals + 1, "0")
        number = f"{plain[: -self.decimals]}.{plain[-self.decimals :]}" if self.decimals else plain
        if self.decimals > LONG:
            number = number.rstrip("0").rstrip(".")
        return f"{sign}{number} {self.symbol}"


@dataclass(frozen=True, slots=True)
class Node:
    """`column` counts half hops: places stand in even ones, steps between them. `amount` is traced, `value` all.

    `ref` is the short name, `about` the full one; `label` is what a tag says. `ends`: state -> amount, where the
    traced part of an account has several. `members`: what a group or peel row holds, in order; `hops`: of a peel row.
    """

    key: str
    kind: NodeKind
    column: int
    ledger: str
    asset: str
    ref: str
    about: str
    amount: int
    value: int | None = None
    state: str = ""
    stop: str | None = None
    claim: int | None = None
    fee: int = 0
    label: str | None = None
    time: int | None = None
    hop: int = 0
    hops: int = 0
    ends: tuple[tuple[str, str | None, int], ...] = ()
    members: tuple["Node", ...] = ()

    @property
    def count(self) -> int:
        """How many places (or steps) this stands for."""
        return sum(each.count for each in self.members) or 1

    @property
    def is_place(self) -> bool:
        return self.kind in (NodeKind.PLACE, NodeKind.GROUP)


@dataclass(frozen=True, slots=True)
class Link:
    """Value that goes from one node to another. `level` and `kind` are those of a join, else observed and "".

    `arrives`: the amount on the other side of a join, in the unit of the node it leads to. `about`: references.
    """

    source: str
    target: str
    amount: int
    asset: str
    level: str = FIRST
    kind: str = ""
    arrives: int | None = None
    confidence: int | None = None
    count: int = 1
    about: str = ""

    @property
    def key(self) -> str:
        return f"{self.source} > {self.target}"


@dataclass(frozen=True, slots=True)
class Flow:
    """`sums`: for each ledger and asset the parts of the identity, name -> amount; the first is what was claimed."""

    rule: str
    detail: str
    conserves: bool
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    units: Mapping[str, Unit]
    sums: tuple[tuple[str, str, tuple[tuple[str, int], ...]], ...]
    back: bool = False  # whether the trace went back: then its start stands last

    @property
    def ledgers(self) -> tuple[str, ...]:
        """In the order in which the money reaches them."""
        found = sorted(self.nodes, key=lambda node: node.column)
        return tuple(dict.fromkeys(node.ledger for node in found))

    def unit(self, asset: str) -> Unit:
        return self.units.get(asset) or Unit(asset)

    def with_labels(self, labels: Mapping[str, str]) -> "Flow":
        """The same flow with labels: address or account as shown in `about`, or a node's key -> label."""
        nodes = tuple(
            replace(node, label=labels.get(node.key) or labels.get(node.about.rsplit(" ", 1)[-1]) or node.label)
            for node in self.nodes
        )
        return replace(self, nodes=nodes)


def anchor(key: str) -> str:
    """The id of a node in the picture; `row_anchor` that of its row in the table under it."""
    return f"flow-{hashlib.sha256(key.encode()).hexdigest()[:12]}"


def row_anchor(key: str) -> str:
    return f"row-{hashlib.sha256(key.encode()).hexdigest()[:12]}"
