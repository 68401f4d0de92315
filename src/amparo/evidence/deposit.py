"""A folder as an exhibit: each file into the store, and a manifest whose digest is the folder's.

The manifest is one canonical JSON line an entry, in walk order: `{"amparo-folder":1}`, then
`{"name":…,"sha256":…,"size":…}` for a file and `{"name":…,"skipped":…}` for what was passed over. Times are not
part of it, so that two officers who copy one stick get one digest; they lie in a second document.
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from amparo.base import Progress, SkipCount, Skipped, canonical, silent
from amparo.evidence.containers.folder import files_in
from amparo.evidence.containers.plain import hash_blob
from amparo.evidence.errors import DiskFull, StoreDamaged
from amparo.evidence.item import Item
from amparo.evidence.manifest import FIRST_LINE, TIMES_LINE
from amparo.evidence.nested import READ_ERRORS
from amparo.evidence.store import Store, Stored, chunks_of
from amparo.evidence.verification import Digests


@dataclass(slots=True)
class FolderManifest:
    """`sha256`: the folder's digest. `size`: bytes of all files together."""

    sha256: str = ""
    files: int = 0
    size: int = 0
    skipped: SkipCount = field(default_factory=SkipCount)


@dataclass(frozen=True, slots=True)
class FolderDeposit:
    """`manifest` and `times` are stored documents; open the folder again with `open_container([…], store=…)`."""

    manifest: Stored
    times: Stored
    about: FolderManifest


def folder_manifest(
    path: Path, write: Callable[[bytes], object] | None = None, progress: Progress = silent
) -> FolderManifest:
    """Hash every file under `path` and return the folder's digest; `write` gets the manifest line by line."""

    def digest(item: Item) -> tuple[str, int]:
        digests = hash_blob(item.blob)
        return digests.hex()["sha256"], digests.size

    about, whole = FolderManifest(), Digests()
    for line in _lines(path, digest, about, progress, lambda item: None):
        whole.update(line)
        if write is not None:
            write(line)
    about.sha256 = whole.hex()["sha256"]
    return about


def deposit_folder(
    path: Path,
    store: Store,
    progress: Progress = silent,
    stored_file: Callable[[str, Stored], None] = lambda name, stored: None,
) -> FolderDeposit:
    """Store every file under `path`, then the manifest and the times.

    `stored_file` is told the name and the digests of each file. Raises DiskFull; then the files stored so far stay
    in the store (they are named by their digests), but there is no manifest, so no exhibit.
    """

    def put(item: Item) -> tuple[str, int]:
        with item.blob.open() as source:
            before = about.size
            # Long files say that they are being read too: whoever waits renews a lease on it.
            stored = store.put(chunks_of(source), progress=lambda done, _, unit: progress(before + done, None, unit))
        stored_file(item.path, stored)
        return stored.sha256, stored.size

    about = FolderManifest()
    with tempfile.TemporaryFile() as times:
        times.write(TIMES_LINE)
        manifest = store.put(_lines(path, put, about, progress, lambda item: times.write(_times_line(item))))
        times.seek(0)
        stored_times = store.put(chunks_of(times))
    about.sha256 = manifest.sha256
    return FolderDeposit(manifest, stored_times, about)


def _lines(
    path: Path,
    digest: Callable[[Item], tuple[str, int]],
    about: FolderManifest,
    progress: Progress,
    listed: Callable[[Item], object],
) -> Iterator[bytes]:
    yield FIRST_LINE
    for found in files_in(os.fsencode(path)):
        outcome = _digested(found, digest)
        if isinstance(outcome, Skipped):
            about.skipped.add(outcome)
            yield _line({"name": outcome.what, "skipped": outcome.reason})
            continue
        item, sha256, size = outcome
        about.files, about.size = about.files + 1, about.size + size
        listed(item)
        progress(about.size, None, "bytes")
        yield _line({"name": item.path, "sha256": sha256, "size": size})


def _digested(found: Item | Skipped, digest: Callable[[Item], tuple[str, int]]) -> tuple[Item, str, int] | Skipped:
    if isinstance(found, Skipped):
        return found
    try:
        sha256, size = digest(found)
    except (DiskFull, StoreDamaged):
        raise
    except READ_ERRORS as error:
        return Skipped(found.path, "unreadable", str(error))
    return found, sha256, size


def _line(value: dict[str, str | int]) -> bytes:
    return canonical(value).encode() + b"\n"


def _times_line(item: Item) -> bytes:
    return _line({"modified": item.modified.raw if item.modified else "", "name": item.path})
