"""The write-once store: exhibit files named by their SHA-256, hashed while they are read, never changed."""

import errno
import hashlib
import os
import re
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from amparo.base import Progress, silent
from amparo.evidence.errors import DiskFull, ExhibitAltered, NotInStore, StoreDamaged
from amparo.evidence.verification import Digests

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
# No space, over quota, beyond the allowed file size: the disk will not take the file.
_FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_CHUNK: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Stored:
    """One stored file. `new`: False if the same bytes were in the store already."""

    sha256: str
    sha1: str
    md5: str
    size: int
    path: Path
    new: bool


class Store:
    """Files under `root`, as ab/abcd…: read-only, complete or not there at all."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(
        self,
        chunks: Iterable[bytes],
        *,
        expected_sha256: str | None = None,
        progress: Progress = silent,
        total: int | None = None,
    ) -> Stored:
        """Store the bytes of `chunks` and return their digests.

        Raises ExhibitAltered if they do not hash to `expected_sha256`, DiskFull if the disk does not take them;
        in both cases, and whatever `chunks` raises, nothing is left behind.
        """
        incoming = self.root / "incoming"
        incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
        digests = Digests()
        handle, name = tempfile.mkstemp(dir=incoming)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                self._write(file, chunks, digests, progress, total)
            found = digests.hex()
            if expected_sha256 is not None and found["sha256"] != expected_sha256.lower():
                raise ExhibitAltered(received=found["sha256"], declared=expected_sha256.lower())
            new = self._settle(temporary, found["sha256"], digests.size)
        finally:
            temporary.unlink(missing_ok=True)
        path = self.path(found["sha256"])
        return Stored(found["sha256"], found["sha1"], found["md5"], digests.size, path, new)

    def _write(
        self, file: BinaryIO, chunks: Iterable[bytes], digests: Digests, progress: Progress, total: int | None
    ) -> None:
        for chunk in chunks:
            digests.update(chunk)
            with _disk_full(digests):
                file.write(chunk)
            progress(digests.size, total, "bytes")
        with _disk_full(digests):
            file.flush()
            os.fchmod(file.fileno(), 0o400)
            os.fsync(file.fileno())

    def _settle(self, temporary: Path, sha256: str, size: int) -> bool:
        """Give the finished file its name; return False if it was there already."""
        final = self._place(sha256)
        final.parent.mkdir(exist_ok=True, mode=0o700)
        try:
            os.link(temporary, final)
        except FileExistsError:
            if final.stat().st_size != size:
                raise StoreDamaged(sha256=sha256, found=f"{final.stat().st_size} bytes") from None
            return False
        for folder in (final.parent, self.root):
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        return True

    def sweep(self, seconds: int = 24 * 3600) -> int:
        """Remove what killed processes left unfinished for so long; return how many files. Stored files stay."""
        removed = 0
        for left in (self.root / "incoming").glob("*"):
            if left.stat().st_mtime < time.time() - seconds:
                left.unlink()
                removed += 1
        return removed

    def put_file(self, path: Path, *, expected_sha256: str | None = None, progress: Progress = silent) -> Stored:
        """Store the file at `path`."""
        with path.open("rb") as source:
            total = os.fstat(source.fileno()).st_size
            return self.put(chunks_of(source), expected_sha256=expected_sha256, progress=progress, total=total)

    def _place(self, sha256: str) -> Path:
        if not _DIGEST.fullmatch(sha256):
            raise NotInStore(sha256=sha256)
        return self.root / sha256[:2] / sha256

    def path(self, sha256: str) -> Path:
        """Return where the file lies. Raises NotInStore."""
        place = self._place(sha256)
        if not place.is_file():
            raise NotInStore(sha256=sha256)
        return place

    def __contains__(self, sha256: str) -> bool:
        return self._place(sha256).is_file()

    def open(self, sha256: str) -> BinaryIO:
        """Open for reading. Raises NotInStore."""
        return self.path(sha256).open("rb")

    def check(self, sha256: str, progress: Progress = silent) -> int:
        """Hash the stored file again and return its size. Raises NotInStore, StoreDamaged."""
        digest, size = hashlib.sha256(), 0
        with self.open(sha256) as source:
            total = os.fstat(source.fileno()).st_size
            for chunk in chunks_of(source):
                digest.update(chunk)
                size += len(chunk)
                progress(size, total, "bytes")
        if digest.hexdigest() != sha256:
            raise StoreDamaged(sha256=sha256, found=digest.hexdigest())
        return size


class _disk_full:  # noqa: N801 - reads as a verb where it is used
    """Turns "no space" into DiskFull; other errors pass."""

    def __init__(self, digests: Digests) -> None:
        self._digests = digests

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError) and error.errno in _FULL:
            raise DiskFull(written=self._digests.size) from error


def chunks_of(source: BinaryIO) -> Iterable[bytes]:
    """Yield the bytes of a stream in pieces of 1 MiB."""
    while chunk := source.read(_CHUNK):
        yield chunk
