"""Hash lists as md5sum, sha1sum and sha256sum write them: a digest and a name a line, or a digest alone.

GNU form `digest  name` (a star before the name: read as binary; a backslash before the line: the name is escaped) and
the form of BSD and `--tag`, `MD5 (name) = digest`. Lines that begin with "#" are not entries.
Source: GNU coreutils manual, "md5sum invocation".
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO, Final

from amparo.base import Skipped, clean_text
from amparo.media.errors import NotAHashList
from amparo.media.lists.entry import Entry, ListExample, ListFormat
from amparo.media.lists.lines import BadLine, bounded_lines, good_digest, line_text
from amparo.media.signals import SIGNALS

_GNU: Final = re.compile(r"(\\?)([0-9A-Za-z]+)(?: [ *](.*))?", re.DOTALL)
_BSD: Final = re.compile(r"(\\?)([A-Z0-9]+) \((.*)\) = ([0-9A-Za-z]+)", re.DOTALL)
_ESCAPES: Final = {"\\\\": "\\", "\\n": "\n", "\\r": "\r"}


class SumList(ListFormat):
    """A digest and a name a line, of one signal."""

    writable = True

    def __init__(self, signal: str, command: str) -> None:
        self.signal, self.name = signal, command  # type: ignore[misc]

    def read(self, stream: BinaryIO) -> Iterator[Entry | Skipped]:
        """Raises NotAHashList where the first line is none: a text of any kind is not a list."""
        first, number = True, 0
        for number, line in bounded_lines(stream):
            if line is not None and (not line.strip() or line.startswith(b"#")):
                continue
            try:
                yield self._entry(number, line_text(line))
            except BadLine as bad:
                if first:
                    raise NotAHashList(why=f"its first line is none of {self.name} ({bad.detail})") from None
                yield Skipped(f"line {number}", bad.reason, bad.detail)
            first = False
        if not number:
            raise NotAHashList(why="it is empty")

    def write(self, entries: Iterable[Entry], sink: BinaryIO, facts: Mapping[str, Any]) -> int:
        """Write entries that have this digest and were not withdrawn; of the rest only the name is kept."""
        count = 0
        for entry in entries:
            if entry.status == "active" and self.signal in entry.digests:
                sink.write(_line(entry.digests[self.signal], entry.extra.get("filename", "")).encode())
                count += 1
        if not count:
            sink.write(b"# no entries\n")
        return count

    def examples(self) -> list[ListExample]:
        digest = SIGNALS[self.signal].examples()[1].digest
        tag = self.signal.upper()
        lines = [
            f"{digest}  a b.txt", "", "# comment", f"{digest.upper()} *b\\c", f"\\{digest}  d\\\\e\\nf",
            f"{tag} (g) = {digest}", digest, "abc  h",
        ]  # fmt: skip
        return [ListExample("\n".join(lines).encode(), 5, ("bad-digest",))]

    def _entry(self, number: int, text: str) -> Entry:
        found = _BSD.fullmatch(text)
        if found and found[2].lower() != self.signal:
            raise BadLine("bad-digest", f"a line of {found[2]}")
        escaped, digest, name = (found[1], found[4], found[3]) if found else self._gnu(text)
        name = re.sub(r"\\[\\nr]", lambda sign: _ESCAPES[sign[0]], name) if escaped else name
        digests = {self.signal: good_digest(SIGNALS[self.signal], digest)}
        return Entry(number, digests, None, None, {"filename": clean_text(name)} if name else {})

    def _gnu(self, text: str) -> tuple[str, str, str]:
        found = _GNU.fullmatch(text.rstrip() if " " not in text.strip() else text)
        if not found:
            raise BadLine("bad-digest", "neither `digest  name` nor `NAME (name) = digest`")
        return found[1], found[2], found[3] or ""


def _line(digest: str, name: str) -> str:
    if not name:
        return f"{digest}\n"
    escaped = name.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    return f"\\{digest}  {escaped}\n" if escaped != name else f"{digest}  {name}\n"
