"""A report as a plain tree of names and texts, whether it was XML, JSON or the labelled lines of a PDF.

XML is read without DTD, entities or anything outside the file (defusedxml). Size and depth are limited.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Final, NamedTuple
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException, DTDForbidden, EntitiesForbidden
from defusedxml.ElementTree import iterparse

from amparo.base import clean_text
from amparo.exchange.tips.kinds import squeezed

#: Bytes of one report document, elements and levels of nesting in it: a small file may be a very large tree.
LARGEST: Final = 32 * 1024 * 1024
MOST: Final = 500_000
DEEPEST: Final = 60
_XSI: Final = "{http://www.w3.org/2001/XMLSchema-instance}"
#: The name under which a bare list at the top of a JSON document holds its reports.
TOP: Final = "report"


class Unread(NamedTuple):
    """Why a document gives no tree: a permanent reason, and words for people."""

    reason: str
    detail: str


@dataclass(slots=True)
class Node:
    """`key` is `squeezed(name)`. `text` is None where there is none. Attributes are children with `attribute`."""

    name: str
    text: str | None = None
    children: list["Node"] = field(default_factory=list)
    attribute: bool = False
    key: str = ""

    def __post_init__(self) -> None:
        self.key = squeezed(self.name)

    @property
    def elements(self) -> list["Node"]:
        return [child for child in self.children if not child.attribute]


def from_xml(data: bytes) -> Node | Unread:
    """Read one XML document. Entities and document types are refused, whatever they would expand to."""
    try:
        root = _parsed(data)
    except (DTDForbidden, EntitiesForbidden) as error:
        return Unread("xml-entities", f"defines or asks for what is outside the report: {type(error).__name__}")
    except DefusedXmlException as error:
        return Unread("xml-entities", str(error))
    except (ParseError, ValueError, LookupError) as error:
        return Unread("broken-xml", str(error))
    return _xml_node(root, 0) if root is not None else Unread("report-too-large", f"more than {MOST} elements")


class _Wide(BytesIO):
    """Gives the parser large pieces: expat scans an unfinished long text again with each new one."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(4 * 1024 * 1024)


def _parsed(data: bytes) -> Element | None:
    """Return the root, None where there are more than MOST elements; stops reading there."""
    parser = iterparse(_Wide(data), ["start"], forbid_dtd=True, forbid_entities=True, forbid_external=True)
    root: Element | None = None
    for count, (_, element) in enumerate(parser):
        if count >= MOST:
            return None
        root = element if root is None else root
    return root


def _xml_node(element: Element, depth: int) -> Node | Unread:
    if depth > DEEPEST:
        return Unread("too-deep", f"more than {DEEPEST} levels")
    node = Node(_local(element.tag), clean(element.text))
    for name, value in element.attrib.items():
        if not name.startswith(_XSI):
            node.children.append(Node(_local(name), clean(value), attribute=True))
    for child in element:
        if not isinstance(child.tag, str):
            continue
        inside = _xml_node(child, depth + 1)
        if isinstance(inside, Unread):
            return inside
        node.children.append(inside)
        if (tail := clean(child.tail)) is not None:
            node.text = tail if node.text is None else f"{node.text}\n{tail}"
    return node


def _local(name: str) -> str:
    """Return `name` without its namespace; prefixes that were never bound are cut too."""
    return clean_text(name.rpartition("}")[2].rpartition(":")[2])


def clean(text: str | None) -> str | None:
    """Return `text` ready to store, None if nothing is left of it."""
    return clean_text(text).strip() or None if text else None


class _Pairs(list[tuple[str, Any]]):
    """A JSON object as its pairs: a name that stands there twice is kept twice."""


