"""A small E01 writer: for exercises, and for the tests of the reader. Not for acquiring evidence.

It writes the three orders of sections seen in real images: of libewf, of EnCase 4 and of FTK Imager.
"""

import hashlib
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final, Literal

from amparo.evidence.ewf.segments import SIGNATURE, segment_suffix

Shape = Literal["libewf", "encase", "ftk"]
_SECTOR: Final = 512
_PER_CHUNK: Final = 64
CHUNK: Final = _SECTOR * _PER_CHUNK


@dataclass(slots=True)
class _Facts:
    chunks: int
    sectors: int
    md5: bytes = b""
    sha1: bytes = b""
    header: bytes = field(default=b"")


def write_ewf(
    media: BinaryIO,
    size: int,
    first: Path,
    *,
    shape: Shape = "libewf",
    chunks_per_segment: int | None = None,
    compress: bool = True,
    description: str = "exercise",
) -> list[Path]:
    """Write `size` bytes of `media` to `first` (…E01) and the segments after it; return their paths.

    `size` need not be a multiple of 512; the header then states the whole sectors, as the real tools do.
    """
    chunks = max(1, -(-size // CHUNK))
    facts = _Facts(chunks, size // _SECTOR, header=_header(description))
    per_segment = chunks_per_segment or chunks
    segments = -(-chunks // per_segment)
    md5, sha1 = hashlib.md5(usedforsecurity=False), hashlib.sha1(usedforsecurity=False)
    paths = []
    for number in range(1, segments + 1):
        pieces = []
        for _ in range(min(per_segment, chunks - (number - 1) * per_segment)):
            piece = media.read(CHUNK)
            md5.update(piece)
            sha1.update(piece)
            pieces.append(piece)
        facts.md5, facts.sha1 = md5.digest(), sha1.digest()
        path = first.with_suffix(segment_suffix(number, "E"))
        path.write_bytes(_segment(number, segments, pieces, facts, shape=shape, compress=compress))
        paths.append(path)
    return paths


def ewf_bytes(media: bytes, shape: Shape = "libewf") -> bytes:
    """Return `media` as one E01 segment."""
    facts = _Facts(max(1, -(-len(media) // CHUNK)), len(media) // _SECTOR, header=_header("example"))
    facts.md5 = hashlib.md5(media, usedforsecurity=False).digest()
    facts.sha1 = hashlib.sha1(media, usedforsecurity=False).digest()
    pieces = [media[at : at + CHUNK] for at in range(0, len(media), CHUNK)] or [b""]
    return _segment(1, 1, pieces, facts, shape=shape, compress=True)


def _segment(number: int, of: int, pieces: Sequence[bytes], facts: _Facts, *, shape: Shape, compress: bool) -> bytes:
    out = BytesIO()
    out.write(SIGNATURE + b"\x01" + struct.pack("<HH", number, 0))
    if number == 1:
        if shape == "libewf":
            _section(out, "header2", facts.header)
            _section(out, "header2", facts.header)
        _section(out, "header", facts.header)
        _section(out, "volume" if shape == "libewf" else "disk", _volume(facts))
    else:
        _section(out, "data", _volume(facts))
    _chunks(out, pieces, compress)
    last = number == of
    if last:
        _ending(out, facts, shape, of)
    _section(out, "done" if last else "next", b"", points_to_itself=True)
    return out.getvalue()


def _ending(out: BytesIO, facts: _Facts, shape: Shape, of: int) -> None:
    if shape == "ftk":
        _section(out, "digest", _sum(facts.md5 + facts.sha1 + bytes(40)))
        _section(out, "hash", _sum(facts.md5 + bytes(16)))
        _section(out, "data", _volume(facts))
        return
    if of == 1:
        _section(out, "data", _volume(facts))
    _section(out, "hash", _sum(facts.md5 + bytes(16)))


def _chunks(out: BytesIO, pieces: Sequence[bytes], compress: bool) -> None:
    """Write `sectors`, `table` and `table2`; the table's offsets count from the start of the file."""
    stored, entries = [], []
    at = out.tell() + 76
    for piece in pieces:
        packed = zlib.compress(piece)
        small = compress and len(packed) < len(piece)
        stored.append(packed if small else _sum(piece))
        entries.append(at | (1 << 31 if small else 0))
        at += len(stored[-1])
    _section(out, "sectors", b"".join(stored))
    head = struct.pack("<I4xQ4x", len(entries), 0)
    table = _sum(head) + _sum(struct.pack(f"<{len(entries)}I", *entries))
    _section(out, "table", table)
    _section(out, "table2", table)


def _section(out: BytesIO, kind: str, payload: bytes, points_to_itself: bool = False) -> None:
    at, size = out.tell(), 76 + len(payload)
    following = at if points_to_itself else at + size
    descriptor = kind.encode().ljust(16, b"\x00") + struct.pack("<QQ", following, size) + bytes(40)
    out.write(_sum(descriptor) + payload)


def _volume(facts: _Facts) -> bytes:
    body = struct.pack("<B3xIIIQ", 1, facts.chunks, _PER_CHUNK, _SECTOR, facts.sectors).ljust(1048, b"\x00")
    return _sum(body)


def _header(description: str) -> bytes:
    text = (
        f"1\nmain\na\tc\tn\te\tt\tm\tu\n{description}\t1\t1\texaminer\t\t2026 11 24 08 00 00\t2026 11 24 08 00 00\n\n"
    )
    return zlib.compress(text.encode("latin-1", "replace"))


def _sum(data: bytes) -> bytes:
    return data + struct.pack("<I", zlib.adler32(data))
