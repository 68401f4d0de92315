"""A bank: a hash list that changes. Immutable segments, a log of what came since, and a mark on what was withdrawn.

bank.json              format, generation, facts, names of the log and the segments, SHA-256 of all these; replaced
                       by one rename
segment-…/, .refs      an index, and u32 x entries: the bank's number of each of its entries
log-…                  see log.py
writing, merging       locks; whoever holds one may write, or merge

Entries are numbered as they come and keep their number for ever. Readers never wait: they keep the files they have
open, and see what is new after `refresh`.
"""

import fcntl
import heapq
import secrets
import shutil
from array import array
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice, pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np

from amparo.base import Progress, SkipCount, Skipped, WrongUse, canonical, canonical_digest, silent
from amparo.media.errors import IndexExists, TooManyEntries
from amparo.media.index import layout, log
from amparo.media.index.answers import EntryRef
from amparo.media.index.bank_reading import FORMAT, MANIFEST, BankReader
from amparo.media.index.build import batch_of, batch_of_lines, build_index
from amparo.media.index.exact import Numbers
from amparo.media.index.files import NewFile
from amparo.media.index.segment import REFS, Segment, write_refs
from amparo.media.lists import Entry, EntryBatch

#: Entries that may wait in the log; a longer addition becomes a segment at once, a longer log should be merged.
DELTA: Final = 50_000

Source = Iterable[Entry | EntryBatch | Skipped]


@dataclass(frozen=True, slots=True)
class Appended:
    """`first`: the number of the first new entry; the others follow. `skipped`: lines that are no entries, and why."""

    first: EntryRef
    count: int
    skipped: SkipCount


