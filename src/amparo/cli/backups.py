"""Backups of an installation: the data in one archive, the keys in another, so that they can be kept apart.

The database is copied while it is in use (SQLite's backup API, or pg_dump), before the files: files are written once
and before the rows that name them, so a row never lacks its file. The last member of an archive lists the SHA-256 of
all others; a restore checks it before anything is put in place.
"""

import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, Final, NamedTuple
from urllib.parse import unquote, urlsplit

from amparo.base import Progress, iso_ms, silent
from amparo.cli.errors import AlreadyThere, BackupBroken, NoDatabase, PartMissing

FORMAT: Final = "amparo-backup/1"
MANIFEST: Final = "manifest.json"
SQLITE: Final = "amparo.sqlite3"
DUMP: Final = "database.pgdump"
CHUNK: Final = 1 << 20
#: What a restore does not need: remade, or of the running machine only.
LEFT_OUT: Final = frozenset({"keys", "static", "logs", "backups"})
MANIFEST_LIMIT: Final = 1 << 28  # bytes


class Backup(NamedTuple):
    data: Path
    keys: Path
    files: int
    bytes: int


def back_up(home: Path, into: Path, at: datetime, progress: Progress = silent) -> Backup:
    """Write `amparo-TIME.data.tar` and `amparo-TIME.keys.tar` into `into`; both appear whole or not at all."""
    into.mkdir(parents=True, exist_ok=True)
    stem = "amparo-" + iso_ms(at)[:19].replace("-", "").replace(":", "") + "Z"
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=into) as scratch:
        database = _copy_database(home, Path(scratch))
        members = [(database.name, database), *_files(home)]
        count, size = _write(Path(scratch) / "data", members, at, progress)
        keys = [(f"keys/{path.name}", path) for path in sorted((home / "keys").iterdir()) if path.is_file()]
        _write(Path(scratch) / "keys", keys, at, silent)
        result = Backup(into / f"{stem}.data.tar", into / f"{stem}.keys.tar", count, size)
        (Path(scratch) / "keys").rename(result.keys)
        (Path(scratch) / "data").rename(result.data)
    return result


def restore(data: Path, keys: Path, home: Path, progress: Progress = silent) -> int:
    """Put a backup into `home`, which must hold nothing; return how many files. Raises BackupBroken, AlreadyThere."""
    if home.exists() and any(home.iterdir()):
        raise AlreadyThere(home=home)
    home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=home.parent) as scratch:
        fresh = Path(scratch) / "home"
        fresh.mkdir(mode=0o700)
        count = _unpack(data, fresh, progress) + _unpack(keys, fresh, silent)
        for path in (fresh / "keys").iterdir():
            path.chmod(0o600)
        (fresh / "keys").chmod(0o700)
        _load_database(fresh)
        if home.exists():
            home.rmdir()
        fresh.rename(home)
    return count


def _files(home: Path) -> Iterator[tuple[str, Path]]:
    """Give (name in the archive, path) of every file but the database's own and LEFT_OUT. Links are not kept."""
    for folder, names, files in os.walk(home):
        here = Path(folder).relative_to(home)
        if here == Path():
            names[:] = [name for name in names if name not in LEFT_OUT]
        names.sort()
        for name in sorted(files):
            path = Path(folder) / name
            if not (here == Path() and name.startswith(SQLITE)) and path.is_file() and not path.is_symlink():
                yield (here / name).as_posix(), path


def _write(path: Path, members: list[tuple[str, Path]], at: datetime, progress: Progress) -> tuple[int, int]:
    digests: dict[str, str] = {}
    total = 0
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out, tarfile.open(fileobj=out, mode="w|") as archive:
        for number, (name, source) in enumerate(members, 1):
            size, digests[name] = _add(archive, name, source)
            total += size
            progress(number, len(members), "files")
        listing = json.dumps({"format": FORMAT, "at": iso_ms(at), "files": digests}).encode()
        entry = tarfile.TarInfo(MANIFEST)
        entry.size = len(listing)
        archive.addfile(entry, io.BytesIO(listing))
        archive.close()
        out.flush()
        os.fsync(out.fileno())
    return len(members), total


def _add(archive: tarfile.TarFile, name: str, source: Path) -> tuple[int, str]:
    entry = tarfile.TarInfo(name)
    with source.open("rb") as stream:
        status = os.fstat(stream.fileno())
        entry.size, entry.mode, entry.mtime = status.st_size, status.st_mode & 0o700, int(status.st_mtime)
        reader = _Hashing(stream)
        archive.addfile(entry, reader)
    return entry.size, reader.digest.hexdigest()


