"""Read and write YAML as plain nested text: no anchors, aliases, type marks, includes, second documents.

Every scalar stays text ("01" is never 1, a date never a float). Text that stood without quotes is `Bare`, so that it
is written without quotes again and means to others what it meant before. Memory is bounded by the caller's limit on
bytes, by depth and by the number of values; an alias bomb ends at its first anchor.
Source: YAML 1.1, sections 7 and 9; the events are those of PyYAML.
"""

from collections.abc import Iterator, Mapping, Sequence
from sys import intern
from typing import Any, BinaryIO, Final

import yaml

from amparo.ledger.errors import BrokenYaml, DuplicateKey, UnsafeYaml
from amparo.ledger.tags.errors import TooManyParts

MAX_DEPTH: Final = 8
MAX_PARTS: Final = 8_000_000  # values of one file: about a gigabyte of memory at most
_Loader: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Dumper: Final = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_NOTHING: Final = frozenset({"", "~", "null", "Null", "NULL"})


class Bare(str):
    """Text that stood without quotes: to another reader perhaps a date, a number, a truth value."""

    __slots__ = ()


#: A null is None; everything else is text, a list or a dict with text keys.
Plain = str | None | list[Any] | dict[str, Any]


def read_plain_yaml(stream: BinaryIO, file: str, *, limit: int = MAX_PARTS) -> Plain:
    """Return the one document in `stream`. Raises UnsafeYaml, DuplicateKey, BrokenYaml, each with the line.

    Raises TooManyParts beyond `limit` values.
    """
    try:
        return _Composer(iter(yaml.parse(stream, Loader=_Loader)), file, limit).document()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise BrokenYaml(file=file, line=mark.line + 1 if mark else 0) from None


def write_plain_yaml(value: Plain, stream: BinaryIO) -> None:
    """Write one document, as UTF-8; reading it gives `value` again, and other readers the types they had before."""
    yaml.emit(_document(value), stream, Dumper=_Dumper, allow_unicode=True, width=1 << 20)


class _Composer:
    def __init__(self, events: Iterator[Any], file: str, limit: int) -> None:
        self.events = events
        self.file = file
        self.limit = limit
        self.parts = 0

    def document(self) -> Plain:
        value: Plain = None
        documents = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self.unsafe("a second document", event)
                value = self.node(next(self.events), 0)
        return value

    def node(self, event: Any, depth: int) -> Plain:
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise self.unsafe("an anchor or alias", event)
        if event.tag is not None:
            raise self.unsafe("a type mark", event)
        if depth > MAX_DEPTH:
            raise self.unsafe("too many levels", event)
        self.parts += 1
        if self.parts > self.limit:
            raise TooManyParts(file=self.file, limit=self.limit)
        if isinstance(event, yaml.ScalarEvent):
            if event.style:
                return str(event.value)
            return None if event.value in _NOTHING else Bare(event.value)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(depth)
        return self.mapping(depth)

    def sequence(self, depth: int) -> list[Any]:
        found = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            found.append(self.node(event, depth + 1))
        return found

    def mapping(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.node(event, depth + 1)
            if not isinstance(key, str) or key == "<<":
                raise self.unsafe("a key that is not text", event)
            if key in found:
                raise DuplicateKey(file=self.file, key=key, line=event.start_mark.line + 1)
            found[_name(key)] = self.node(next(self.events), depth + 1)
        return found

    def unsafe(self, what: str, event: Any) -> UnsafeYaml:
        return UnsafeYaml(file=self.file, what=what, line=event.start_mark.line + 1)


def _name(key: str) -> str:
    """Names of fields come again in each tag: they are kept once, but what others take for a number stays as it is."""
    return key if isinstance(key, Bare) and _is_no_text(key) else intern(str(key))


_RESOLVER: Final = yaml.resolver.Resolver()
_TEXT_MARK: Final = "tag:yaml.org,2002:str"


def _is_no_text(value: str) -> bool:
    """Whether a YAML 1.1 reader takes this for something else than text if it has no quotes."""
    resolve: Any = _RESOLVER.resolve
    return bool(resolve(yaml.ScalarNode, value, (True, False)) != _TEXT_MARK)


def _document(value: Plain) -> Iterator[Any]:
    yield yaml.StreamStartEvent(encoding="utf-8")
    yield yaml.DocumentStartEvent(explicit=False)
    yield from _events(value)
    yield yaml.DocumentEndEvent(explicit=False)
    yield yaml.StreamEndEvent()


def _events(value: Plain) -> Iterator[Any]:
    if isinstance(value, Mapping):
        yield yaml.MappingStartEvent(None, None, True, flow_style=not value)
        for key, part in value.items():
            yield from _events(key)
            yield from _events(part)
        yield yaml.MappingEndEvent()
    elif isinstance(value, Sequence) and not isinstance(value, str):
        yield yaml.SequenceStartEvent(None, None, True, flow_style=not value)
        for part in value:
            yield from _events(part)
        yield yaml.SequenceEndEvent()
    else:
        yield _scalar(value)


def _scalar(value: str | None) -> Any:
    if value is None:
        return yaml.ScalarEvent(None, None, (True, True), "null")
    bare = isinstance(value, Bare) or (bool(value) and not _is_no_text(value) and value not in _NOTHING)
    return yaml.ScalarEvent(None, None, (True, True), str(value), style=None if bare else "'")
