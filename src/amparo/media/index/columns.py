"""The files of a column: sorted digests with their entries, the table of their prefixes, and the ring over PDQ."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from amparo import _kernels
from amparo.media.index import layout
from amparo.media.index.files import Disk, NewFile, map_numbers
from amparo.media.index.spool import DigestSpool

#: File name -> size and SHA-256.
Facts = dict[str, Mapping[str, Any]]

_PAD: Final = np.zeros(64, "<u2")


def write_column(work: Path, disk: Disk, signal: str, spool: DigestSpool) -> Facts:
    """Write SIGNAL.digests, SIGNAL.entries and SIGNAL.starts of all that is in `spool`."""
    names = [layout.column(signal, part) for part in ("digests", "entries", "starts")]
    bits = layout.prefix_bits(spool.count)
    counts = np.zeros(2**bits, np.uint32)
    with NewFile(work / names[0], disk) as digests, NewFile(work / names[1], disk) as entries:
        for rows, numbers in spool.sorted_blocks():
            digests.write(rows)
            entries.write(numbers)
            _kernels.count_prefixes(rows, bits, counts)
    with NewFile(work / names[2], disk) as starts:
        starts.write(np.concatenate([np.zeros(1, "<u4"), np.cumsum(counts, dtype="<u4")]))
    return {name: made.facts for name, made in zip(names, (digests, entries, starts), strict=True)}


def write_ring(work: Path, disk: Disk, tell: Callable[[int], None]) -> tuple[int | None, Facts]:
    """Write the ring over the finished pdq.digests; return the number of distinct hashes, None if they need no ring.

    Memory: 14 bytes a hash, one of the sixteen chunks at a time; the digests are read by mapping their file.
    """
    rows = map_numbers(work, layout.column("pdq", "digests"), "u1").reshape(-1, 32)
    if len(rows) < layout.RING_FROM:
        return None, {}
    names = (layout.RING_OFFSETS, layout.RING_POSITIONS, layout.RING_NEXT)
    distinct = 0
    offsets, positions, after = (NewFile(work / name, disk) for name in names)
    with offsets, positions, after:
        for chunk in range(layout.RING_CHUNKS):
            begins, at, following = _kernels.ring_chunk(rows, chunk)
            distinct = len(at)
            if distinct < layout.RING_FROM:
                break
            offsets.write(begins)
            positions.write(at)
            after.write(following)
            after.write(_PAD[: layout.ring_stride(distinct) - distinct])
            tell(chunk + 1)
    if distinct < layout.RING_FROM:
        for name in names:
            (work / name).unlink()
        return None, {}
    return distinct, {name: made.facts for name, made in zip(names, (offsets, positions, after), strict=True)}
