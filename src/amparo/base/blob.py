"""Blob: bytes with a name and a size that can be opened again and again, wherever they live."""

from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import BinaryIO


@dataclass(frozen=True, slots=True)
class Blob:
    """One readable thing: a file on disk, an item inside a disk image, bytes in memory.

    `name` is the forensic path or file name in its display form; `size` is in bytes, None where only reading
    tells. `open()` gives a new binary stream at position 0; the caller closes it.
    """

    name: str
    size: int | None
    opener: Callable[[], BinaryIO] = field(repr=False, compare=False)

    def open(self) -> BinaryIO:
        return self.opener()

    def read(self, limit: int) -> bytes:
        """Return at most `limit` bytes from the start. There is no way to read without a bound."""
        with self.open() as stream:
            return stream.read(limit)

    @classmethod
    def from_path(cls, path: Path, name: str | None = None) -> "Blob":
        return cls(name if name is not None else str(path), path.stat().st_size, lambda: path.open("rb"))

    @classmethod
    def from_bytes(cls, data: bytes, name: str) -> "Blob":
        return cls(name, len(data), lambda: BytesIO(data))
