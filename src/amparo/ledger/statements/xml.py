"""XML statements of any size: the parts of one element, each as a small tree with its line. No DTD, no entities.

A document type is refused at once, whatever it would expand to; parts, depth and texts have limits.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final
from xml.parsers import expat

from amparo.ledger.statements.errors import BrokenStatement, NotThatStatement, XmlRefused

CHUNK: Final = 64 * 1024
DEEPEST: Final = 60
#: Signs of text, and elements, in one part.
LARGEST: Final = 1 << 20
MOST: Final = 100_000


@dataclass(slots=True)
class Node:
    """`tag` and attribute names without namespace; `line` in the file, from 1."""

    tag: str
    line: int
    attributes: dict[str, str]
    text: str = ""
    children: list["Node"] = field(default_factory=list)

    def find(self, path: str) -> "Node | None":
        """The first node below `path`, such as "Acct/Id/IBAN"."""
        node: Node | None = self
        for tag in path.split("/"):
            node = next((each for each in node.children if each.tag == tag), None) if node is not None else None
        return node

    def all(self, path: str) -> list["Node"]:
        first, _, rest = path.partition("/")
        found = [each for each in self.children if each.tag == first]
        return [inner for each in found for inner in each.all(rest)] if rest else found

    def value(self, *paths: str) -> str:
        """The text at the first of `paths` that has one, blanks around it cut; "" where none has."""
        for path in paths:
            node = self.find(path)
            if node is not None and node.text.strip():
                return " ".join(node.text.split())
        return ""


@dataclass(frozen=True, slots=True)
class Bound:
    """The holder begins (`opens`) or ends."""

    opens: bool
    line: int


def parts(
    stream: BinaryIO, file: str, form: str, root: str, holder: str, *, beside: frozenset[str] = frozenset()
) -> Iterator[Node | Bound]:
    """Yield a Bound where an element `holder` begins and ends, and between them each of its children, complete.

    Elements named in `beside` are yielded too where they stand outside a holder. Raises NotThatStatement (no XML, or
    `root` is not its first element), BrokenStatement (cut), XmlRefused.
    """
    reader = _Reader(file, form, (root, holder), beside)
    quiet = 0
    while chunk := stream.read(CHUNK):
        before = reader.events
        reader.feed(chunk)
        quiet = 0 if reader.events != before else quiet + 1
        if quiet > LARGEST // CHUNK:
            raise XmlRefused(file=file, why="something in it does not end")
        yield from reader.taken()
    reader.finish()
    yield from reader.taken()


class _Reader:
    def __init__(self, file: str, form: str, names: tuple[str, str], beside: frozenset[str]) -> None:
        self._file, self._form, self._beside = file, form, beside
        self._root, self._holder = names
        self._found: list[Node | Bound] = []
        self._path: list[str] = []
        self._open: list[Node] = []
        self._texts: list[str] = []
        self._held_at = 0  # depth of the holder, 0 outside it
        self._size = self._count = self.events = 0
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.EntityDeclHandler = self._doctype

    def feed(self, chunk: bytes, *, last: bool = False) -> None:
        try:
            self._parser.Parse(chunk, last)
        except expat.ExpatError as error:
            self._fault(error.lineno, expat.ErrorString(error.code))
        except (LookupError, ValueError):  # what Python says of an encoding that expat leaves to it
            self._fault(1, "its encoding is none that is read here")

    def finish(self) -> None:
        self.feed(b"", last=True)

    def taken(self) -> list[Node | Bound]:
        found, self._found = self._found, []
        return found

    def _fault(self, line: int, why: str) -> None:
        if self.events == 0:
            raise NotThatStatement(file=self._file, form=self._form, why=f"it is no XML ({why})") from None
        raise BrokenStatement(file=self._file, line=line, why=why) from None

    def _doctype(self, *_: object) -> None:
        raise XmlRefused(file=self._file, why="it declares a document type or entities")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag, line = name.rpartition(" ")[2], self._parser.CurrentLineNumber
        if not self._path and tag != self._root:
            raise NotThatStatement(file=self._file, form=self._form, why=f"its first element is {tag[:60]}")
        self.events += 1
        self._path.append(tag)
        if len(self._path) > DEEPEST:
            raise XmlRefused(file=self._file, why="it is nested too deeply")
        if self._held_at or self._open or tag in self._beside:
            self._add(Node(tag, line, {key.rpartition(" ")[2]: value for key, value in attributes.items()}))
        elif tag == self._holder:
            self._held_at = len(self._path)
            self._found.append(Bound(True, line))

    def _add(self, node: Node) -> None:
        self._settle()
        self._size += len(node.tag) + sum(len(key) + len(value) for key, value in node.attributes.items())
        self._count += 1
        if self._size > LARGEST or self._count > MOST:
            raise XmlRefused(file=self._file, why=f"an element near line {node.line} is larger than any of a statement")
        if self._open:
            self._open[-1].children.append(node)
        self._open.append(node)

    def _end(self, _: str) -> None:
        self.events += 1
        if self._open:
            self._settle()
            node = self._open.pop()
            if not self._open:
                self._found.append(node)
                self._size = self._count = 0
        elif self._held_at == len(self._path):
            self._held_at = 0
            self._found.append(Bound(False, self._parser.CurrentLineNumber))
        self._path.pop()

    def _text(self, text: str) -> None:
        if not self._open:
            return
        self._size += len(text)
        if self._size > LARGEST:
            raise XmlRefused(file=self._file, why="a text in it is longer than any of a statement")
        self._texts.append(text)

    def _settle(self) -> None:
        if self._open and self._texts:
            self._open[-1].text += "".join(self._texts)
        self._texts.clear()
