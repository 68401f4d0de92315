"""Which signs our fonts can draw; any other is printed as its number, so that no fact becomes an empty box.

Reads the `cmap` tables of the TrueType files (OpenType 1.9, "cmap", formats 4 and 12).
"""

import struct
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

#: Signs that Noto Sans lacks -> what says the same.
STAND_INS = {"→": "›", "←": "‹", "⇒": "›"}
INVISIBLE_OK = frozenset("\n\t\u200b\u200c\u200d\u200e\u200f")  # no ink, handled by the layout


def drawable(value: Any, fonts: tuple[Path, ...]) -> Any:
    """Return a JSON value with every sign the fonts lack written as [U+4E2D], in texts at any depth."""
    if isinstance(value, str):
        known = covered(fonts)
        return "".join(sign if sign in INVISIBLE_OK or ord(sign) in known else _instead(sign) for sign in value)
    if isinstance(value, list | tuple):
        return [drawable(part, fonts) for part in value]
    if isinstance(value, dict):
        return {key: drawable(part, fonts) for key, part in value.items()}
    return value


def _instead(sign: str) -> str:
    return STAND_INS.get(sign) or f"[U+{ord(sign):04X}]"


@cache
def covered(fonts: tuple[Path, ...]) -> frozenset[int]:
    """Return the code points that at least one font has a glyph for."""
    return frozenset(point for font in fonts for point in _points(font.read_bytes()))


def _points(font: bytes) -> Iterator[int]:
    tables = struct.unpack_from(">H", font, 4)[0]
    for index in range(tables):
        tag, _, offset, _ = struct.unpack_from(">4sIII", font, 12 + 16 * index)
        if tag == b"cmap":
            yield from _cmap(font, offset)


def _cmap(font: bytes, start: int) -> Iterator[int]:
    for index in range(struct.unpack_from(">H", font, start + 2)[0]):
        offset = start + struct.unpack_from(">I", font, start + 4 + 8 * index + 4)[0]
        form = struct.unpack_from(">H", font, offset)[0]
        if form == 4:
            yield from _format_4(font, offset)
        elif form == 12:
            yield from _format_12(font, offset)


def _format_4(font: bytes, at: int) -> Iterable[int]:
    count = struct.unpack_from(">H", font, at + 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", font, at + 14)
    starts = struct.unpack_from(f">{count}H", font, at + 16 + 2 * count)
    return (
        point for first, last in zip(starts, ends, strict=True) for point in range(first, last + 1) if last != 0xFFFF
    )


def _format_12(font: bytes, at: int) -> Iterable[int]:
    groups = struct.unpack_from(">I", font, at + 12)[0]
    ranges = (struct.unpack_from(">II", font, at + 16 + 12 * index) for index in range(groups))
    return (point for first, last in ranges for point in range(first, last + 1))