class Bank(BankReader):
    """An updatable hash list that answers as Index does. One writer at a time, any number of readers."""

    def __init__(self, folder: Path, delta: int = DELTA) -> None:
        """Use `Bank.create` or `Bank.open`."""
        super().__init__(folder)
        self._limit = delta

    @classmethod
    def create(cls, folder: Path, facts: Mapping[str, Any]) -> "Bank":
        """Make an empty bank. `facts`: as for `build_index`. Raises IndexExists."""
        if folder.exists():
            raise IndexExists(folder=str(folder))
        folder.mkdir(parents=True, mode=0o750)
        log.create(folder / "log-1", [])
        made = {"format": FORMAT, "generation": 1, "list": dict(facts), "log": "log-1", "next": 0, "segments": []}
        _publish(folder, made)
        return cls(folder)

    @classmethod
    def open(cls, folder: Path, *, check: bool = False, delta: int = DELTA) -> "Bank":
        """Open the bank at `folder`; with `check`, compare every byte with its SHA-256. Raises IndexDamaged.

        `dropped` then says how many bytes of an addition were lost that a power cut left half written.
        """
        bank = cls(folder, delta)
        for segment in bank._segments if check else ():
            segment.verify(folder)
        return bank

    @property
    def due(self) -> bool:
        """Whether a merge is worth it: the log has grown long, or much of the bank is withdrawn."""
        return len(self._delta.lines) > self._limit or 4 * int(self._dead.sum()) > len(self._dead)

    def append(self, entries: Source, progress: Progress = silent) -> Appended:
        """Add entries: all of them or none. Whoever refreshes finds them.

        Raises TooManyEntries, WrongUse, OSError, and whatever reading `entries` raises.
        """
        skipped = SkipCount()
        with self._writing():
            first = len(self._dead)
            batches = _batches(entries, skipped)
            few: list[EntryBatch] = []
            count = 0
            for batch in batches:
                few.append(batch)
                count += batch.count
                if count > self._limit:
                    count = self._append_segment(first, chain(few, batches), progress)
                    return Appended(EntryRef(first), count, skipped)
            lines = [line for batch in few for line in _lines(batch)]
            _check_room(first + len(lines))
            self._write([log.added(first, lines)] if lines else [])
        return Appended(EntryRef(first), len(lines), skipped)

    def withdraw(self, refs: Iterable[int]) -> None:
        """Take entries out: they are not found again. Raises WrongUse if there never was such an entry."""
        with self._writing():
            wanted = np.unique(np.fromiter(refs, np.int64))
            for ref in wanted[(wanted < 0) | (wanted >= len(self._dead))].tolist():
                raise WrongUse(what=f"there is no entry {ref} in this bank")
            self._write([log.withdrawn(wanted.astype(np.uint32))] if len(wanted) else [])

    def merge(self, progress: Progress = silent, *, whole: bool = False) -> bool:
        """Put the log and small segments, or with `whole` all, into one segment without what was withdrawn.

        Others may read and write meanwhile. A kill at any moment leaves the bank as it was before or after.
        Returns False if somebody else is merging. Raises IndexDamaged if a byte of what it would copy has changed:
        a new segment has digests of its own, which would make the damage look sound.
        """
        with self._lock("merging", wait=False) as mine:
            if not mine:
                return False
            with self._writing():
                self._sweep()
                chosen = self._choose(whole)
                upto, dead, waiting = self._end, self._dead.copy(), sorted(self._delta.lines.items())
            if not waiting and len(chosen) < 2 and not any(dead[each.refs].any() for each in chosen):
                return True
            for each in chosen:
                each.verify(self.folder)
            name = f"segment-{secrets.token_hex(8)}"
            entries = heapq.merge(*(each.lines() for each in chosen), waiting)
            made = self._new_segment(name, ((ref, line) for ref, line in entries if not dead[ref]), progress)
            with self._writing():
                self._swap({each.name for each in chosen}, made, upto)
                self._sweep()
        return True

    def _append_segment(self, first: int, batches: Iterator[EntryBatch], progress: Progress) -> int:
        name = f"segment-{secrets.token_hex(8)}"
        report = build_index(batches, self.folder / name, self._made["list"], progress)
        try:
            _check_room(first + report.entries)
        except TooManyEntries:
            shutil.rmtree(self.folder / name)
            raise
        refs = write_refs(self.folder, name, np.arange(first, first + report.entries, dtype=np.uint32))
        segments = [*self._made["segments"], {"name": name, "digest": report.digest, "refs": refs}]
        self._publish(segments=segments, next=first + report.entries)
        return report.entries

    def _new_segment(
        self, name: str, entries: Iterator[tuple[int, bytes]], progress: Progress
    ) -> dict[str, str] | None:
        """Write a segment of stored lines and their numbers; None if there are none."""
        refs = array("I")

        def batches() -> Iterator[EntryBatch]:
            while some := list(islice(entries, 10_000)):
                refs.extend(ref for ref, _ in some)
                yield batch_of_lines([line for _, line in some])

        report = build_index(batches(), self.folder / name, self._made["list"], progress)
        if not report.entries:
            shutil.rmtree(self.folder / name)
            return None
        digest = write_refs(self.folder, name, np.frombuffer(refs, np.uintc).astype(np.uint32))
        return {"name": name, "digest": report.digest, "refs": digest}

    def _choose(self, whole: bool) -> list[Segment]:
        """The segments to merge: all, or the small ones, up to twice what has been gathered before each."""
        if whole:
            return list(self._segments)
        gathered, chosen = len(self._delta.lines), []
        for segment in sorted(self._segments, key=lambda each: len(each.refs)):
            if len(segment.refs) > 2 * gathered:
                break
            gathered += len(segment.refs)
            chosen.append(segment)
        return chosen

    def _swap(self, merged: set[str], made: dict[str, str] | None, upto: int) -> None:
        """Name the new segment in place of the merged ones, with a log of only what came after `upto`."""
        later = [
            each for each in log.read(self.folder / self._made["log"], upto).records if isinstance(each, log.Added)
        ]
        segments = [each for each in self._made["segments"] if each["name"] not in merged] + ([made] if made else [])
        there: list[Numbers] = [Segment(self.folder, each, len(self._dead)).refs for each in segments]
        there += [np.arange(each.first, each.first + len(each.lines), dtype=np.uint32) for each in later]
        dead = np.concatenate([refs[self._dead[refs]] for refs in there]) if there else np.empty(0, np.uint32)
        name = f"log-{self._made['generation'] + 1}"
        records = [log.added(each.first, list(each.lines)) for each in later]
        log.create(self.folder / name, records + ([log.withdrawn(dead)] if len(dead) else []))
        self._publish(segments=segments, log=name, next=len(self._dead))

    def _publish(self, **changes: Any) -> None:
        _publish(self.folder, self._made | changes | {"generation": self._made["generation"] + 1})
        self._load()

    def _write(self, records: list[bytes]) -> None:
        if records:
            log.append(self.folder / self._made["log"], self._end, records)
            self._read_log()

    def _sweep(self) -> None:
        """Remove what a kill or a merge left behind. Whoever reads old files keeps them open."""
        named = {self._made["log"]} | {each["name"] for each in self._made["segments"]}
        for path in self.folder.iterdir():
            ours = path.name.startswith(("segment-", ".segment-", "log-", f"{MANIFEST}."))
            if ours and path.name.removesuffix(REFS) not in named:
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Hold the right to write, knowing all that was written."""
        with self._lock("writing", wait=True):
            self.refresh()
            yield

    @contextmanager
    def _lock(self, name: str, *, wait: bool) -> Iterator[bool]:
        with (self.folder / name).open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                yield False
            else:
                yield True


def _publish(folder: Path, made: Mapping[str, Any]) -> None:
    new = folder / f"{MANIFEST}.new"
    with NewFile(new) as out:
        out.write(canonical({**made, "sha256": canonical_digest(made)}).encode())
    new.replace(folder / MANIFEST)
    layout.sync_folder(folder)


def _batches(entries: Source, skipped: SkipCount) -> Iterator[EntryBatch]:
    """Entries a thousand at a time, batches as they are; what was skipped is counted on the way."""
    some: list[Entry] = []
    for each in entries:
        if isinstance(each, Skipped):
            skipped.add(each)
        elif isinstance(each, Entry):
            some.append(each)
        if some and (len(some) >= 1000 or isinstance(each, EntryBatch)):
            yield batch_of(some)
            some = []
        if isinstance(each, EntryBatch):
            yield each
    if some:
        yield batch_of(some)


def _lines(batch: EntryBatch) -> list[bytes]:
    begins = [0, *batch.ends.tolist()]
    return [batch.lines[begin:end] for begin, end in pairwise(begins)]


def _check_room(entries: int) -> None:
    if entries > layout.MAX_ENTRIES:
        raise TooManyEntries(limit=layout.MAX_ENTRIES)
