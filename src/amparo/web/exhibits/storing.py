"""Bytes into the agency's write-once store: hashed while they are read, stored once, checked again on demand."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from amparo.base import AmparoError, Progress, canonical, canonical_digest, name_from_bytes, silent
from amparo.evidence import Store, Stored, deposit_folder
from amparo.evidence.manifest import FIRST_LINE
from amparo.web.common.home import folder
from amparo.web.exhibits.errors import SourceGone
from amparo.web.exhibits.models import Exhibit, ExhibitFile
from amparo.web.exhibits.problems import as_problem
from amparo.web.exhibits.segments import segments_of


class Kept(NamedTuple):
    """One stored file, as ExhibitFile has it."""

    name: str
    role: str
    sha256: str
    sha1: str
    md5: str
    size: int


class Taken(NamedTuple):
    """What was stored for one exhibit. `size`: bytes of the evidence itself, a folder's own documents left out."""

    files: list[Kept]
    size: int

    @property
    def sha256(self) -> str:
        """Of the one file, of a folder's manifest, or of the canonical list of an image's segments."""
        if len(self.files) == 1 or self.files[0].role == ExhibitFile.Role.MANIFEST:
            return self.files[0].sha256
        return canonical_digest([{"name": each.name, "sha256": each.sha256, "size": each.size} for each in self.files])


def store_of(agency_id: UUID) -> Store:
    return Store(folder("store") / str(agency_id))


def store_chunks(
    agency_id: UUID, files: Iterable[tuple[str, Iterable[bytes]]], expected_sha256: str | None = None
) -> Taken:
    """Store uploaded files, (name, chunks) each. Raises evidence.ExhibitAltered, evidence.DiskFull."""
    store = store_of(agency_id)
    kept = [_kept(name, store.put(chunks, expected_sha256=expected_sha256)) for name, chunks in files]
    return Taken(kept, sum(each.size for each in kept))


def store_path(agency_id: UUID, path: Path, progress: Progress = silent) -> Taken:
    """Store a folder, a file, or an image with the segments beside it. Raises SourceGone, evidence.DiskFull."""
    store = store_of(agency_id)
    try:
        return _store_folder(store, path, progress) if path.is_dir() else _store_files(store, path, progress)
    except OSError as error:
        raise SourceGone(name=_name(path), why=error.strerror or type(error).__name__) from error


def store_manifest(agency_id: UUID, name: str, files: Sequence[Kept]) -> Taken:
    """Make a folder of files that lie in the store already: its manifest names them, by name in byte order.

    Names are forensic paths and each stands once. Raises evidence.DiskFull.
    """
    in_order = sorted(files, key=lambda each: each.name.encode())
    lines = ({"name": each.name, "sha256": each.sha256, "size": each.size} for each in in_order)
    manifest = store_of(agency_id).put([FIRST_LINE, *(canonical(line).encode() + b"\n" for line in lines)])
    return Taken([_kept(name, manifest, ExhibitFile.Role.MANIFEST)], sum(each.size for each in files))


def _store_files(store: Store, path: Path, progress: Progress) -> Taken:
    kept = [_kept(_name(each), store.put_file(each, progress=progress)) for each in segments_of(path)]
    return Taken(kept, sum(each.size for each in kept))


def _store_folder(store: Store, path: Path, progress: Progress) -> Taken:
    made = deposit_folder(path, store, progress)
    files = [
        _kept(_name(path), made.manifest, ExhibitFile.Role.MANIFEST),
        _kept(_name(path), made.times, ExhibitFile.Role.TIMES),
    ]
    return Taken(files, made.about.size)


def _kept(name: str, stored: Stored, role: str = ExhibitFile.Role.SEGMENT) -> Kept:
    return Kept(name, role, stored.sha256, stored.sha1, stored.md5, stored.size)


def _name(path: Path) -> str:
    return name_from_bytes(bytes(path.resolve().name, "utf-8", "surrogateescape"))


def check_files(exhibit: Exhibit, progress: Progress = silent) -> list[dict[str, Any]]:
    """Hash the exhibit's stored files again; return what differs, as problems."""
    store = store_of(exhibit.case.agency_id)
    problems = []
    for file in exhibit.files.all():
        try:
            store.check(file.sha256, progress)
        except AmparoError as error:
            problems.append(as_problem(error))
    return problems
