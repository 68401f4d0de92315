"""The files of one index folder. All integers little-endian; a file is written once and never changed.

manifest.json      format, number of entries, digests a signal, size and SHA-256 of each file, the list's own facts
entries.jsonl      one canonical JSON line an entry, in the order of the list
entries.offsets    u64 x (entries + 1): where each line begins
SIGNAL.digests     sorted digests, fixed width; equal ones in the order of their entries
SIGNAL.prefixes    u64 x count: the first eight bytes of each as a number, for the binary search
SIGNAL.entries     u32 x count: the entry each belongs to
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from amparo.media.lists import Entry

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
LINES: Final = "entries.jsonl"
OFFSETS: Final = "entries.offsets"
MAX_ENTRIES: Final = 2**32 - 1


def column(signal: str, part: str) -> str:
    return f"{signal}.{part}"


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
    plain = value["row"], value["digests"], value["label"], value["purpose"], dict(value["extra"])
    return Entry(*plain, value.get("source"), value.get("status", "active"))


def sync_folder(folder: Path) -> None:
    """Make a rename or a new name in `folder` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def manifest_of(
    entries: int, signals: Mapping[str, int], files: Mapping[str, Any], facts: Mapping[str, Any]
) -> dict[str, Any]:
    return {"format": FORMAT, "entries": entries, "signals": dict(signals), "files": dict(files), "list": dict(facts)}
