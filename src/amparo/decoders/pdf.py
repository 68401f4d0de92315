"""PDF (ISO 32000): the words of its pages as one text, and the pictures in it that are JPEG files.

Plain Flate streams and simple fonts only: text in fonts with codes of their own (Identity-H) is not turned into
words here. Objects are found by scanning, so a broken cross-reference table hides nothing.
"""

import re
import zlib
from collections.abc import Iterator, Sequence
from io import BufferedReader, BytesIO
from typing import BinaryIO, Final, cast

from amparo.base import Blob, Skipped
from amparo.decoders.decoder import Decoder, Example, Member
from amparo.decoders.errors import DecodedBroken
from amparo.decoders.limits import Budget
from amparo.decoders.slice import Slice

_LARGEST: Final = 128 * 1024 * 1024
_LARGEST_STREAM: Final = 16 * 1024 * 1024
_STREAM: Final = re.compile(rb"(?<!end)stream\r?\n")
_TOKEN: Final = re.compile(
    rb"\((?:\\[\s\S]|[^\\()]|\((?:\\[\s\S]|[^\\()])*\))*\)|[\[\]]|[-+]?(?:\d+\.?\d*|\.\d+)|[A-Za-z*'\"]+"
)
_ESCAPE: Final = re.compile(rb"\\([0-7]{1,3}|[\s\S])")
_ESCAPED: Final = {b"n": b"\n", b"r": b"\n", b"t": b"\t", b"b": b" ", b"f": b" ", b"\n": b""}
# In TJ, numbers are thousandths of the font size; a step right of a fifth or more is a gap between words.
_WORD_GAP: Final = -200


class Pdf(Decoder):
    name = "pdf"

    def fits(self, head: bytes) -> bool:
        return head.startswith(b"%PDF-")

    def members(self, blob: Blob, budget: Budget) -> Iterator[Member | Skipped]:
        try:
            data = blob.read(_LARGEST + 1)
        except (DecodedBroken, OSError) as error:
            yield Skipped("", "broken-pdf", str(error))
            return
        if len(data) > _LARGEST:
            yield Skipped("", "too-large", f"only PDF files up to {_LARGEST} bytes are looked into")
            return
        yield from self._pictures(blob, data, budget)
        text = b"\n".join(_texts(data))
        if text and budget.take(len(text)):
            yield Member("PDF-TEXT", None, Blob("PDF-TEXT", len(text), lambda: BytesIO(b"\n".join(_texts(_all(blob))))))
        elif text:
            yield Skipped("PDF-TEXT", "bomb", f"{len(text)} bytes of text")

    def _pictures(self, blob: Blob, data: bytes, budget: Budget) -> Iterator[Member | Skipped]:
        for mark in _STREAM.finditer(data):
            start = mark.end()
            if data[start : start + 3] != b"\xff\xd8\xff":
                continue
            end = data.find(b"endstream", start)
            size = (end if end >= 0 else len(data)) - start
            step = f"PDF-{start}"
            if budget.take(size):
                yield Member(step, None, _slice(blob, step, start, size))
            else:
                yield Skipped(step, "bomb", "more members or bytes than the file's whole allowance")

    def examples(self) -> Sequence[Example]:
        page = zlib.compress(b"BT /F1 12 Tf 72 700 Td [(hel) -20 (lo)] TJ ET")
        body = b"1 0 obj <</Filter /FlateDecode /Length %d>> stream\n%s\nendstream endobj" % (len(page), page)
        return [Example(b"%PDF-1.4\n" + body + b"\n%%EOF", b"hello")]


def _all(blob: Blob) -> bytes:
    return blob.read(_LARGEST)


def _slice(blob: Blob, name: str, start: int, size: int) -> Blob:
    """The picture is kept as its place in the file, not as bytes."""
    return Blob(name, size, lambda: cast(BinaryIO, BufferedReader(Slice(blob.open(), start, size))))


def _texts(data: bytes) -> Iterator[bytes]:
    """Yield the words of each page stream that has any."""
    for mark in _STREAM.finditer(data):
        inflater = zlib.decompressobj()
        try:
            content = inflater.decompress(data[mark.end() : mark.end() + _LARGEST_STREAM], _LARGEST_STREAM)
        except zlib.error:
            content = data[mark.end() : max(mark.end(), data.find(b"endstream", mark.end()))][:_LARGEST_STREAM]
        if b"BT" in content and (b"Tj" in content or b"TJ" in content):
            text = _words(content).strip()
            if text:
                yield text


def _words(content: bytes) -> bytes:
    """Follow the text operators of one page: strings in order, a line end where the height on the page changes."""
    out: list[bytes] = []
    operands: list[bytes] = []
    heights: dict[bytes, bytes] = {}
    for match in _TOKEN.finditer(content):
        token = match.group()
        if token[:1] in b"([]+-.0123456789":
            operands.append(token)
            continue
        if token in {b"'", b'"', b"T*"} or _moves_line(token, operands, heights):
            out.append(b"\n")
        if token in {b"Tj", b"TJ", b"'", b'"'}:
            out.extend(_shown(operands))
        elif token in {b"Td", b"TD"}:
            out.append(b" ")
        operands.clear()
    return b"".join(out)


def _moves_line(operator: bytes, operands: list[bytes], heights: dict[bytes, bytes]) -> bool:
    """True if a matrix (Tm, cm: the sixth number) or a step (Td, TD: the second) changes the height."""
    if operator in {b"Td", b"TD"}:
        return len(operands) >= 2 and operands[-1].strip(b"+-0.") != b""
    if operator not in {b"Tm", b"cm"} or len(operands) < 6:
        return False
    before, heights[operator] = heights.get(operator), operands[-1]
    return before is not None and before != operands[-1]


def _shown(operands: list[bytes]) -> Iterator[bytes]:
    for operand in operands:
        if operand.startswith(b"("):
            yield _ESCAPE.sub(_unescaped, operand[1:-1])
        elif operand not in {b"[", b"]"} and float(operand) <= _WORD_GAP:
            yield b" "


def _unescaped(match: "re.Match[bytes]") -> bytes:
    escaped = match.group(1)
    if escaped[:1].isdigit() and escaped[:1] < b"8":
        return bytes([int(escaped, 8) & 0xFF])
    return _ESCAPED.get(escaped, escaped)
