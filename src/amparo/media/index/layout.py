"""The files of one index folder. All integers little-endian; a file is written once and never changed.

manifest.json        format, number of entries, digests a signal, size and SHA-256 of each file, the list's own facts
entries.jsonl        one canonical JSON line an entry, in the order of the list
entries.offsets      u64 x (entries + 1): where each line begins
SIGNAL.digests       sorted digests, fixed width; equal ones in the order of their entries
SIGNAL.entries       u32 x count: the entry each belongs to
SIGNAL.starts        u32 x (2^bits + 1): the first digest with each leading `bits` bits, and the count (prefix_bits)
pdq.ring.offsets     u32 x 16 x 65537: where each bucket of a chunk begins
pdq.ring.positions   u32 x 16 x distinct: the rows of pdq.digests in each bucket, the first of equal ones
pdq.ring.next        u16 x 16 x stride: chunk (c + 1) % 16 of the same rows; each of the 16 padded with zeros

Only signals that have digests have files, and only 4096 distinct PDQ hashes or more have a ring.

Format 1, still read and never written anew: no starts and no ring, but SIGNAL.prefixes, u64 x count, the first eight
bytes of each digest as a number; each of md5, sha1, sha256, pdq has its files, empty or not.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from amparo.media.lists import Entry
from amparo.media.signals import SIGNALS

FORMAT: Final = 2
FORMATS: Final = (1, 2)
MANIFEST: Final = "manifest.json"
LINES: Final = "entries.jsonl"
OFFSETS: Final = "entries.offsets"
MAX_ENTRIES: Final = 2**32 - 1

RING_CHUNKS: Final = 16
RING_BUCKETS: Final = 65536
#: With fewer distinct hashes, comparing all of them takes no longer than looking into the buckets.
RING_FROM: Final = 4096
RING_OFFSETS, RING_POSITIONS, RING_NEXT = (f"pdq.ring.{part}" for part in ("offsets", "positions", "next"))


def column(signal: str, part: str) -> str:
    return f"{signal}.{part}"


def prefix_bits(count: int) -> int:
    """Leading bits by which `count` digests are divided, so that some thirty share each division."""
    return min(24, (count // 32).bit_length())


def ring_stride(distinct: int) -> int:
    """Numbers in one row of pdq.ring.next: room for the widest load past the end, rows on 64-byte borders."""
    return -(-(distinct + 32) // 32) * 32


def file_sizes(manifest: Mapping[str, Any]) -> dict[str, int | None]:
    """The files `manifest` speaks of and their sizes in bytes; None where only the manifest itself can say."""
    sizes: dict[str, int | None] = {LINES: None, OFFSETS: 8 * (manifest["entries"] + 1)}
    for name, count in manifest["signals"].items():
        sizes[column(name, "digests")] = count * SIGNALS[name].octets
        sizes[column(name, "entries")] = count * 4
        if manifest["format"] == 1:
            sizes[column(name, "prefixes")] = count * 8
        else:
            sizes[column(name, "starts")] = 4 * (2 ** prefix_bits(count) + 1)
    if (distinct := manifest.get("ring")) is not None:
        sizes[RING_OFFSETS] = 4 * RING_CHUNKS * (RING_BUCKETS + 1)
        sizes[RING_POSITIONS] = 4 * RING_CHUNKS * distinct
        sizes[RING_NEXT] = 2 * RING_CHUNKS * ring_stride(distinct)
    return sizes


def entry_to_json(entry: Entry) -> dict[str, Any]:
    """`source` and `status` are there only where they say something: indexes made before them keep their digest."""
    more = {"source": entry.source} if entry.source is not None else {}
    more |= {"status": entry.status} if entry.status != "active" else {}
    return more | {
        "row": entry.row,
        "digests": dict(entry.digests),
        "label": entry.label,
        "purpose": entry.purpose,
        # Pairs, because a column's name may be in any script and canonical keys are ASCII.
        "extra": sorted(entry.extra.items()),
    }


def entry_from_json(line: bytes) -> Entry:
    """Raises ValueError, KeyError or TypeError if `line` is not what entry_to_json made."""
    value = json.loads(line)
    if not all(name in SIGNALS for name in value["digests"]):
        raise ValueError("a digest of no known signal")
    plain = value["row"], value["digests"], value["label"], value["purpose"], dict(value["extra"])
    return Entry(*plain, value.get("source"), value.get("status", "active"))


def sync_folder(folder: Path) -> None:
    """Make a rename or a new name in `folder` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
