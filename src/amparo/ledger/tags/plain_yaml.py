"""Read YAML as plain nested text, event by event: no anchors, aliases, type marks, includes, second documents.

Every scalar stays text ("01" is never 1, a date never a float), so a pack can be written back as it was. Memory
is bounded by refusing depth and by the caller's size limit; an alias bomb ends at its first anchor.
"""

from collections.abc import Iterator
from typing import Any, BinaryIO, Final

import yaml

from amparo.ledger.errors import BrokenYaml, DuplicateKey, UnsafeYaml

MAX_DEPTH: Final = 8
_Loader: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

#: A null is None; everything else is text, a list or a dict with text keys.
Plain = str | None | list[Any] | dict[str, Any]


def read_plain_yaml(stream: BinaryIO, file: str) -> Plain:
    """Return the one document in `stream`. Raises UnsafeYaml, DuplicateKey or BrokenYaml, each with the line."""
    try:
        return _Composer(iter(yaml.parse(stream, Loader=_Loader)), file).document()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise BrokenYaml(file=file, line=mark.line + 1 if mark else 0) from None


class _Composer:
    def __init__(self, events: Iterator[Any], file: str) -> None:
        self.events = events
        self.file = file

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
        if isinstance(event, yaml.ScalarEvent):
            return None if event.style is None and event.value in ("", "~", "null") else str(event.value)
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
            found[key] = self.node(next(self.events), depth + 1)
        return found

    def unsafe(self, what: str, event: Any) -> UnsafeYaml:
        return UnsafeYaml(file=self.file, what=what, line=event.start_mark.line + 1)
