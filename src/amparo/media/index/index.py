"""Read an index: exact by binary search, near by a flat scan of the PDQ column. Files are mapped, not loaded."""

import hashlib
import json
import mmap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, NewType

import numpy as np
import numpy.typing as npt

from amparo import _kernels
from amparo.base import WrongUse, canonical_digest
from amparo.media.errors import IndexDamaged
from amparo.media.index import layout
from amparo.media.lists import Entry
from amparo.media.signals import SIGNALS
from amparo.media.signals.pdq import NEAR_BITS

#: Number of an entry within its index, from 0 in the order of the list.
EntryRef = NewType("EntryRef", int)


class Near(NamedTuple):
    ref: EntryRef
    distance: int  # differing bits of 256
    query: int  # which of the queries lies nearest


class _Column(NamedTuple):
    digests: npt.NDArray[np.uint8]  # (count, octets), sorted
    prefixes: npt.NDArray[np.uint64]
    entries: npt.NDArray[np.uint32]


class Index:
    """One hash list, open for reading. Cheap to open, safe to share between threads and processes."""

    def __init__(self, folder: Path, manifest: Mapping[str, Any]) -> None:
        """Use `Index.open`."""
        self.folder = folder
        self.manifest = manifest
        self.digest = canonical_digest(manifest)
        self._lines = _map(folder, layout.LINES)
        self._offsets = np.frombuffer(_map(folder, layout.OFFSETS), "<u8")
        self._columns = {signal.name: self._column(signal.name, signal.octets) for signal in SIGNALS}

    @classmethod
    def open(cls, folder: Path, *, check: bool = False) -> "Index":
        """Open the index at `folder`; with `check`, read every byte and compare its SHA-256.

        Raises IndexDamaged, which names the file: missing, of another size, or (with `check`) changed.
        """
        manifest = _manifest(folder)
        _check_sizes(folder, manifest)
        index = cls(folder, manifest)
        if check:
            index.verify()
        return index

    def __len__(self) -> int:
        return len(self._offsets) - 1

    @property
    def facts(self) -> Mapping[str, Any]:
        """What the builder said about the list: name, version, source."""
        facts: Mapping[str, Any] = self.manifest["list"]
        return facts

    def verify(self) -> None:
        """Compare every file with its SHA-256. Raises IndexDamaged."""
        for name, facts in self.manifest["files"].items():
            with (self.folder / name).open("rb") as stream:
                if hashlib.file_digest(stream, "sha256").hexdigest() != facts["sha256"]:
                    raise IndexDamaged(file=name, why="its SHA-256 is not the one in the manifest")

    def lookup(self, signal: str, hexdigest: str) -> tuple[EntryRef, ...]:
        """Return the entries whose `signal` digest equals `hexdigest` (lowercase), in list order."""
        column, wanted = self._columns[signal], self._digest(signal, hexdigest)
        prefix = np.uint64(int.from_bytes(wanted[:8], "big"))
        position = int(np.searchsorted(column.prefixes, prefix))
        found = []
        while position < len(column.prefixes) and column.prefixes[position] == prefix:
            if column.digests[position].tobytes() == wanted:
                found.append(EntryRef(int(column.entries[position])))
            position += 1
        return tuple(found)

    def near(self, pdq_hex: str, threshold: int = NEAR_BITS) -> list[tuple[EntryRef, int]]:
        """Return (entry, differing bits) within `threshold`, nearest first, then in list order."""
        return [(each.ref, each.distance) for each in self.near_any([pdq_hex], threshold)]

    def near_any(self, pdq_hexes: Sequence[str], threshold: int = NEAR_BITS) -> list[Near]:
        """As `near` for several hashes of one picture: each entry once, by the hash that lies nearest."""
        column = self._columns["pdq"]
        if not pdq_hexes or not len(column.digests):
            return []
        queries = np.frombuffer(b"".join(self._digest("pdq", each) for each in pdq_hexes), np.uint8).reshape(-1, 32)
        best: dict[int, Near] = {}
        for query, position, distance in _kernels.hamming(column.digests, queries, threshold).tolist():
            entry = int(column.entries[position])
            if entry not in best or (distance, query) < (best[entry].distance, best[entry].query):
                best[entry] = Near(EntryRef(entry), distance, query)
        return sorted(best.values(), key=lambda each: (each.distance, each.ref))

    def entry(self, ref: EntryRef) -> Entry:
        """Return the entry as the list had it. Raises IndexDamaged."""
        if not 0 <= ref < len(self):
            raise IndexDamaged(file=layout.OFFSETS, why=f"there is no entry {ref}")
        start, end = int(self._offsets[ref]), int(self._offsets[ref + 1])
        try:
            return layout.entry_from_json(bytes(self._lines[start:end]))
        except (ValueError, KeyError, TypeError) as error:
            raise IndexDamaged(file=layout.LINES, why=f"entry {ref} cannot be read") from error

    def _digest(self, signal: str, hexdigest: str) -> bytes:
        if not SIGNALS[signal].valid(hexdigest):
            raise WrongUse(what=f"{hexdigest!r} is not a {signal} digest in lowercase hex")
        return bytes.fromhex(hexdigest)

    def _column(self, signal: str, octets: int) -> _Column:
        def part(name: str) -> memoryview:
            return _map(self.folder, layout.column(signal, name))

        digests = np.frombuffer(part("digests"), np.uint8).reshape(-1, octets)
        return _Column(digests, np.frombuffer(part("prefixes"), "<u8"), np.frombuffer(part("entries"), "<u4"))


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        value = json.loads((folder / layout.MANIFEST).read_bytes())
        whole = value["format"] == layout.FORMAT and {"entries", "signals", "files", "list"} <= value.keys()
    except OSError as error:
        raise IndexDamaged(file=layout.MANIFEST, why=error.strerror or "it cannot be read") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise IndexDamaged(file=layout.MANIFEST, why="it is not a manifest") from error
    if not whole:
        raise IndexDamaged(file=layout.MANIFEST, why="it is of a format this version does not know")
    manifest: dict[str, Any] = value
    return manifest


def _check_sizes(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Every file is there and as long as the manifest and the format say."""
    for name, octets in _expected(manifest).items():
        path = folder / name
        if name not in manifest["files"] or not path.is_file():
            raise IndexDamaged(file=name, why="it is missing")
        size = path.stat().st_size
        if size != manifest["files"][name]["size"] or octets not in {None, size}:
            raise IndexDamaged(file=name, why=f"it has {size} bytes, which is not what the manifest says")


def _expected(manifest: Mapping[str, Any]) -> dict[str, int | None]:
    sizes: dict[str, int | None] = {layout.LINES: None, layout.OFFSETS: 8 * (manifest["entries"] + 1)}
    for signal in SIGNALS:
        count = manifest["signals"].get(signal.name, 0)
        widths = {"digests": signal.octets, "prefixes": 8, "entries": 4}
        sizes |= {layout.column(signal.name, part): count * width for part, width in widths.items()}
    return sizes


def _map(folder: Path, name: str) -> memoryview:
    path = folder / name
    with path.open("rb") as stream:
        if path.stat().st_size == 0:
            return memoryview(b"")  # an empty file cannot be mapped
        return memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
