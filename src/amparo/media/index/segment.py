"""A segment of a bank: an index, and which entries of the bank its entries are."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from amparo.media.errors import IndexDamaged
from amparo.media.index import layout
from amparo.media.index.answers import EntryRef, NearMany
from amparo.media.index.exact import Bytes, Numbers
from amparo.media.index.files import NewFile, file_sha256, map_numbers
from amparo.media.index.index import Index

REFS = ".refs"


class Segment:
    """`refs`: (entries,) u32 ascending, the number in the bank of each entry of `index`."""

    def __init__(self, folder: Path, facts: dict[str, Any], numbers: int) -> None:
        """`numbers`: how many entries the bank has had. Raises IndexDamaged: another index, or refs that do not fit."""
        self.name: str = facts["name"]
        self.facts = facts
        self.index = Index.open(folder / self.name)
        self.refs: Numbers = map_numbers(folder, self.name + REFS, "<u4")
        if self.index.digest != facts["digest"]:
            raise IndexDamaged(file=self.name, why="it is another index than the bank names")
        rises = not bool((self.refs[1:] <= self.refs[:-1]).any()) and int(self.refs[-1:].max(initial=0)) < numbers
        if len(self.refs) != len(self.index) or not rises:
            raise IndexDamaged(file=self.name + REFS, why="its numbers do not fit its entries")

    def verify(self, folder: Path) -> None:
        """Compare every byte with its SHA-256. Raises IndexDamaged."""
        self.index.verify()
        if file_sha256(folder / (self.name + REFS)) != self.facts["refs"]:
            raise IndexDamaged(file=self.name + REFS, why="its SHA-256 is not the one the bank names")

    def place_of(self, ref: int) -> EntryRef | None:
        """Where the bank's entry `ref` stands in the index, None if it is not in this segment."""
        at = int(np.searchsorted(self.refs, ref))
        return EntryRef(at) if at < len(self.refs) and int(self.refs[at]) == ref else None

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """The bank's number and the stored line of every entry."""
        for at, ref in enumerate(self.refs.tolist()):
            yield ref, self.index.line(EntryRef(at))

    def lookup(self, signal: str, wanted: Bytes) -> Numbers:
        rows = self.index.lookup_many(signal, wanted)
        rows[:, 1] = self._refs(rows[:, 1])
        return rows

    def near(self, queries: Bytes, threshold: int, cap: int) -> NearMany:
        found = self.index.near_many(queries, threshold, cap)
        found.rows[:, 1] = self._refs(found.rows[:, 1])
        return found

    def _refs(self, entries: Numbers) -> Numbers:
        if len(entries) and int(entries.max()) >= len(self.refs):
            raise IndexDamaged(file=self.name, why="a digest belongs to an entry that is not there")
        refs: Numbers = self.refs[entries]
        return refs


def write_refs(folder: Path, name: str, refs: Numbers) -> str:
    """Write the refs beside the finished index `name`; return their SHA-256."""
    with NewFile(folder / (name + REFS)) as out:
        out.write(refs.astype("<u4"))
    layout.sync_folder(folder)
    return str(out.facts["sha256"])
