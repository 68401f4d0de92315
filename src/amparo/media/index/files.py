"""Files of an index: written once, front to back, with their SHA-256 taken on the way; read by mapping them."""

import hashlib
import os
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import Queue
from threading import Thread
from types import TracebackType
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from amparo import _kernels
from amparo.media.errors import IndexDamaged

_STEP: Final = 1 << 22
#: So much of a file is sent to the disk at a time, rather than all at the end.
_SYNC_EVERY: Final = 1 << 27


class Disk:
    """Sends files to the disk while other work goes on. After the `with` block all of them are there, or OSError."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1)
        self._sent: list[Future[None]] = []

    def send(self, file: int) -> None:
        """Start to make safe what has been written to `file` (a descriptor, which may be closed then)."""
        self._sent.append(self._pool.submit(_sync_and_close, os.dup(file)))

    def __enter__(self) -> "Disk":
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        self._pool.shutdown(wait=True)
        for each in self._sent if kind is None else ():
            each.result()


def _sync_and_close(file: int) -> None:
    try:
        os.fsync(file)
    finally:
        os.close(file)


class NewFile:
    """A file being written. After the `with` block `facts` holds its size and SHA-256, and it is on the disk, or, if
    a Disk is given, when that is left.

    Hashing and writing go on in a thread of their own, some steps behind whoever writes. What is given to `write`
    must not be changed afterwards.
    """

    def __init__(self, path: Path, disk: Disk | None = None) -> None:
        self.facts: dict[str, Any] = {}
        self._sink = _Sink(path, disk)
        self._waiting = bytearray()
        self._queue: Queue[memoryview | None] = Queue(maxsize=8)
        self._thread: Thread | None = None

    def write(self, data: bytes | npt.NDArray[Any]) -> None:
        """Raises OSError, also for what was given before."""
        octets = data if isinstance(data, bytes) else np.ascontiguousarray(data).reshape(-1).view(np.uint8).data
        if len(self._waiting) + len(octets) < _STEP:
            self._waiting += octets
            return
        self._send(memoryview(self._waiting))
        self._waiting = bytearray()
        view = memoryview(octets)
        for at in range(0, len(view), _STEP):
            self._send(view[at : at + _STEP])

    def __enter__(self) -> "NewFile":
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        try:
            if self._thread:
                self._queue.put(None)
                self._thread.join()
            if kind is None:
                self._sink.take(memoryview(self._waiting))
                self.facts = self._sink.finish()
        finally:
            self._sink.close()

    def _send(self, step: memoryview) -> None:
        if self._sink.error:
            raise self._sink.error
        if self._thread is None:
            self._thread = Thread(target=self._drain, daemon=True)
            self._thread.start()
        self._queue.put(step)

    def _drain(self) -> None:
        while (step := self._queue.get()) is not None:
            self._sink.take_or_remember(step)


class _Sink:
    """The file itself. `error`: what went wrong in the thread, to be raised where somebody can catch it."""

    def __init__(self, path: Path, disk: Disk | None) -> None:
        self.error: OSError | None = None
        self._disk = disk
        self._out = path.open("wb", buffering=0)
        self._digest = hashlib.sha256()
        self._size = self._synced = 0

    def take(self, step: memoryview) -> None:
        self._digest.update(step)
        while step:
            step = step[self._out.write(step) or 0 :]
            self._size = self._out.tell()
        if self._disk and self._size - self._synced >= _SYNC_EVERY:
            self._disk.send(self._out.fileno())
            self._synced = self._size

    def take_or_remember(self, step: memoryview) -> None:
        try:
            if self.error is None:
                self.take(step)
        except OSError as error:
            self.error = error

    def finish(self) -> dict[str, Any]:
        if self.error:
            raise self.error
        if self._disk:
            self._disk.send(self._out.fileno())
        else:
            os.fsync(self._out.fileno())
        return {"size": self._size, "sha256": self._digest.hexdigest()}

    def close(self) -> None:
        self._out.close()


def map_file(folder: Path, name: str) -> npt.NDArray[np.uint8]:
    """The bytes of a file, mapped and not read; no open file is kept. Raises IndexDamaged."""
    try:
        return _kernels.map_bytes(str(folder / name))
    except OSError as error:
        raise IndexDamaged(file=name, why=error.strerror or "it cannot be read") from error


def map_numbers(folder: Path, name: str, kind: str) -> npt.NDArray[Any]:
    """The numbers of a file, `kind` as NumPy writes it ("<u4"). Raises IndexDamaged if it ends within one."""
    mapped = map_file(folder, name)
    if len(mapped) % np.dtype(kind).itemsize:
        raise IndexDamaged(file=name, why="it ends within a number")
    return mapped.view(kind)


def file_sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
