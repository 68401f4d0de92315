"""Write an index: entries stream to disk, digests are sorted a signal at a time, and one rename makes it real."""

import fcntl
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from amparo.base import Progress, SkipCount, Skipped, WrongUse, canonical, canonical_digest, silent
from amparo.media.errors import IndexDamaged, IndexExists, TooManyEntries
from amparo.media.index import layout
from amparo.media.index.columns import Facts, write_column, write_ring
from amparo.media.index.files import Disk, NewFile
from amparo.media.index.spool import DigestSpool
from amparo.media.lists import Entry, EntryBatch
from amparo.media.signals import SIGNALS

_AT_ONCE: Final = 10_000
_LOCK: Final = "building"


@dataclass(frozen=True, slots=True)
class IndexReport:
    """`entries`: how many went in. `skipped`: lines that did not, and why. `digest`: SHA-256 that names the index.

    `odd_pdq`: PDQ digests far from the 128 set bits a fresh hash has; they are kept, but may come from elsewhere.
    """

    entries: int
    skipped: SkipCount
    digest: str
    odd_pdq: int = 0


def build_index(
    entries: Iterable[Entry | EntryBatch | Skipped],
    folder: Path,
    manifest: Mapping[str, Any],
    progress: Progress = silent,
) -> IndexReport:
    """Write the index of `entries` as the new folder `folder`; a reader sees all of it or nothing.

    `manifest`: the list's own facts (name, version, SHA-256 of its file), canonical JSON values. The same entries and
    facts give the same digest. Entries that were withdrawn are kept and can be read, and are never found.
    Memory: some 200 MB, and 14 bytes for each PDQ hash. Disk: half as much again as the finished index.
    Raises IndexExists, TooManyEntries, WrongUse (a batch that does not fit together), OSError (a full disk; nothing
    is left behind).
    """
    if folder.exists():
        raise IndexExists(folder=str(folder))
    folder.parent.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    work = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        with (work / _LOCK).open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            report = write_index(entries, work, manifest, progress)
            (work / _LOCK).unlink()
        work.chmod(0o750)
        layout.sync_folder(work)
        work.rename(folder)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    layout.sync_folder(folder.parent)
    return report


