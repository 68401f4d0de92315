"""The arrays of one store folder: which file holds each, mapping them, growing them, cutting them.

Every array is a file of raw numbers. A store that was appended to keeps growing arrays in their files, beyond the
length its manifest states, and writes others anew under a name with the generation's number.
"""

import hashlib
import mmap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from amparo.ledger.store.layout import ALL_ARRAYS

CHUNK: Final = 1 << 18  # rows of transactions, outputs or inputs at a time
#: Rows at a time where each may touch another place of a mapped file: the kernel maps 64 KiB for each of them, so
#: that this bounds what is mapped beyond MAPPED before `release` looks again (some 4 GiB at the very worst).
CHUNK_FAR: Final = 1 << 16
MAPPED: Final = 4 << 30  # bytes; the files' own cache, which the system takes back when it wants
_STATM: Final = Path("/proc/self/statm")


class Folder:
    """`names`: logical name of an array -> its file. `generation` 1 is the first load."""

    def __init__(self, path: Path, generation: int = 1, names: Mapping[str, str] | None = None) -> None:
        self.path = path
        self.generation = generation
        self.names = dict(names or {})

    def file(self, name: str) -> Path:
        return self.path / self.names.setdefault(name, self.fresh(f"{name}.bin"))

    def fresh(self, name: str) -> str:
        """The name a file written anew has in this generation."""
        stem, suffix = name.rsplit(".", 1)
        return name if self.generation == 1 else f"{stem}.{self.generation}.{suffix}"

    def has(self, name: str) -> bool:
        return name in self.names

    def rows(self, name: str) -> int:
        return self.file(name).stat().st_size // row_size(name)

    def read(self, name: str, rows: int | None = None) -> npt.NDArray[Any]:
        return map_rows(self.file(name), name, rows)

    def change(self, name: str) -> npt.NDArray[Any]:
        """Map an array whose file is written already, for writing."""
        return map_rows(self.file(name), name, None, mode="r+")

    def fill(self, name: str, rows: int, value: int) -> None:
        """Append `rows` rows of one value. A full disk is an error here, not a killed process later."""
        kind = ALL_ARRAYS[name]
        with self.file(name).open("ab") as stream:
            for start in range(0, rows, CHUNK):
                stream.write(np.full(min(CHUNK, rows - start) * kind.width, value, dtype=kind.dtype).data)


def row_size(name: str) -> int:
    return np.dtype(ALL_ARRAYS[name].dtype).itemsize * ALL_ARRAYS[name].width


def map_rows(path: Path, name: str, rows: int | None, mode: Any = "r") -> npt.NDArray[Any]:
    """Map the first `rows` rows (None = all); an empty file, which cannot be mapped, is an empty array."""
    kind = ALL_ARRAYS[name]
    rows = path.stat().st_size // row_size(name) if rows is None else rows
    shape = (rows,) if kind.width == 1 else (rows, kind.width)
    if rows == 0:
        return np.zeros(shape, dtype=kind.dtype)
    return np.memmap(path, dtype=kind.dtype, mode=mode, shape=shape)


def release(*arrays: npt.NDArray[Any]) -> None:
    """Let go of mapped pages once this process holds many; they stay in the file and are mapped again when needed."""
    if _mapped() < MAPPED:
        return
    for array in arrays:
        mapping = getattr(array, "_mmap", None)
        if mapping is not None:
            mapping.madvise(mmap.MADV_DONTNEED)


def _mapped() -> int:
    """Bytes of files that are mapped into this process and in memory."""
    return int(_STATM.read_bytes().split()[2]) * mmap.PAGESIZE


def spans(start: int, stop: int, size: int = CHUNK) -> Iterator[tuple[int, int]]:
    for low in range(start, stop, size):
        yield low, min(low + size, stop)


def file_sha256(path: Path, size: int | None = None) -> str:
    """SHA-256 of the first `size` bytes (None = all)."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        left = path.stat().st_size if size is None else size
        while left and (data := stream.read(min(left, 1 << 20))):
            digest.update(data)
            left -= len(data)
    return digest.hexdigest()
