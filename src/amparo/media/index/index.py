"""Read an index: exact by sorted tables, near by the ring. Files are mapped, not loaded, and shared by all who read."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from amparo import _kernels
from amparo.base import WrongUse, canonical_digest
from amparo.media.errors import IndexDamaged
from amparo.media.index import layout, manifest
from amparo.media.index.answers import CAP, EntryRef, NearMany
from amparo.media.index.exact import Bytes, Column, Numbers, find, rows_of
from amparo.media.index.files import file_sha256, map_file, map_numbers
from amparo.media.index.questions import Questions
from amparo.media.lists import Entry
from amparo.media.signals import SIGNALS
from amparo.media.signals.pdq import NEAR_BITS


class _Ring(NamedTuple):
    offsets: Numbers  # (16, 65537)
    positions: Numbers  # (16, distinct)
    following: npt.NDArray[np.uint16]  # (16, stride)
    heaviest: int


class Distance(Protocol):
    """How far given digests lie from one another, for a signal that is compared and never computed."""

    def __call__(self, bank: Bytes, query: bytes) -> npt.NDArray[np.int64]: ...


class Index(Questions):
    """One hash list, open for reading. Cheap to open, safe to share between threads and processes."""

    def __init__(self, folder: Path, made: Mapping[str, Any]) -> None:
        """Use `Index.open`."""
        self.folder = folder
        self.manifest = made
        self.digest = canonical_digest(made)
        self._lines = map_file(folder, layout.LINES)
        self._offsets = map_numbers(folder, layout.OFFSETS, "<u8")
        self._columns = {name: self._column(name, count) for name, count in made["signals"].items() if count}
        self._ring = self._open_ring() if made.get("ring") is not None else None

    @classmethod
    def open(cls, folder: Path, *, check: bool = False) -> "Index":
        """Open the index at `folder`; with `check`, read every byte and compare its SHA-256.

        Raises IndexDamaged, which names the file: missing, of another size, not what it must be, or (with `check`)
        changed. `rebuild_index` makes the files again that follow from the entries.
        """
        made = manifest.read(folder)
        manifest.check_sizes(folder, made)
        index = cls(folder, made)
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

    @property
    def has_ring(self) -> bool:
        """Whether near hashes are found by the ring. Without it every hash is compared: few, or made by format 1."""
        return self._ring is not None

    def verify(self) -> None:
        """Compare every file with its SHA-256. Raises IndexDamaged."""
        for name in layout.file_sizes(self.manifest):
            if file_sha256(self.folder / name) != self.manifest["files"][name]["sha256"]:
                raise IndexDamaged(file=name, why="its SHA-256 is not the one in the manifest")

    def lookup_many(self, signal: str, digests: Bytes) -> Numbers:
        """Return rows (query, entry), (k, 2) u32, by query, then in list order. `digests`: (n, octets) u8."""
        wanted = rows_of(digests, SIGNALS[signal].octets)
        column = self._columns.get(signal)
        return find(column, wanted) if column else np.empty((0, 2), np.uint32)

    def near_many(self, queries: Bytes, threshold: int = NEAR_BITS, cap: int = CAP) -> NearMany:
        """Find the entries within `threshold` bits of each of `queries`, (n, 32) u8; at most `cap` each, 0: all.

        Exact for every threshold; up to 47 bits quick by the ring. Many at once are quicker than one by one.
        Memory: 24 bytes an answer, at least 2 million answers. Raises IndexDamaged.
        """
        queries = rows_of(queries, 32)
        if threshold < 0 or cap < 0:
            raise WrongUse(what="a threshold or a cap below zero")
        if "pdq" not in self._columns or not len(queries):
            return NearMany(np.empty((0, 3), np.uint32), np.empty(0, np.uint32))
        digests, entries, *_ = self._columns["pdq"]
        if self._ring is None:
            return NearMany(*_kernels.near_flat(digests, entries, queries, min(threshold, 256), cap))
        try:
            found = _kernels.near_ring(digests, entries, *self._ring, queries, min(threshold, 256), cap)
        except IndexError as error:
            raise IndexDamaged(file=layout.RING_POSITIONS, why="it points beyond the last hash") from error
        return NearMany(*found)

    def near_given(self, signal: str, digest: bytes, limit: int) -> list[tuple[EntryRef, int]]:
        """Return (entry, distance) within `limit`, nearest first, for a signal that is given and never computed.

        Every digest is compared, by the signal's own distance. Raises WrongUse if the signal has none.
        """
        measure: Distance | None = getattr(SIGNALS[signal], "distances", None)
        if len(digest) != SIGNALS[signal].octets:
            raise WrongUse(what=f"a {signal} digest has {SIGNALS[signal].octets} bytes")
        if measure is None:
            raise WrongUse(what=f"{signal} has no distance of its own")
        if signal not in self._columns:
            return []
        column = self._columns[signal]
        found: list[tuple[int, int]] = []
        for begin in range(0, len(column.digests), 1 << 14):
            distances = measure(column.digests[begin : begin + (1 << 14)], digest)
            for at in np.nonzero(distances <= limit)[0].tolist():
                found.append((int(distances[at]), int(column.entries[begin + at])))
        return [(EntryRef(ref), distance) for distance, ref in sorted(found)]

    def entry(self, ref: EntryRef) -> Entry:
        """Return the entry as the list had it. Raises IndexDamaged."""
        try:
            return layout.entry_from_json(self.line(ref))
        except (ValueError, KeyError, TypeError) as error:
            raise IndexDamaged(file=layout.LINES, why=f"entry {ref} cannot be read") from error

    def entries(self) -> Iterator[Entry]:
        """Yield all entries in the order of the list, withdrawn ones too. Raises IndexDamaged."""
        return (self.entry(EntryRef(ref)) for ref in range(len(self)))

    def line(self, ref: EntryRef) -> bytes:
        """Return the entry's stored line. Raises IndexDamaged."""
        if not 0 <= ref < len(self):
            raise IndexDamaged(file=layout.OFFSETS, why=f"there is no entry {ref}")
        start, end = int(self._offsets[ref]), int(self._offsets[ref + 1])
        if not start < end <= len(self._lines):
            raise IndexDamaged(file=layout.OFFSETS, why=f"entry {ref} has no place in {layout.LINES}")
        return self._lines[start:end].tobytes()

    def _column(self, name: str, count: int) -> Column:
        digests = map_numbers(self.folder, layout.column(name, "digests"), "u1").reshape(count, SIGNALS[name].octets)
        entries = map_numbers(self.folder, layout.column(name, "entries"), "<u4")
        if self.manifest["format"] == 1:
            return Column(digests, entries, np.array([0, count], np.uint32), 0)
        starts = map_numbers(self.folder, layout.column(name, "starts"), "<u4")
        if starts[0] != 0 or starts[-1] != count or bool((starts[1:] < starts[:-1]).any()):
            raise IndexDamaged(file=layout.column(name, "starts"), why="its numbers do not rise as they must")
        return Column(digests, entries, starts, layout.prefix_bits(count))

    def _open_ring(self) -> _Ring:
        distinct = self.manifest["ring"]
        offsets = map_numbers(self.folder, layout.RING_OFFSETS, "<u4").reshape(16, -1)
        positions = map_numbers(self.folder, layout.RING_POSITIONS, "<u4").reshape(16, -1)
        following = map_numbers(self.folder, layout.RING_NEXT, "<u2").reshape(16, -1)
        try:
            return _Ring(offsets, positions, following, _kernels.ring_heaviest(offsets, distinct))
        except IndexError as error:
            raise IndexDamaged(file=layout.RING_OFFSETS, why=str(error)) from error
