"""Where a received bundle lies: a folder or a zip file, read in place and never unpacked."""

import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from amparo.bundle.errors import NotABundle
from amparo.bundle.names import collision_key, danger


class Unreadable(Exception):
    """A file of the bundle cannot be read; the message says why in plain words."""


class Source(Protocol):
    """`names`: every file by its path from the bundle's root. `odd`: (name, why) of what may not be there."""

    names: set[str]
    odd: list[tuple[str, str]]

    def open(self, name: str) -> IO[bytes]: ...


class FolderSource:
    def __init__(self, root: Path) -> None:
        self._root = root
        self.names: set[str] = set()
        self.odd: list[tuple[str, str]] = []
        for folder, folders, files in os.walk(root, followlinks=False):
            for each in sorted(files + [name for name in folders if (Path(folder) / name).is_symlink()]):
                self._take(Path(folder) / each)
        self.odd = sorted(self.odd) + _collisions(self.names)

    def _take(self, path: Path) -> None:
        name = os.fsencode(path.relative_to(self._root).as_posix()).decode("utf-8", "backslashreplace")
        if stat.S_ISREG(path.lstat().st_mode):
            self.names.add(name)
        else:
            self.odd.append((name, "is a link or another thing that is not a plain file"))

    def open(self, name: str) -> IO[bytes]:
        try:
            return (self._root / name).open("rb")
        except OSError as error:
            raise Unreadable(f"cannot be read ({error.strerror})") from error


class ZipSource:
    """A zip whose members all stand at its root or all in one folder."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        members = [info for info in archive.infolist() if not info.is_dir()]
        top = _common_folder([info.filename for info in members])
        self._members: dict[str, zipfile.ZipInfo] = {}
        self.odd: list[tuple[str, str]] = []
        for info in members:
            self._take(info.filename[len(top) :], info)
        self.names = set(self._members)
        self.odd = sorted(self.odd) + _collisions(self.names)

    def _take(self, name: str, info: zipfile.ZipInfo) -> None:
        why = danger(name)
        mode = info.external_attr >> 16
        if why is not None:
            self.odd.append((name, f"is {why}"))
        elif name in self._members:
            self.odd.append((name, "stands in the zip twice"))
        elif stat.S_IFMT(mode) not in (0, stat.S_IFREG) or info.flag_bits & 1:
            self.odd.append((name, "is a link, encrypted, or not a plain file"))
        else:
            self._members[name] = info

    def open(self, name: str) -> IO[bytes]:
        try:
            return self._archive.open(self._members[name])
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
            raise Unreadable("cannot be read from the zip") from error


def _common_folder(names: list[str]) -> str:
    tops = {name.partition("/")[0] + "/" for name in names if "/" in name}
    whole = len(tops) == 1 and all("/" in name for name in names)
    return tops.pop() if whole and "data/" not in tops else ""


def _collisions(names: set[str]) -> list[tuple[str, str]]:
    seen: dict[str, str] = {}
    found: list[tuple[str, str]] = []
    for name in sorted(names):
        first = seen.setdefault(collision_key(name), name)
        if first != name:
            found.append((name, f"is the same name as {first} on some file systems"))
    return found


def pieces(source: Source, name: str, size: int = 1 << 20) -> Iterator[bytes]:
    """Yield the file's bytes in order. Raises Unreadable, a broken zip member included."""
    with source.open(name) as stream:
        while True:
            try:
                piece = stream.read(size)
            except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:
                raise Unreadable("cannot be read to its end") from error
            if not piece:
                return
            yield piece


@contextmanager
def open_source(path: Path) -> Iterator[Source]:
    """Open a bundle's folder or zip. Raises NotABundle."""
    if path.is_dir():
        yield FolderSource(path)
        return
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise NotABundle(path=path, why="it is neither a folder nor a whole zip file") from error
    with archive:
        yield ZipSource(archive)
