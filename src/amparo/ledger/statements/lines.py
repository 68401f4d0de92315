"""Text of statements: decoded line by line with a bound, so that no file of any kind fills the memory."""

import codecs
import csv
from collections.abc import Iterator, Sequence
from typing import BinaryIO, Final, NamedTuple

from amparo.ledger.statements.errors import BrokenTable, LineTooLong, NotText

MAX_LINE: Final = 64 * 1024
#: Most lines one quoted field may run over; an open quotation mark would else swallow the file.
MAX_RUN: Final = 200
_WIDE: Final = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
ENCODINGS: Final = (
    "auto",
    "utf-8",
    "cp1252",
    "latin-1",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "cp1251",
    "cp1256",
    "cp437",
)


class Row(NamedTuple):
    line: int  # where it begins, from 1
    cells: list[str]


def encoding_of(stream: BinaryIO, wanted: str) -> str:
    """The encoding to decode with: a byte order mark decides, else what the profile says, else UTF-8."""
    head = stream.read(4)
    stream.seek(0)
    for mark, name in _WIDE.items():
        if head.startswith(mark):
            return name
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8"
    return {"auto": "utf-8", "utf-16": "utf-16-le"}.get(wanted, wanted)


def text_lines(stream: BinaryIO, file: str, wanted: str = "auto") -> Iterator[tuple[int, str]]:
    """Yield (line number, text with its line end). Raises NotText (wrong encoding, NUL: binary), LineTooLong."""
    encoding = encoding_of(stream, wanted)
    pieces = _wide_lines(stream, file, encoding) if encoding.startswith("utf-16") else _lines(stream, file)
    for number, raw in pieces:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError as error:
            why = f"byte {error.start + 1} of the line"
            raise NotText(line=number, file=file, encoding=encoding, why=why) from None
        if "\0" in text:
            raise NotText(line=number, file=file, encoding=encoding, why="it holds a NUL sign")
        yield number, text.removeprefix("\ufeff") if number == 1 else text


def _lines(stream: BinaryIO, file: str) -> Iterator[tuple[int, bytes]]:
    number = 0
    while line := stream.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            raise LineTooLong(line=number, file=file, limit=MAX_LINE)
        yield number, line


def _wide_lines(stream: BinaryIO, file: str, encoding: str) -> Iterator[tuple[int, bytes]]:
    """Lines of two-byte text: a line end is a pair at an even place."""
    end = "\n".encode(encoding)
    number, kept = 0, b""
    while chunk := stream.read(MAX_LINE):
        kept += chunk
        start = 0
        while (line := _wide_line(kept, start, end)) is not None:
            number += 1
            yield number, line
            start += len(line)
        kept = kept[start:]
        if len(kept) > 2 * MAX_LINE:
            raise LineTooLong(line=number + 1, file=file, limit=MAX_LINE)
    if kept:
        yield number + 1, kept


def _wide_line(kept: bytes, start: int, end: bytes) -> bytes | None:
    at = kept.find(end, start)
    while at >= 0 and (at - start) % 2:
        at = kept.find(end, at + 1)
    return None if at < 0 else kept[start : at + 2]


def table_rows(stream: BinaryIO, file: str, delimiter: str, wanted: str = "auto") -> Iterator[Row]:
    """Rows of a table in separated text (RFC 4180 quoting). Empty lines are left out. Raises BrokenTable too."""
    feed = _Feed(text_lines(stream, file, wanted), file)
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    while True:
        feed.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BrokenTable(file=file, line=feed.first, why=str(error)) from None
        if any(cell.strip() for cell in cells):
            yield Row(feed.first, cells)


class _Feed:
    """Lines for the csv module, which tells where each row began and stops a quotation mark that never closes."""

    def __init__(self, lines: Iterator[tuple[int, str]], file: str) -> None:
        self._lines, self._file = lines, file
        self.first = self._last = 0
        self._fresh = True

    def begin(self) -> None:
        self._fresh = True

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        self._last, text = next(self._lines)
        if self._fresh:
            self.first, self._fresh = self._last, False
        elif self._last - self.first > MAX_RUN:
            raise BrokenTable(file=self._file, line=self.first, why="a quotation mark does not close")
        return text


def cell(cells: Sequence[str], place: int | None) -> str:
    """The text of a column, "" where the row is too short or the profile has no such column."""
    return cells[place].strip() if place is not None and place < len(cells) else ""
