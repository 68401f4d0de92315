"""OPINION_FORMS: how graphs of commercial tools come: a table of edges, JSON, GraphML.

Column and field names are taken from the usual words of such exports (source, target, txid, amount, label); what has
another name is kept as it is in `extra`.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, ClassVar, Final, NamedTuple

from amparo.base import Registry, Skipped
from amparo.ledger.opinions.errors import GraphTooLarge, NotAGraph
from amparo.ledger.opinions.graph import Edge, Named, edge, named, text
from amparo.ledger.statements.lines import table_rows
from amparo.ledger.statements.xml import Node, parts

LARGEST: Final = 64 << 20
#: Nodes and edges of one graph.
MOST: Final = 500_000
_DELIMITERS: Final = (",", ";", "\t")

#: What a form gives: what the file says of itself (tool, version, exported), nodes, edges, what was passed over.
Found = Named | Edge | Skipped | dict[str, str]


class OpinionExample(NamedTuple):
    data: bytes
    nodes: int
    edges: int
    skipped: tuple[str, ...]


class OpinionForm(ABC):
    """One way to write a graph; `name` is permanent."""

    name: ClassVar[str]

    @abstractmethod
    def recognises(self, head: bytes) -> bool:
        """Whether a file that begins so may be of this form."""

    @abstractmethod
    def read(self, stream: BinaryIO, file: str) -> Iterator[Found]:
        """Raises NotAGraph, GraphTooLarge and the errors of tables and XML."""

    @abstractmethod
    def examples(self) -> list[OpinionExample]:
        """Graphs and what reading them gives."""


class GraphMl(OpinionForm):
    """GraphML with data keys."""

    name = "graphml"

    def recognises(self, head: bytes) -> bool:
        return b"<graphml" in head

    def read(self, stream: BinaryIO, file: str) -> Iterator[Found]:
        names: dict[str, str] = {}
        for each in parts(stream, file, "GraphML", "graphml", "graph", beside=frozenset({"key"})):
            if not isinstance(each, Node):
                continue
            if each.tag == "key":
                names[each.attributes.get("id", "")] = each.attributes.get("attr.name", "").lower()
            elif each.tag in {"node", "edge"}:
                yield _made(each.tag, self._row(each, names), f"line {each.line}")

    def _row(self, node: Node, names: Mapping[str, str]) -> dict[str, str]:
        row = {key: text(value) for key, value in node.attributes.items() if key in {"id", "source", "target"}}
        for data in node.all("data"):
            key = data.attributes.get("key", "")
            row.setdefault(names.get(key) or key, text(data.text))
        if node.tag == "edge":
            row.pop("id", None)
        return row

    def examples(self) -> list[OpinionExample]:
        data = (
            b'<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><key id="d0" for="node" attr.name="label"/>'
            b'<graph edgedefault="directed"><node id="A"><data key="d0">Example Exchange</data></node><node id="B"/>'
            b'<edge source="A" target="B"/><edge source="A"/></graph></graphml>'
        )
        return [OpinionExample(data, 2, 1, ("no-end",))]


class JsonGraph(OpinionForm):
    """JSON with lists called nodes and edges (or links), plain or below `elements`, each item plain or below `data`."""

    name = "json-graph"

    def recognises(self, head: bytes) -> bool:
        return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"["))

    def read(self, stream: BinaryIO, file: str) -> Iterator[Found]:
        data = stream.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise GraphTooLarge(file=file, limit=f"{LARGEST} bytes")
        try:
            value = json.loads(data.decode("utf-8-sig"), parse_float=str, parse_int=str, parse_constant=str)
        except (ValueError, RecursionError):
            raise NotAGraph(file=file, why="it is no JSON") from None
        if not isinstance(value, dict):
            raise NotAGraph(file=file, why="it has no edges")
        holder = value["elements"] if isinstance(value.get("elements"), dict) else value
        edges = holder.get("edges", holder.get("links"))
        if not isinstance(edges, list):
            raise NotAGraph(file=file, why="it has no edges")
        yield {name: text(value[name]) for name in ("tool", "version", "exported") if isinstance(value.get(name), str)}
        nodes = holder.get("nodes", [])
        for kind, rows in (("node", nodes if isinstance(nodes, list) else []), ("edge", edges)):
            for number, row in enumerate(rows, 1):
                yield _made(kind, _flat(row), f"{kind} {number}")

    def examples(self) -> list[OpinionExample]:
        edges = b'"edges":[{"from":"A","to":"B","value":1.5},{"to":"B"}]'
        data = b'{"tool":"Example","nodes":[{"id":"A","label":"x"}],' + edges + b"}"
        return [OpinionExample(data, 1, 1, ("no-end",))]


class EdgeTable(OpinionForm):
    """A table of edges with a first line of names."""

    name = "edge-table"

    def recognises(self, head: bytes) -> bool:
        first = head.split(b"\n", 1)[0].decode("utf-8-sig", errors="replace").lower()
        return any(sign in first for sign in _DELIMITERS) and edge(_ends(first), "") is not None

    def read(self, stream: BinaryIO, file: str) -> Iterator[Found]:
        first = stream.readline(64 * 1024)
        stream.seek(0)
        delimiter = max(_DELIMITERS, key=lambda sign: first.count(sign.encode()))
        rows = table_rows(stream, file, delimiter)
        head = next(rows, None)
        names = [each.strip().lower() for each in head.cells] if head is not None else []
        if edge(dict.fromkeys(names, "x"), "") is None:
            raise NotAGraph(file=file, why="its first line names no source and target")
        for row in rows:
            cells = {name: text(cell) for name, cell in zip(names, row.cells, strict=False) if name}
            yield _made("edge", cells, f"line {row.line}")

    def examples(self) -> list[OpinionExample]:
        return [OpinionExample(b"source,target,txid,amount\nA,B,ab,1.5\nA,,ab,1\n", 0, 1, ("no-end",))]


def _ends(first: str) -> dict[str, str]:
    for sign in _DELIMITERS:
        if sign in first:
            return {each.strip().strip('"'): "x" for each in first.split(sign)}
    return {}


def _made(kind: str, row: Mapping[str, str], place: str) -> Named | Edge | Skipped:
    made: Named | Edge | None = named(row) if kind == "node" else edge(row, place)
    return made if made is not None else Skipped(place, "no-end", "an id, or an end of an edge, is missing")


def _flat(row: Any) -> dict[str, str]:
    """The plain values of an item; what is nested is left out of the row."""
    inner = row.get("data") if isinstance(row, dict) and isinstance(row.get("data"), dict) else row
    if not isinstance(inner, dict):
        return {}
    return {str(name).lower(): text(value) for name, value in inner.items() if not isinstance(value, dict | list)}


OPINION_FORMS: Final[Registry[OpinionForm]] = Registry("graph form", GraphMl(), JsonGraph(), EdgeTable())


def form_of(head: bytes, file: str) -> OpinionForm:
    """Raises NotAGraph."""
    for form in OPINION_FORMS:
        if form.recognises(head):
            return form
    raise NotAGraph(file=file, why="it is neither GraphML, JSON nor a table of edges")
