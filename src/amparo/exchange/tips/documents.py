"""A document of a delivery: is it a report, several, or something else? XML, JSON, or the text of a PDF."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final, NamedTuple

from amparo.base import Blob, Skipped, clean_text
from amparo.decoders import DECODERS, Budget, DecodedBroken, DecodedTooMuch
from amparo.exchange.tips.forms import FILE_STARTS, HEADINGS, REPORT, REPORT_KEYS, TOP_LABELS
from amparo.exchange.tips.mapping import to_tip
from amparo.exchange.tips.tip import Tip, TipFile
from amparo.exchange.tips.tree import LARGEST, Lines, Node, Unread, from_json, from_lines, from_xml

#: Signs of PDF text that are looked at, and of it that are kept.
LONGEST_TEXT: Final = 2_000_000
#: Elements inside which several reports may stand.
_LEVELS: Final = 3
_DETAILS: Final = frozenset({"filedetails", "filedetail", "fileinfo"})
_XML: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?![!]doctype html|html)", re.IGNORECASE)
_XML_16: Final = (b"\xff\xfe<\x00", b"\xfe\xff\x00<", b"<\x00?\x00", b"\x00<\x00?")
_JSON: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*[{\[]")
HEAD: Final = 64


class Document(NamedTuple):
    """What a document holds. `refused`: why it could not be read. `details`: files of a report described apart."""

    tips: tuple[Tip, ...] = ()
    details: tuple[tuple[str, tuple[TipFile, ...]], ...] = ()
    refused: Unread | None = None


NOTHING: Final = Document()


def shape_of(head: bytes) -> str | None:
    """Return the shape that bytes starting with `head` may have: "xml", "json", "pdf"; the name is never asked."""
    if head.startswith(b"%PDF-"):
        return "pdf"
    if _XML.match(head) or head.startswith(_XML_16):
        return "xml"
    if _JSON.match(head) or head[:4] in {b"\xff\xfe{\x00", b"\xfe\xff\x00{", b"\xff\xfe[\x00", b"\xfe\xff\x00["}:
        return "json"
    return None


def read_document(blob: Blob) -> Document:
    """Read one document. Bad bytes never raise: `refused` says why. Raises OSError where reading itself fails."""
    try:
        data = blob.read(HEAD)
        shape = shape_of(data)
        if shape is None:
            return NOTHING
        if shape == "pdf":
            return _from_pdf(blob)
        data = blob.read(LARGEST + 1)
    except (DecodedBroken, DecodedTooMuch) as error:
        return Document(refused=Unread("broken-archive", str(error)))
    if len(data) > LARGEST:
        return Document(refused=Unread("report-too-large", f"more than {LARGEST} bytes"))
    found = from_xml(data) if shape == "xml" else from_json(data)
    if isinstance(found, Unread):
        return Document(refused=found)
    roots = found if isinstance(found, list) else [found]
    return _of_roots(roots, blob, shape, hashlib.sha256(data).hexdigest())


def _of_roots(roots: list[Node], blob: Blob, shape: str, digest: str) -> Document:
    tips, details = [], []
    for root in roots:
        if root.key in _DETAILS:
            mapped = to_tip(Node("report", children=[root, *_report_ids(root)]))
            details.append((mapped.tip.provider_report_id or "", mapped.tip.files))
            continue
        for node in _reports(root):
            mapped = to_tip(node, shape=shape, path=blob.name, document=blob, document_sha256=digest)
            if mapped.is_report:
                tips.append(mapped.tip)
    return Document(tuple(tips), tuple(details))


def _report_ids(details: Node) -> Iterator[Node]:
    return (child for child in details.children if child.key in {"reportid", "cybertipreportid"})


def _reports(root: Node, level: int = 0) -> Iterator[Node]:
    """Yield the reports in a tree: the elements called so inside others, else the tree itself."""
    inside = [child for child in root.elements if child.key in REPORT_KEYS and child.elements]
    wrappers = [child for child in root.elements if child.key in _WRAPPERS and child.elements]
    # A report that has fields of its own is one report, whatever its parts are called.
    own = any(child.key in REPORT.leaves for child in root.elements if child not in inside)
    if len(inside) > 1 or (inside and not own):
        yield from inside
    elif wrappers and not own and level < _LEVELS:
        for wrapper in wrappers:
            yield from _reports(wrapper, level + 1)
    else:
        yield root


_WRAPPERS: Final = frozenset(
    {"reports", "cybertips", "cybertipreports", "tips", "ctreports", "data", "value", "results", "items", "body"}
)


def _from_pdf(blob: Blob) -> Document:
    """The words of a PDF by its labelled lines. What stands on no such line is only in the tip's `text`."""
    text, refused = _pdf_text(blob)
    if not text:
        return Document(refused=refused or Unread("pdf-without-text", "no words that can be read without looking"))
    lines = from_lines(_lines(text), Lines(HEADINGS, frozenset(TOP_LABELS), FILE_STARTS))
    mapped = to_tip(lines, shape="pdf", path=blob.name, document=blob, document_sha256=_sha256(blob))
    if not mapped.is_report or mapped.tip.provider_report_id is None:
        return NOTHING
    check = Skipped(blob.name, "read-from-pdf", "check it by hand against the document")
    return Document((replace(mapped.tip, text=text, problems=(check, *mapped.tip.problems)),))


def _sha256(blob: Blob) -> str:
    digest = hashlib.sha256()
    with blob.open() as stream:
        while chunk := stream.read(1024 * 1024):
            digest.update(chunk)
    return digest.hexdigest()


def _pdf_text(blob: Blob) -> tuple[str, Unread | None]:
    refused = None
    for found in DECODERS["pdf"].members(blob, Budget.for_size(blob.size or 0)):
        if isinstance(found, Skipped):
            refused = Unread(found.reason, found.detail)
        elif found.step == "PDF-TEXT":
            # Simple fonts: one byte a sign, as PDF's standard encodings have them near enough for names and numbers.
            return clean_text(_decoded(found.blob.read(LONGEST_TEXT))).strip(), None
    return "", refused


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _lines(text: str) -> Iterator[str]:
    """Join a label that ends its line with the value on the next one."""
    waiting = ""
    for line in text.splitlines():
        plain = line.strip()
        if not plain:
            continue
        if waiting and not plain.endswith((":", "?")):
            yield f"{waiting} {plain}"
            waiting = ""
            continue
        if waiting:
            yield waiting
        waiting = plain if plain.endswith((":", "?")) else ""
        if not waiting:
            yield plain
    if waiting:
        yield waiting
