"""Files of an index: written once, front to back, with their SHA-256 taken on the way; read by mapping them."""

import hashlib
import mmap
import os
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from amparo.media.errors import IndexDamaged

_STEP: Final = 1 << 22


class NewFile:
    """A file being written. After the `with` block it is on the disk, and `facts` holds its size and SHA-256."""

    def __init__(self, path: Path) -> None:
        self.facts: dict[str, Any] = {}
        self._size = 0
        self._digest = hashlib.sha256()
        self._out = path.open("wb", buffering=_STEP)

    def write(self, data: bytes | npt.NDArray[Any]) -> None:
        octets = data if isinstance(data, bytes) else np.ascontiguousarray(data).reshape(-1).view(np.uint8).data
        view = memoryview(octets)
        for at in range(0, len(view), _STEP):
            self._digest.update(view[at : at + _STEP])
            self._out.write(view[at : at + _STEP])
        self._size += len(view)

    def __enter__(self) -> "NewFile":
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        with self._out:
            if kind is None:
                self._out.flush()
                os.fsync(self._out.fileno())
                self.facts = {"size": self._size, "sha256": self._digest.hexdigest()}


def map_file(folder: Path, name: str) -> memoryview:
    """The bytes of a file without reading them. Raises IndexDamaged if it cannot be opened."""
    path = folder / name
    try:
        with path.open("rb") as stream:
            if path.stat().st_size == 0:
                return memoryview(b"")  # an empty file cannot be mapped
            return memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
    except OSError as error:
        raise IndexDamaged(file=name, why=error.strerror or "it cannot be read") from error


def map_numbers(folder: Path, name: str, kind: str) -> npt.NDArray[Any]:
    return np.frombuffer(map_file(folder, name), kind)


def file_sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
