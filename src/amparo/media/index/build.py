"""Write an index: entries stream to disk, digests are sorted a signal at a time, and one rename makes it real."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
import numpy.typing as npt

from amparo.base import Progress, SkipCount, Skipped, canonical, canonical_digest, silent
from amparo.media.errors import IndexExists, TooManyEntries
from amparo.media.index import layout
from amparo.media.lists import Entry
from amparo.media.signals import SIGNALS, Signal

_TELL_EVERY: Final = 20_000


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
    entries: Iterable[Entry | Skipped], folder: Path, manifest: Mapping[str, Any], progress: Progress = silent
) -> IndexReport:
    """Write the index of `entries` as the new folder `folder`; a reader sees all of it or nothing.

    `manifest`: the list's own facts (name, version, SHA-256 of its file), canonical JSON values. The same entries and
    facts give the same digest. Memory: about 60 bytes a digest of one signal, while that signal is sorted.
    Raises IndexExists, TooManyEntries, OSError (a full disk; nothing is left behind).
    """
    if folder.exists():
        raise IndexExists(folder=str(folder))
    folder.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        report = _write(entries, work, manifest, progress)
        work.chmod(0o750)
        layout.sync_folder(work)
        work.rename(folder)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    layout.sync_folder(folder.parent)
    return report


def _write(entries: Iterable[Entry | Skipped], work: Path, facts: Mapping[str, Any], progress: Progress) -> IndexReport:
    skipped = SkipCount()
    with _Spool(work) as spool:
        for entry in entries:
            if isinstance(entry, Skipped):
                skipped.add(entry)
            else:
                spool.add(entry)
            if (spool.count + skipped.total) % _TELL_EVERY == 0:
                progress(spool.count, None, "entries")
    for signal in SIGNALS:
        _sort(work, signal)
    progress(spool.count, spool.count, "entries")
    files = {path.name: _facts(path) for path in sorted(work.iterdir())}
    made = layout.manifest_of(spool.count, spool.digests, files, facts)
    _save(work / layout.MANIFEST, canonical(made).encode())
    return IndexReport(spool.count, skipped, canonical_digest(made), spool.odd_pdq)


class _Spool:
    """Entries in the order they come: lines and offsets for good, digests raw until they are sorted."""

    def __init__(self, work: Path) -> None:
        self.count = 0
        self.odd_pdq = 0
        self.digests = {signal.name: 0 for signal in SIGNALS}
        self._offset = 0
        self._stack = ExitStack()
        names = [layout.LINES, layout.OFFSETS]
        names += [layout.column(signal.name, part) for signal in SIGNALS for part in ("digests", "entries")]
        self._files: dict[str, BinaryIO] = {name: self._stack.enter_context((work / name).open("wb")) for name in names}

    def __enter__(self) -> "_Spool":
        self._put(layout.OFFSETS, self._offset, 8)
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        with self._stack:
            if kind is None:
                for name in (layout.LINES, layout.OFFSETS):
                    self._files[name].flush()
                    os.fsync(self._files[name].fileno())

    def add(self, entry: Entry) -> None:
        if self.count >= layout.MAX_ENTRIES:
            raise TooManyEntries(limit=layout.MAX_ENTRIES)
        line = canonical(layout.entry_to_json(entry)).encode() + b"\n"
        self._files[layout.LINES].write(line)
        self._offset += len(line)
        self._put(layout.OFFSETS, self._offset, 8)
        # What its source took back is kept to be shown, never to be matched.
        for name, digest in entry.digests.items() if entry.status == "active" else ():
            self._files[layout.column(name, "digests")].write(bytes.fromhex(digest))
            self._put(layout.column(name, "entries"), self.count, 4)
            self.digests[name] += 1
            self.odd_pdq += name == "pdq" and abs(int(digest, 16).bit_count() - 128) > 16
        self.count += 1

    def _put(self, name: str, number: int, octets: int) -> None:
        self._files[name].write(number.to_bytes(octets, "little"))


def _sort(work: Path, signal: Signal) -> None:
    """Sort one signal's digests, ties in entry order, and write its three files."""
    digests_file, entries_file = (work / layout.column(signal.name, part) for part in ("digests", "entries"))
    digests = np.fromfile(digests_file, np.uint8).reshape(-1, signal.octets)
    numbers = np.fromfile(entries_file, "<u4")
    words = _words(digests)
    order = np.lexsort([numbers, *(words[:, k] for k in reversed(range(words.shape[1])))])
    _save(digests_file, digests[order].tobytes())
    _save(entries_file, numbers[order].tobytes())
    _save(work / layout.column(signal.name, "prefixes"), words[order, 0].astype("<u8").tobytes())


def _words(digests: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint64]:
    """The digests as big-endian 64-bit words, the last filled with zeros, so that numbers sort as bytes do."""
    count, octets = digests.shape
    padded = np.zeros((count, -(-octets // 8) * 8), np.uint8)
    padded[:, :octets] = digests
    return padded.view(">u8").astype(np.uint64)


def _save(path: Path, data: bytes) -> None:
    with path.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())


def _facts(path: Path) -> dict[str, Any]:
    with path.open("rb") as stream:
        return {"size": path.stat().st_size, "sha256": hashlib.file_digest(stream, "sha256").hexdigest()}
