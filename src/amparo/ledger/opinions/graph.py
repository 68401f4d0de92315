"""What another tool claims: nodes and edges with its labels, kept apart from our own facts at the level "opinion"."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from amparo.base import SkipCount, canonical_digest, clean_text

LEVEL: Final = "opinion"
#: Longest text of a label that is kept.
LONGEST: Final = 500


class Named(NamedTuple):
    """`id` as the tool writes it: an address, or a name it gave to several."""

    id: str
    label: str
    extra: Mapping[str, str]


class Edge(NamedTuple):
    """Value that went from one node to another, says the tool. Texts as given; "" where it says nothing."""

    source: str
    target: str
    txid: str
    amount: str
    asset: str
    label: str
    place: str  # line or number in the file
    extra: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Opinion:
    """One exported graph. `tool`, `version`, `exported` (ISO day) are what a person said of it or the file says."""

    file: str
    sha256: str
    tool: str
    version: str
    exported: str
    nodes: tuple[Named, ...]
    edges: tuple[Edge, ...]
    skipped: SkipCount = field(default_factory=SkipCount, compare=False)

    def as_dict(self) -> dict[str, Any]:
        return {
            "level": LEVEL,
            "file": self.file,
            "sha256": self.sha256,
            "tool": self.tool,
            "version": self.version,
            "exported": self.exported,
            "nodes": [{"id": each.id, "label": each.label, "extra": dict(each.extra)} for each in self.nodes],
            "edges": [{**each._asdict(), "extra": dict(each.extra)} for each in self.edges],
        }

    @property
    def digest(self) -> str:
        return canonical_digest(self.as_dict())

    def label_of(self, node: str) -> str:
        return next((each.label for each in self.nodes if each.id == node), "")


_NODE: Final = ("id", "key", "address", "node")
_NODE_LABEL: Final = ("label", "name", "entity", "title")
_SOURCE: Final = ("source", "from", "src", "sender", "from_address", "input")
_TARGET: Final = ("target", "to", "dst", "receiver", "to_address", "output")
_TXID: Final = ("txid", "tx_hash", "txhash", "transaction", "transaction_hash", "hash", "tx")
_AMOUNT: Final = ("amount", "value", "total", "weight")
_ASSET: Final = ("asset", "currency", "token", "symbol", "coin")
_LABEL: Final = ("label", "name", "description", "note")


def named(row: Mapping[str, str]) -> Named | None:
    """A node from a row of texts; None where it has no id."""
    rest = dict(row)
    node, label = _take(rest, _NODE), _take(rest, _NODE_LABEL)
    return Named(node, label, rest) if node else None


def edge(row: Mapping[str, str], place: str) -> Edge | None:
    """An edge from a row of texts; None where an end is missing."""
    rest = dict(row)
    source, target = _take(rest, _SOURCE), _take(rest, _TARGET)
    if not source or not target:
        return None
    txid, amount, asset, label = (_take(rest, names) for names in (_TXID, _AMOUNT, _ASSET, _LABEL))
    return Edge(source, target, txid, amount, asset, label, place, rest)


def _take(rest: dict[str, str], names: tuple[str, ...]) -> str:
    for name in names:
        if rest.get(name):
            return rest.pop(name)
    return ""


def text(value: object) -> str:
    """A foreign value as kept text."""
    plain = clean_text("" if value is None else str(value)).strip()
    return plain[:LONGEST]
