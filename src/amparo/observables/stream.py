"""Observables in bytes of any kind and size: one pass, bounded memory, each find once.

The stream is read in windows that overlap by the longest find on both sides. In each window the runs of printable
ASCII, and those of UTF-16, become one text; a find counts where it starts. Bytes from 0x80 on end a run.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

from amparo.base import Blob, Progress, silent
from amparo.observables.observable import Observable
from amparo.observables.registry import KINDS
from amparo.observables.text import found_in

_WINDOW: Final = 4 * 1024 * 1024
_LONGEST: Final = max(kind.longest for kind in KINDS) + 1
_OVERLAP: Final = 2 * _LONGEST  # UTF-16: two bytes a sign
_ASCII: Final = re.compile(rb"[\x20-\x7e\t\r\n]{6,}")
# Little-endian units; a NUL before and a sign after the last NUL mean that they were big-endian.
_UTF16: Final = re.compile(rb"((?:[\x20-\x7e\t\r\n]\x00){6,})([\x20-\x7e\t\r\n]?)")


class _Runs(NamedTuple):
    """Runs joined to one text with a NUL between them: sign `signs[i]` of it stands at byte `bytes_[i]`."""

    text: str
    signs: list[int]
    bytes_: list[int]
    width: int
    encoding: str


def extract_bytes(
    stream: BinaryIO, region: str | None = None, progress: Progress = silent, total: int | None = None
) -> Iterator[Observable]:
    """Yield every observable in `stream`, by window, ordered by byte offset inside each.

    `region` as in `extract_text`; `progress` gets bytes read of `total`.
    """
    left, base, done = b"", 0, 0
    ahead = _full(stream)
    while ahead:
        body, ahead = ahead, _full(stream)
        window = left + body + ahead[:_OVERLAP]
        start = len(left)
        yield from _in_window(window, base - start, base, base + len(body), region)
        base += len(body)
        left = (left + body)[-_OVERLAP:]
        done += len(body)
        progress(done, total, "bytes")


def extract_blob(blob: Blob, region: str | None = None, progress: Progress = silent) -> Iterator[Observable]:
    """Yield every observable in the bytes of `blob`; what is packed inside is a matter of `evidence.walk`."""
    with blob.open() as stream:
        yield from extract_bytes(stream, region, progress, blob.size)


def _full(stream: BinaryIO) -> bytes:
    """Read one window; a raw stream may give less at a time than is there."""
    parts, size = [], 0
    while size < _WINDOW and (part := stream.read(_WINDOW - size)):
        parts.append(part)
        size += len(part)
    return b"".join(parts)


def _in_window(window: bytes, origin: int, first: int, end: int, region: str | None) -> Iterator[Observable]:
    """Finds of a window whose byte 0 is byte `origin` of the stream, starting in [first, end)."""
    if not window.strip(b"\x00"):
        return
    found = []
    for runs in (_ascii(window), *_utf16(window)):
        if runs.text:
            for each in found_in(runs.text, region, runs.encoding):
                at = origin + _byte_of(runs, each.offset)
                if first <= at < end:
                    found.append(each._replace(offset=at))
    yield from sorted(found, key=lambda each: (each.offset, each.kind, each.encoding))


def _ascii(window: bytes) -> _Runs:
    spans = [match.span() for match in _ASCII.finditer(window)]
    parts = [window[start:end] for start, end in spans]
    return _joined(parts, [start for start, _ in spans], 1, "ascii")


def _utf16(window: bytes) -> tuple[_Runs, _Runs]:
    little: tuple[list[bytes], list[int]] = [], []
    big: tuple[list[bytes], list[int]] = [], []
    for match in _UTF16.finditer(window):
        start = match.start()
        if match.group(2) and start and not window[start - 1]:
            big[0].append(match.group()[::2])
            big[1].append(start - 1)
        else:
            little[0].append(match.group(1)[::2])
            little[1].append(start)
    return _joined(*little, 2, "utf-16le"), _joined(*big, 2, "utf-16be")


def _joined(parts: list[bytes], starts: list[int], width: int, encoding: str) -> _Runs:
    signs, at = [], 0
    for part in parts:
        signs.append(at)
        at += len(part) + 1
    return _Runs(b"\x00".join(parts).decode("ascii"), signs, starts, width, encoding)


def _byte_of(runs: _Runs, sign: int) -> int:
    run = bisect_right(runs.signs, sign) - 1
    return runs.bytes_[run] + (sign - runs.signs[run]) * runs.width
