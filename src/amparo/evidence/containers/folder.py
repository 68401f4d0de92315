"""A folder on disk. Links are never followed; a name is its bytes."""

import os
import stat
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from amparo.base import Blob, ObservedTime, Progress, Skipped, Zone, silent
from amparo.decoders import Limits, escape_name
from amparo.evidence.container import Container, ContainerFormat, Form
from amparo.evidence.errors import CannotOpen
from amparo.evidence.item import Item
from amparo.evidence.nested import with_members
from amparo.evidence.verification import State, Verification


class FolderContainer(Container):
    kind = "folder"

    def __init__(self, root: Path) -> None:
        self._root = os.fsencode(root)

    @property
    def facts(self) -> dict[str, Any]:
        return {}

    def verify(self, progress: Progress = silent) -> Verification:
        """A folder on disk states no hash; its manifest is made when it is deposited."""
        return Verification(State.ABSENT, {}, {}, 0)

    def found(self, limits: Limits) -> Iterator[Item | Skipped]:
        yield from with_members(files_in(self._root), limits)

    def close(self) -> None:
        """Nothing is held open."""


def files_in(root: bytes) -> Iterator[Item | Skipped]:
    """Yield the files under `root`, depth first, names in byte order."""
    stack = [_entries(root, "")]
    while stack:
        found = next(stack[-1], None)
        if found is None:
            stack.pop()
        elif isinstance(found, Item | Skipped):
            yield found
        else:
            stack.append(_entries(*found))


def _entries(folder: bytes, prefix: str) -> Iterator["Item | Skipped | tuple[bytes, str]"]:
    """Yield the files of one folder, and (path, prefix) for each folder in it, by name in byte order."""
    try:
        with os.scandir(folder) as scan:
            entries = sorted(scan, key=lambda entry: entry.name)
    except OSError as error:
        yield Skipped(prefix.rstrip("/") or "/", "unreadable-folder", error.strerror or "")
        return
    for entry in entries:
        path = prefix + escape_name(entry.name)
        try:
            about = entry.stat(follow_symlinks=False)
        except OSError as error:
            yield Skipped(path, "unreadable", error.strerror or "")
            continue
        if stat.S_ISDIR(about.st_mode):
            yield entry.path, path + "/"
        else:
            yield _file(entry.path, path, about)


def _file(where: bytes, path: str, about: os.stat_result) -> Item | Skipped:
    if stat.S_ISLNK(about.st_mode):
        return Skipped(path, "link", f"to {escape_name(os.readlink(where))}, not followed")  # noqa: PTH115 - bytes
    if not stat.S_ISREG(about.st_mode):
        return Skipped(path, "special-file", "device, pipe or socket")
    if not os.access(where, os.R_OK):
        return Skipped(path, "unreadable", "no permission to read it")
    blob = Blob(path, about.st_size, lambda: open_regular(where))
    return Item(path, path, about.st_size, blob, modified=observed_time(about.st_mtime_ns))


def open_regular(where: bytes) -> BinaryIO:
    """Open a file, but no link or device put in its place meanwhile. Raises OSError, CannotOpen."""
    handle = os.open(where, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise CannotOpen(name=escape_name(where), why="it is not a file any more")
    return os.fdopen(handle, "rb")


def observed_time(nanos: int) -> ObservedTime:
    """A modification time of this machine's file system, in nanoseconds since 1970 (UTC).

    The time of the last status change is not kept: it is when the copy was made, not when the original changed.
    """
    seconds, rest = divmod(nanos, 10**9)
    raw = f"{seconds}.{rest:09}"
    try:
        instant = datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest // 1000)
    except (ValueError, OverflowError, OSError):
        return ObservedTime(raw, None, Zone.UNKNOWN)
    return ObservedTime(raw, instant, Zone.KNOWN)


class Folder(ContainerFormat):
    name = "folder"

    def fits(self, paths: Sequence[Path], head: bytes) -> bool:
        return len(paths) == 1 and paths[0].is_dir()

    def open(self, paths: Sequence[Path], store: Path | None) -> Container:
        return FolderContainer(paths[0])

    def examples(self) -> Sequence[Form]:
        return [Form({"b.txt": b"b", "sub/a.txt": b"a"}, (), ("b.txt", "sub/a.txt"))]