def _sweep(folder: Path) -> None:
    """Remove what builds of `folder` left that were killed. One that goes on holds its lock."""
    for work in folder.parent.iterdir():
        if not work.name.startswith(f".{folder.name}.") or not (work / _LOCK).exists():
            continue
        with (work / _LOCK).open("rb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            shutil.rmtree(work)


def write_index(
    entries: Iterable[Entry | EntryBatch | Skipped], work: Path, facts: Mapping[str, Any], progress: Progress
) -> IndexReport:
    """Write the files of an index into the empty folder `work`; making it visible is the caller's."""
    with Disk() as disk:
        intake, skipped, files, distinct = _write_files(entries, work, disk, progress)
    made: dict[str, Any] = {
        "format": layout.FORMAT,
        "entries": intake.count,
        "signals": {name: spool.count for name, spool in intake.spools.items()},
        "files": files,
        "list": dict(facts),
    }
    made |= {"ring": distinct} if distinct is not None else {}
    with NewFile(work / layout.MANIFEST) as out:
        out.write(canonical(made).encode())
    progress(intake.count, intake.count, "entries")
    return IndexReport(intake.count, skipped, canonical_digest(made), intake.odd_pdq)


def _write_files(
    entries: Iterable[Entry | EntryBatch | Skipped], work: Path, disk: Disk, progress: Progress
) -> tuple["_Intake", SkipCount, Facts, int | None]:
    skipped = SkipCount()
    with _Intake(work, disk, progress) as intake:
        for each in entries:
            if isinstance(each, Skipped):
                skipped.add(each)
            elif isinstance(each, EntryBatch):
                intake.add_batch(each)
            else:
                intake.add(each)
    files = dict(intake.files)
    for name, spool in intake.spools.items():
        files |= write_column(work, disk, name, spool)
    distinct = None
    if "pdq" in intake.spools:
        distinct, ring = write_ring(work, disk, lambda done: progress(done, layout.RING_CHUNKS, "parts of the ring"))
        files |= ring
    return intake, skipped, files, distinct


class _Intake:
    """Entries in the order they come: lines and offsets for good, digests spooled until they are sorted."""

    def __init__(self, work: Path, disk: Disk, progress: Progress) -> None:
        self.count = 0
        self.odd_pdq = 0
        self.spools: dict[str, DigestSpool] = {}
        self.files: Facts = {}
        self._work = work
        self._progress = progress
        self._size = 0
        self._waiting: list[Entry] = []
        self._stack = ExitStack()
        self._lines, self._offsets = (
            self._stack.enter_context(NewFile(work / name, disk)) for name in (layout.LINES, layout.OFFSETS)
        )
        self._offsets.write(bytes(8))

    def __enter__(self) -> "_Intake":
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: Any) -> None:
        try:
            if kind is None:
                self._flush()
        finally:
            self._stack.__exit__(kind, *rest)
        self.files = {layout.LINES: self._lines.facts, layout.OFFSETS: self._offsets.facts}

    def add(self, entry: Entry) -> None:
        self._waiting.append(entry)
        if len(self._waiting) >= _AT_ONCE:
            self._flush()

    def add_batch(self, batch: EntryBatch) -> None:
        self._flush()
        self._take(batch)

    def _flush(self) -> None:
        if self._waiting:
            entries, self._waiting = self._waiting, []
            self._take(batch_of(entries))

    def _take(self, batch: EntryBatch) -> None:
        if self.count + batch.count > layout.MAX_ENTRIES:
            raise TooManyEntries(limit=layout.MAX_ENTRIES)
        _check(batch)
        self._lines.write(batch.lines)
        self._offsets.write(batch.ends.astype("<u8") + np.uint64(self._size))
        self._size += len(batch.lines)
        for name, (digests, numbers) in batch.digests.items():
            if len(digests):
                if name not in self.spools:
                    self.spools[name] = DigestSpool(self._work, name, SIGNALS[name].octets)
                self.spools[name].add(digests, numbers + np.uint32(self.count))
                if name == "pdq":
                    bits = np.bitwise_count(np.ascontiguousarray(digests).view("<u8")).sum(axis=1, dtype=np.uint16)
                    self.odd_pdq += int(((bits < 128 - 16) | (bits > 128 + 16)).sum())
        self.count += batch.count
        self._progress(self.count, None, "entries")


def batch_of(entries: list[Entry]) -> EntryBatch:
    """The columns of some entries; withdrawn ones have a line and no digests."""
    lines = [canonical(layout.entry_to_json(entry)).encode() + b"\n" for entry in entries]
    found: dict[str, tuple[list[str], list[int]]] = {}
    for number, entry in enumerate(entries):
        for name, digest in entry.digests.items() if entry.status == "active" else ():
            hexes, numbers = found.setdefault(name, ([], []))
            hexes.append(digest)
            numbers.append(number)
    columns = {
        name: (
            np.frombuffer(bytes.fromhex("".join(hexes)), np.uint8).reshape(-1, SIGNALS[name].octets),
            np.array(numbers, np.uint32),
        )
        for name, (hexes, numbers) in found.items()
    }
    ends = np.cumsum([len(line) for line in lines], dtype=np.uint64)
    return EntryBatch(len(entries), columns, b"".join(lines), ends)


def batch_of_lines(lines: list[bytes]) -> EntryBatch:
    """The columns of entries that are stored already. Raises IndexDamaged if a line is none."""
    try:
        batch = batch_of([layout.entry_from_json(line) for line in lines])
    except (ValueError, KeyError, TypeError) as error:
        raise IndexDamaged(file=layout.LINES, why="a line of it cannot be read") from error
    ends = np.cumsum([len(line) for line in lines], dtype=np.uint64)
    return EntryBatch(batch.count, batch.digests, b"".join(lines), ends)


def _check(batch: EntryBatch) -> None:
    """Raise WrongUse if the parts of `batch` do not fit together."""
    fits = len(batch.ends) == batch.count and (not batch.count or int(batch.ends[-1]) == len(batch.lines))
    for name, (digests, numbers) in batch.digests.items():
        fits = fits and digests.shape == (len(numbers), SIGNALS[name].octets)
        fits = fits and (not len(numbers) or int(numbers.max()) < batch.count)
    if not fits:
        raise WrongUse(what="a batch of entries whose columns do not fit together")
