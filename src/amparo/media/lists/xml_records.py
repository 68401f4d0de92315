"""Records of XML lists that may be larger than memory: each as a small tree and as one line of text.

Document types, and so entities, are refused at once: no list needs them, and XML is turned against readers by them.
"""

from collections.abc import Iterator, Mapping, Set
from typing import BinaryIO, Final, NamedTuple
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from amparo.base import Skipped
from amparo.media.errors import NotAHashList
from amparo.media.lists.errors import BrokenList, TruncatedList
from amparo.media.lists.records import RECORD_LIMIT

CHUNK: Final = 64 * 1024
_NEST_LIMIT: Final = 60
#: Chunks that may pass without a single event: a tag or comment that long is no list.
_QUIET_CHUNKS: Final = RECORD_LIMIT // CHUNK
_XML: Final = "http://www.w3.org/XML/1998/namespace"
_TEXT: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})
_ATTRIBUTE: Final = _TEXT | str.maketrans({'"': "&quot;"})


class XmlRecord(NamedTuple):
    tag: str  # without its namespace, as all names in `element`
    element: Element
    source: str  # the record as one line, without the spaces between its elements


def records(
    stream: BinaryIO, namespace: str, tags: Set[str], others: Set[str] = frozenset()
) -> Iterator[XmlRecord | Skipped]:
    """Yield each element named in `tags` or `others`, wherever it stands. `namespace`: that of the root element.

    A record's `source` means the same below a root of that namespace. Raises NotAHashList, BrokenList, TruncatedList.
    """
    reader = _Reader(namespace, tags, others)
    while chunk := stream.read(CHUNK):
        reader.feed(chunk)
        yield from reader.taken()
    reader.finish()
    yield from reader.taken()


class _Reader:
    def __init__(self, namespace: str, tags: Set[str], others: Set[str]) -> None:
        self._namespace, self._tags, self._others = namespace, tags, others
        self._found: list[XmlRecord | Skipped] = []
        self._count = self._depth = self._fed = self._quiet = self._events = 0
        self._root_seen = False
        self._record: _Record | None = None
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.DefaultHandler = self._other
        self._parser.StartDoctypeDeclHandler = self._doctype

    def feed(self, chunk: bytes) -> None:
        before = self._events
        try:
            self._parser.Parse(chunk, False)
        except expat.ExpatError as error:
            raise self._fault(expat.ErrorString(error.code)) from None
        except (LookupError, ValueError):  # what Python says of an encoding that expat leaves to it
            raise self._fault("its encoding is none that is read here") from None
        self._fed += len(chunk)
        self._quiet = self._quiet + 1 if self._events == before else 0
        if self._quiet > _QUIET_CHUNKS:
            raise self._fault(f"something longer than {RECORD_LIMIT} bytes does not end")

    def finish(self) -> None:
        try:
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            if not self._root_seen:
                raise NotAHashList(why="it is no XML") from None
            raise TruncatedList(records=self._count, offset=self._fed, why=expat.ErrorString(error.code)) from None

    def taken(self) -> list[XmlRecord | Skipped]:
        found, self._found = self._found, []
        return found

    def _fault(self, why: str) -> NotAHashList | BrokenList:
        if not self._root_seen:
            return NotAHashList(why=f"it is no XML list ({why})")
        return BrokenList(records=self._count, offset=max(self._parser.CurrentByteIndex, 0), why=why)

    def _doctype(self, *_: object) -> None:
        raise NotAHashList(why="it declares a document type or entities, which no hash list needs")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._events += 1
        self._depth += 1
        space, _, tag = name.rpartition(" ")
        if not self._root_seen:
            self._root_seen = True
            if space != self._namespace:
                raise NotAHashList(why=f"its first element is not of the namespace {self._namespace}")
        if self._depth > _NEST_LIMIT:
            raise self._fault("it is nested too deeply")
        if self._record is None and tag in self._tags | self._others and self._depth > 1:
            self._record = _Record(self._namespace, self._depth)
        if self._record is not None:
            self._record.start(space, tag, attributes)

    def _end(self, name: str) -> None:
        self._events += 1
        if self._record is not None:
            self._record.end(name.rpartition(" ")[2])
            if self._record.depth == self._depth:
                self._keep(name.rpartition(" ")[2], self._record)
                self._record = None
        self._depth -= 1

    def _keep(self, tag: str, record: "_Record") -> None:
        self._count += tag in self._tags
        if record.overflowed:
            self._found.append(Skipped(f"record {self._count}", "record-too-large", f"more than {RECORD_LIMIT} signs"))
        else:
            self._found.append(record.done(tag))

    def _text(self, text: str) -> None:
        self._events += 1
        if self._record is not None:
            self._record.text(text)

    def _other(self, _: str) -> None:
        self._events += 1


class _Record:
    """One record being read: its tree, and its text written anew."""

    def __init__(self, namespace: str, depth: int) -> None:
        self.depth = depth
        self.overflowed = False
        self._tree = TreeBuilder()
        self._out: list[str] = []
        self._size = 0
        self._spaces = [namespace]  # of the open elements
        self._has_children = [True]
        self._pending: list[str] = []

    def start(self, space: str, tag: str, attributes: dict[str, str]) -> None:
        self._settle(leaf=False)
        self._has_children[-1] = True
        named = "" if space == self._spaces[-1] else f' xmlns="{_escaped(space, _ATTRIBUTE)}"'
        self._spaces.append(space)
        self._has_children.append(False)
        self._put(f"<{tag}{named}{_attributes(attributes)}>")
        if not self.overflowed:
            self._tree.start(tag, {name.rpartition(" ")[2]: value for name, value in attributes.items()})

    def end(self, tag: str) -> None:
        self._settle(leaf=not self._has_children[-1])
        self._spaces.pop()
        self._has_children.pop()
        self._put(f"</{tag}>")
        if not self.overflowed:
            self._tree.end(tag)

    def text(self, text: str) -> None:
        self._size += len(text)
        if self._size > RECORD_LIMIT:
            self._drop()
        else:
            self._pending.append(text)

    def done(self, tag: str) -> XmlRecord:
        return XmlRecord(tag, self._tree.close(), "".join(self._out))

    def _settle(self, *, leaf: bool) -> None:
        """Write the text since the last tag; spaces between elements say nothing and are left out."""
        text = "".join(self._pending)
        self._pending.clear()
        if text and not self.overflowed and (leaf or text.strip()):
            self._put(_escaped(text, _TEXT))
            self._tree.data(text)

    def _put(self, text: str) -> None:
        self._size += len(text)
        if self._size > RECORD_LIMIT:
            self._drop()
        else:
            self._out.append(text)

    def _drop(self) -> None:
        self.overflowed = True
        self._out.clear()
        self._pending.clear()


def _attributes(attributes: dict[str, str]) -> str:
    written = []
    for number, (name, value) in enumerate(attributes.items()):
        space, _, local = name.rpartition(" ")
        if space == _XML:
            local = f"xml:{local}"
        elif space:
            written.append(f'xmlns:n{number}="{_escaped(space, _ATTRIBUTE)}"')
            local = f"n{number}:{local}"
        written.append(f'{local}="{_escaped(value, _ATTRIBUTE)}"')
    return "".join(f" {each}" for each in written)


def _escaped(text: str, signs: Mapping[int, str]) -> str:
    return text.translate(signs)
