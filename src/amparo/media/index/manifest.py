"""The manifest of an index, read with suspicion: whatever is wrong with it ends in IndexDamaged."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from amparo.base import NotCanonical, canonical
from amparo.media.errors import IndexDamaged
from amparo.media.index import layout
from amparo.media.signals import SIGNALS


def read(folder: Path) -> dict[str, Any]:
    """Return the manifest of the index at `folder`. Raises IndexDamaged."""
    try:
        value = json.loads((folder / layout.MANIFEST).read_bytes())
    except OSError as error:
        raise IndexDamaged(file=layout.MANIFEST, why=error.strerror or "it cannot be read") from error
    except (ValueError, RecursionError) as error:
        raise IndexDamaged(file=layout.MANIFEST, why="it is not a manifest") from error
    if not isinstance(value, dict) or "format" not in value:
        raise IndexDamaged(file=layout.MANIFEST, why="it is not a manifest")
    if value["format"] not in layout.FORMATS:
        raise IndexDamaged(file=layout.MANIFEST, why="it is of a format this version does not know")
    if not _sound(value):
        raise IndexDamaged(file=layout.MANIFEST, why="it is not a manifest")
    return value


def check_sizes(folder: Path, made: Mapping[str, Any]) -> None:
    """Every file is there and as long as the manifest and the format say. Raises IndexDamaged."""
    for name, octets in layout.file_sizes(made).items():
        path = folder / name
        if name not in made["files"] or not path.is_file():
            raise IndexDamaged(file=name, why="it is missing")
        size = path.stat().st_size
        if size != made["files"][name]["size"] or octets not in {None, size}:
            raise IndexDamaged(file=name, why=f"it has {size} bytes, which is not what the manifest says")


def _sound(value: Mapping[str, Any]) -> bool:
    signals, files, ring = value.get("signals"), value.get("files"), value.get("ring")
    return (
        _count(value.get("entries"))
        and isinstance(signals, dict)
        and all(name in SIGNALS and _count(count) for name, count in signals.items())
        and isinstance(files, dict)
        and all(_file(facts) for facts in files.values())
        and isinstance(value.get("list"), dict)
        and (ring is None or (_count(ring) and ring >= layout.RING_FROM and ring <= signals.get("pdq", 0)))
        and has_digest(value)
    )


def has_digest(value: Mapping[str, Any]) -> bool:
    """Whether `value` has a canonical form to take a digest of: no fractions, no endless nesting."""
    try:
        canonical(value)
    except (NotCanonical, RecursionError):
        return False
    return True


def _count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= layout.MAX_ENTRIES


def _file(facts: object) -> bool:
    return isinstance(facts, dict) and isinstance(facts.get("size"), int) and isinstance(facts.get("sha256"), str)