class _Hashing(io.RawIOBase):
    """A stream that hashes what is read from it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.digest = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        piece = self._stream.read(size)
        self.digest.update(piece)
        return piece


def _unpack(archive: Path, into: Path, progress: Progress) -> int:
    """Unpack and check one archive. Only plain files with plain names are taken: an archive may come from anywhere."""
    found: dict[str, str] = {}
    listing: dict[str, str] | None = None
    try:
        with tarfile.open(archive, "r|") as source:
            for entry in source:
                stream = source.extractfile(entry)
                if stream is None:
                    raise BackupBroken(file=archive.name, why=f"{entry.name} is not a plain file")
                if entry.name == MANIFEST:
                    listing = _listing(archive, stream.read(MANIFEST_LIMIT))
                else:
                    found[entry.name] = _take(archive, entry, stream, into)
                    progress(len(found), None, "files")
    except (tarfile.TarError, EOFError) as error:
        raise BackupBroken(file=archive.name, why=str(error)) from error
    if listing is None:
        raise BackupBroken(file=archive.name, why="its end is missing")
    for name in found.keys() ^ listing.keys():
        raise BackupBroken(file=archive.name, why=f"{name} is missing or too many")
    for name, digest in found.items():
        if listing[name] != digest:
            raise BackupBroken(file=archive.name, why=f"{name} was changed")
    return len(found)


def _listing(archive: Path, data: bytes) -> dict[str, str]:
    try:
        value = json.loads(data)
    except ValueError as error:
        raise BackupBroken(file=archive.name, why="its list of files cannot be read") from error
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise BackupBroken(file=archive.name, why="it is of another format")
    return dict(value["files"])


def _take(archive: Path, entry: tarfile.TarInfo, stream: IO[bytes], into: Path) -> str:
    name = PurePosixPath(entry.name)
    if name.is_absolute() or ".." in name.parts or not name.parts:
        raise BackupBroken(file=archive.name, why=f"{entry.name} would leave the folder")
    path = into / name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        while piece := stream.read(CHUNK):
            digest.update(piece)
            out.write(piece)
    path.chmod((entry.mode & 0o700) or 0o400)
    os.utime(path, (entry.mtime, entry.mtime))
    return digest.hexdigest()


def _copy_database(home: Path, scratch: Path) -> Path:
    """Copy the database in one consistent state, while others go on writing."""
    url = _database_url(home)
    if url is None:
        target = scratch / SQLITE
        with closing(sqlite3.connect(home / SQLITE)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy, pages=1024)
        return target
    target = scratch / DUMP
    _postgres(url, "pg_dump", "--format=custom", "--no-owner", "--file", str(target))
    return target


def _load_database(home: Path) -> None:
    """Load a dump into the database that the environment or config.toml names; it must be empty."""
    dump = home / DUMP
    if not dump.exists():
        return
    url = _database_url(home)
    if url is None:
        raise NoDatabase(file=DUMP)
    name = unquote(urlsplit(url).path.lstrip("/"))
    _postgres(url, "pg_restore", "--no-owner", "--exit-on-error", "--single-transaction", "--dbname", name, str(dump))
    dump.unlink()


def _database_url(home: Path) -> str | None:
    """Return PostgreSQL's address, None for SQLite. Read here and not by Django, whose settings would make keys."""
    url = os.environ.get("AMPARO_DATABASE_URL")
    path = home / "config.toml"
    if not url and path.exists():
        with path.open("rb") as stream:
            url = tomllib.load(stream).get("database_url")
    return url or None


def _postgres(url: str, program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs on `url`. Raises PartMissing, or OSError with what it said.

    The address goes by the environment: arguments can be read by every user of the machine.
    """
    if shutil.which(program) is None:
        raise PartMissing(program=program, package="postgresql-client")
    parts = urlsplit(url)
    wanted = {
        "PGHOST": parts.hostname,
        "PGPORT": str(parts.port) if parts.port else None,
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": unquote(parts.path.lstrip("/")),
    }
    environment = {**os.environ, **{name: value for name, value in wanted.items() if value}}
    done = subprocess.run([program, *arguments], env=environment, capture_output=True, check=False)
    if done.returncode:
        raise OSError(f"{program}: {done.stderr.decode(errors='replace').strip()[:500]}")
