"""Read an exported graph from a file."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from amparo.base import SkipCount, Skipped
from amparo.ledger.opinions.errors import GraphNeedsTool, GraphTooLarge
from amparo.ledger.opinions.forms import LARGEST, MOST, Found, form_of
from amparo.ledger.opinions.graph import Edge, Named, Opinion
from amparo.ledger.statements.errors import StatementUnreadable


def read_opinion(path: Path, *, tool: str = "", version: str = "", exported: str = "") -> Opinion:
    """Read the graph in `path`; what a person says of the tool counts more than what the file says.

    Raises NotAGraph, GraphTooLarge, GraphNeedsTool, StatementUnreadable and errors of tables and XML.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise GraphTooLarge(file=path.name, limit=f"{LARGEST} bytes")
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            stream.seek(0)
            form = form_of(stream.read(4096), path.name)
            stream.seek(0)
            nodes, edges, skipped, facts = _collect(form.read(stream, path.name), path.name)
    except OSError as error:
        raise StatementUnreadable(path=path.name, why=error.strerror or type(error).__name__) from None
    said = {"tool": tool.strip(), "version": version.strip(), "exported": exported.strip()}
    said = {name: text or facts.get(name, "") for name, text in said.items()}
    for name, text in said.items():
        if not text:
            raise GraphNeedsTool(fact=name)
    return Opinion(path.name, digest, said["tool"], said["version"], said["exported"], nodes, edges, skipped)


def _collect(
    found: Iterable[Found], file: str
) -> tuple[tuple[Named, ...], tuple[Edge, ...], SkipCount, dict[str, str]]:
    nodes: list[Named] = []
    edges: list[Edge] = []
    skipped = SkipCount()
    facts: dict[str, str] = {}
    for each in found:
        if isinstance(each, Edge):
            edges.append(each)
        elif isinstance(each, Named):
            nodes.append(each)
        elif isinstance(each, Skipped):
            skipped.add(each)
        else:
            facts |= each
        if len(nodes) + len(edges) > MOST:
            raise GraphTooLarge(file=file, limit=f"{MOST} nodes and edges")
    return tuple(nodes), tuple(edges), skipped, facts
