"""Hash lists as comma-separated text, as spreadsheets and most exchanges write them.

First line: names of columns, in any order and case; at least one of md5, sha1, sha256, pdq ("SHA-256" is read too);
label and purpose if there are any; all others are kept. Commas, semicolons or tabs. UTF-8 with or without a byte
order mark, LF or CRLF. One line is one entry: a quoted line end inside a field is refused as broken quoting.
Source: RFC 4180 for the quoting.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO, Final, NamedTuple

from amparo.base import Skipped, clean_text
from amparo.media.errors import NotAHashList
from amparo.media.lists.entry import Entry, ListExample, ListFormat
from amparo.media.lists.lines import MAX_LINE, bounded_lines
from amparo.media.signals import SIGNALS

_BOM: Final = b"\xef\xbb\xbf"
_DELIMITERS: Final = (",", ";", "\t")


class _Header(NamedTuple):
    delimiter: str
    columns: tuple[str, ...]  # our name for ours, the list's own for others


class _BadLine(Exception):
    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail


class CsvList(ListFormat):
    """Comma-separated text with a header line."""

    name = "csv"

    def read(self, stream: BinaryIO) -> Iterator[Entry | Skipped]:
        lines = bounded_lines(stream)
        header = _header(next(lines, (1, b""))[1])
        return _entries(lines, header)

    def examples(self) -> list[ListExample]:
        digest = b"900150983cd24fb0d6963f7d28e17f72"
        return [
            ListExample(b"md5,label\n" + digest + b",abc\n", 1, ()),
            ListExample(
                _BOM + b"MD5;Label\r\n" + digest.upper() + b";abc\r\nxyz;\r\n;\r\n", 1, ("bad-digest", "no-digest")
            ),
        ]


def _entries(lines: Iterator[tuple[int, bytes | None]], header: _Header) -> Iterator[Entry | Skipped]:
    for number, line in lines:
        if line is not None and not line.strip():
            continue
        try:
            yield _entry(number, _fields(line, header.delimiter), header.columns)
        except _BadLine as bad:
            yield Skipped(f"line {number}", bad.reason, bad.detail)


def _header(line: bytes | None) -> _Header:
    try:
        text = _text(line.removeprefix(_BOM) if line is not None else None)
        delimiter = max(_DELIMITERS, key=text.count)
        names = _split(text, delimiter)
    except _BadLine as bad:
        raise NotAHashList(why=f"its first line cannot be read ({bad.detail})") from None
    columns = tuple(_column(name) for name in names)
    known = [name for name in columns if name in SIGNALS]
    if not known:
        raise NotAHashList(why="its first line names none of the columns md5, sha1, sha256, pdq")
    twice = {name for name in columns if name and columns.count(name) > 1}
    if twice:
        raise NotAHashList(why=f"its first line names a column twice: {min(twice)}")
    return _Header(delimiter, columns)


def _column(name: str) -> str:
    plain = name.strip().lower()
    joined = plain.replace("-", "").replace("_", "").replace(" ", "")
    if joined in SIGNALS:
        return joined
    return plain if plain in {"label", "purpose"} else name.strip()


def _fields(line: bytes | None, delimiter: str) -> list[str]:
    return _split(_text(line), delimiter)


def _text(line: bytes | None) -> str:
    if line is None:
        raise _BadLine("line-too-long", f"more than {MAX_LINE} bytes")
    if b"\0" in line:
        raise _BadLine("nul-byte", "a NUL byte; the file may be UTF-16 or no text at all")
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _BadLine("not-utf8", f"byte {error.start + 1} of the line is not UTF-8") from None


def _split(text: str, delimiter: str) -> list[str]:
    try:
        rows = list(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise _BadLine("broken-quoting", str(error)) from None
    return rows[0] if rows else []


def _entry(number: int, fields: Sequence[str], columns: Sequence[str]) -> Entry:
    if len(fields) > len(columns) and any(field.strip() for field in fields[len(columns) :]):
        raise _BadLine("too-many-columns", f"{len(fields)} columns; the first line names {len(columns)}")
    values = {name: field.strip() for name, field in zip(columns, fields, strict=False) if name}
    digests = _digests(values)
    words = {name: clean_text(text) for name, text in values.items() if name not in SIGNALS}
    label, purpose = words.pop("label", "") or None, words.pop("purpose", "") or None
    return Entry(number, digests, label, purpose, {name: text for name, text in words.items() if text})


def _digests(values: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for signal in SIGNALS:
        digest = values.get(signal.name, "").lower()
        if digest and not signal.valid(digest):
            raise _BadLine("bad-digest", f"{signal.name} must be {2 * signal.octets} hex digits")
        if digest:
            found[signal.name] = digest
    if not found:
        raise _BadLine("no-digest", "all digest columns are empty")
    return found