def from_json(data: bytes) -> list[Node] | Unread:
    """Read one JSON document; a list at the top gives a node an element, called `TOP`."""
    if sum(map(data.count, (b",", b"[", b"{"))) > MOST:
        return Unread("report-too-large", f"more than {MOST} elements")
    try:
        value = json.loads(_decoded(data), object_pairs_hook=_Pairs, parse_int=str, parse_float=str, parse_constant=str)
    except RecursionError:
        return Unread("too-deep", f"more than {DEEPEST} levels")
    except ValueError as error:
        return Unread("broken-json", str(error))
    nodes = []
    for each in value if isinstance(value, list) and not isinstance(value, _Pairs) else [value]:
        found = list(_json_nodes(TOP, each, 0))
        nodes.extend(found)
    deep = next((True for node in nodes if _depth(node) > DEEPEST), False)
    return Unread("too-deep", f"more than {DEEPEST} levels") if deep else nodes


def _decoded(data: bytes) -> str:
    """JSON is UTF-8 (RFC 8259); a byte order mark, and UTF-16 that says so by one, are tolerated."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    return data.decode("utf-8-sig")


def _json_nodes(name: str, value: Any, depth: int) -> Iterator[Node]:
    if depth > DEEPEST:
        yield Node(name, children=[Node(name)])
    elif isinstance(value, _Pairs):
        node = Node(clean_text(name))
        for key, part in value:
            _place(node, key, list(_json_nodes(_last(key), part, depth + 1)))
        yield node
    elif isinstance(value, list):
        for part in value:
            yield from _json_nodes(name, part, depth + 1)
    elif value is not None:
        text = ("true" if value else "false") if isinstance(value, bool) else clean(value)
        if text is not None:
            yield Node(clean_text(name), text, attribute=name.startswith("@"))


def _last(key: str) -> str:
    return _steps(key)[-1]


def _steps(key: str) -> list[str]:
    """Flattened names ("incidentSummary.incidentType", "a/b", "a__b") say their containers."""
    return [step for step in re.split(r"[./]|__", key) if step] or [key or "-"]


def _place(node: Node, key: str, found: list[Node]) -> None:
    for step in _steps(key)[:-1]:
        inner = next((child for child in node.children if child.key == squeezed(step) and child.text is None), None)
        if inner is None:
            inner = Node(clean_text(step))
            node.children.append(inner)
        node = inner
    if _last(key) in {"#text", "$"} and all(child.text for child in found):
        node.text = "\n".join(child.text or "" for child in found) or None
    else:
        node.children.extend(found)


def _depth(node: Node) -> int:
    deepest, level = 0, [node]
    while level:
        deepest, level = deepest + 1, [child for each in level for child in each.children]
        if deepest > DEEPEST + 1:
            break
    return deepest


class Lines(NamedTuple):
    """How labelled lines are put together. `headings`: lines that open a part. `top`: labels of the report itself,
    wherever they stand. `starts`: labels that open the same part once more when they come again."""

    headings: frozenset[str]
    top: frozenset[str]
    starts: frozenset[str]


def from_lines(lines: Iterable[str], words: Lines) -> Node:
    """Read "Label: value" and "Question? value" lines into parts.

    Lines without a label belong to no field; the whole text is kept beside the tree.
    """
    root = Node(TOP)
    part = root
    for raw in lines:
        line = clean(raw)
        if line is None:
            continue
        label, value = _labelled(line)
        key = squeezed(label)
        if value is None and key in words.headings:
            part = Node(label)
            root.children.append(part)
        elif value and key in words.top:
            root.children.append(Node(label, value))
        elif value:
            if part is not root and key in words.starts and any(child.key == key for child in part.children):
                part = Node(part.name)
                root.children.append(part)
            part.children.append(Node(label, value))
    return root


_LABEL: Final = re.compile(r"([^:?]{2,90})[:?]\s*(.*)", re.DOTALL)


def _labelled(line: str) -> tuple[str, str | None]:
    match = _LABEL.fullmatch(line)
    if match is None:
        return line, None
    return match.group(1).strip(), match.group(2).strip() or None
