"""Chunk tables: where each chunk of the media lies in its segment file."""

import struct
import zlib
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

_HEAD: Final = 24
_COMPRESSED: Final = 1 << 31


class Table(NamedTuple):
    """Chunks of one pair of sections: `starts` and `ends` are bytes of segment file `segment`."""

    segment: int
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    compressed: NDArray[np.bool_]


def parse_table(payload: bytes, segment: int, sectors: tuple[int, int], warnings: list[str]) -> Table | None:
    """Parse `table` or `table2` over the chunk data at bytes `sectors`; None if a checksum or an offset is wrong."""
    if len(payload) < _HEAD or zlib.adler32(payload[:20]) != struct.unpack_from("<I", payload, 20)[0]:
        return None
    count, base = struct.unpack_from("<I4xQ", payload)
    raw = payload[_HEAD : _HEAD + 4 * count]
    if len(payload) < _HEAD + 4 * count + 4 or not count:
        return None
    if zlib.adler32(raw) != struct.unpack_from("<I", payload, _HEAD + 4 * count)[0]:
        return None
    entries = np.frombuffer(raw, "<u4").astype(np.int64)
    offsets, compressed = _offsets(entries, warnings)
    starts = offsets + base
    ends = np.append(starts[1:], sectors[1])
    if starts[0] < sectors[0] or (ends <= starts).any() or ends[-1] > sectors[1]:
        return None
    return Table(segment, starts, ends, compressed)


def _offsets(entries: NDArray[np.int64], warnings: list[str]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Split entries into offset and compressed bit.

    EnCase 6.7.1 lets offsets run past 2 GiB into that bit: from where they would fall back, they are whole
    32-bit offsets of uncompressed chunks (read in the libewf documentation).
    """
    offsets, compressed = entries & (_COMPRESSED - 1), entries >= _COMPRESSED
    back = np.flatnonzero(np.diff(offsets) < 0)
    if back.size:
        first = int(back[0]) + 1
        offsets[first:], compressed[first:] = entries[first:], False
        warnings.append("chunk offsets beyond 2 GiB were read as 32 bits without compression")
    return offsets, compressed
