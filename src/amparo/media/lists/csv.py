"""Hash lists as comma-separated text, as spreadsheets and most exchanges write them.

First line: names of columns, in any order and case; at least one of md5, sha1, sha256, pdq, photodna ("SHA-256" is
read too); label, purpose and status if there are any; all others are kept. A status of "withdrawn" makes a withdrawn
entry. Commas, semicolons or tabs. UTF-8 with or without a byte order mark, LF or CRLF. One line is one entry: a quoted
line end inside a field is refused as broken quoting, and none is written. PhotoDNA is hex here.
Source: RFC 4180 for the quoting.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from typing import Any, BinaryIO, Final, NamedTuple

from amparo.base import Skipped
from amparo.media.errors import NotAHashList
from amparo.media.lists.entry import Entry, ListExample, ListFormat, Status
from amparo.media.lists.lines import BadLine, Rows, bounded_lines, good_digest, line_text, one_line
from amparo.media.signals import SIGNALS

_BOM: Final = b"\xef\xbb\xbf"
_DELIMITERS: Final = (",", ";", "\t")
_WORDS: Final = ("label", "purpose", "status")


class _Header(NamedTuple):
    delimiter: str
    columns: tuple[str, ...]  # our name for ours, the list's own for others


class CsvList(ListFormat):
    """Comma-separated text with a header line."""

    name = "csv"
    writable = True

    def read(self, stream: BinaryIO) -> Iterator[Entry | Skipped]:
        lines = bounded_lines(stream)
        header = _header(next(lines, (1, b""))[1])
        return _entries(lines, header)

    def write(self, entries: Iterable[Entry], sink: BinaryIO, facts: Mapping[str, Any]) -> int:
        """Write all that an entry has but its `source`; columns are those that any entry fills."""
        with Rows() as rows:
            for entry in entries:
                if entry.digests or entry.status != "active":
                    rows.add(_row(entry))
            columns = _ordered(rows.columns)
            sink.write(_line(columns))
            count = 0
            for row in rows:
                sink.write(_line([row.get(name, "") for name in columns]))
                count += 1
            return count

    def examples(self) -> list[ListExample]:
        digest = b"900150983cd24fb0d6963f7d28e17f72"
        return [
            ListExample(b"md5,label\n" + digest + b",abc\n", 1, ()),
            ListExample(
                _BOM + b"MD5;Label\r\n" + digest.upper() + b";abc\r\nxyz;\r\n;\r\n", 1, ("bad-digest", "no-digest")
            ),
            ListExample(b"md5,status\n" + digest + b",withdrawn\n", 1, ()),
        ]


def _entries(lines: Iterator[tuple[int, bytes | None]], header: _Header) -> Iterator[Entry | Skipped]:
    for number, line in lines:
        if line is not None and not line.strip():
            continue
        try:
            yield _entry(number, _split(line_text(line), header.delimiter), header.columns)
        except BadLine as bad:
            yield Skipped(f"line {number}", bad.reason, bad.detail)


def _header(line: bytes | None) -> _Header:
    try:
        text = line_text(line)
        delimiter = max(_DELIMITERS, key=text.count)
        names = _split(text, delimiter)
    except BadLine as bad:
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
    # What separates columns can't stand in a name: the header decides which sign that is.
    return plain if plain in _WORDS else one_line(re.sub(r"[,;\t]", " ", name))


def _split(text: str, delimiter: str) -> list[str]:
    try:
        rows = list(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise BadLine("broken-quoting", str(error)) from None
    return rows[0] if rows else []


def _entry(number: int, fields: Sequence[str], columns: Sequence[str]) -> Entry:
    if len(fields) > len(columns) and any(field.strip() for field in fields[len(columns) :]):
        raise BadLine("too-many-columns", f"{len(fields)} columns; the first line names {len(columns)}")
    values = {name: field.strip() for name, field in zip(columns, fields, strict=False) if name}
    status = _status(values)
    digests = _digests(values)
    if not digests and status == "active":
        raise BadLine("no-digest", "all digest columns are empty")
    words = {name: one_line(text) for name, text in values.items() if name not in SIGNALS}
    label, purpose = words.pop("label", "") or None, words.pop("purpose", "") or None
    return Entry(number, digests, label, purpose, {name: text for name, text in words.items() if text}, None, status)


def _status(values: dict[str, str]) -> Status:
    """Take the status out of `values` if it is one of ours; another word stays there as it is."""
    word = values.get("status", "").lower()
    if word in {"active", "withdrawn"}:
        del values["status"]
    return "withdrawn" if word == "withdrawn" else "active"


def _digests(values: Mapping[str, str]) -> dict[str, str]:
    return {signal.name: good_digest(signal, text) for signal in SIGNALS if (text := values.get(signal.name, ""))}


def _row(entry: Entry) -> dict[str, str]:
    """What the entry fills, by column. A name of its own that is one of ours gets a mark."""
    row = {_own(name, text, entry): one_line(text) for name, text in entry.extra.items()}
    row |= {"status": entry.status} if entry.status != "active" else {}
    row |= entry.digests
    row |= {name: one_line(word) for name, word in (("label", entry.label), ("purpose", entry.purpose)) if word}
    return {name: text for name, text in row.items() if name and text}


def _own(name: str, text: str, entry: Entry) -> str:
    column = _column(name)
    taken = column in SIGNALS or column in {"label", "purpose"}
    read_as_ours = column == "status" and (entry.status != "active" or text.strip().lower() in {"active", "withdrawn"})
    return f"own {column}" if taken or read_as_ours else column


def _ordered(used: Iterable[str]) -> list[str]:
    ours = [name for name in (*SIGNALS.names(), *_WORDS) if name in set(used)]
    return (ours if any(name in SIGNALS for name in ours) else ["md5", *ours]) + [n for n in used if n not in ours]


def _line(fields: Sequence[str]) -> bytes:
    out = StringIO()
    csv.writer(out, lineterminator="\n").writerow(fields)
    return out.getvalue().encode()
