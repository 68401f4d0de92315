"""Media: the bytes of a whole device, read anywhere, whatever wraps them."""

import os
from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Callable, Sequence
from io import BufferedReader, RawIOBase
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast

from amparo.base import Blob


class Media(ABC):
    """`size` in bytes; `read_at` returns less than asked for only at the end. Not safe between threads."""

    size: int

    @abstractmethod
    def read_at(self, offset: int, size: int) -> bytes: ...

    @abstractmethod
    def close(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def blob(self, name: str, start: int = 0, size: int | None = None) -> Blob:
        """Return `size` bytes from `start` as a blob (to the end if None)."""
        size = self.size - start if size is None else max(0, min(size, self.size - start))
        return Blob(name, size, lambda: cast(BinaryIO, BufferedReader(ReadAt(self.read_at, size, start), 256 * 1024)))


class ReadAt(RawIOBase):
    """A stream over a function `read(offset, size)`; `start` is where byte 0 of the stream lies."""

    def __init__(self, read: Callable[[int, int], bytes], size: int, start: int = 0) -> None:
        self._read = read
        self._size = size
        self._start = start
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        want = max(0, min(len(buffer), self._size - self._at))
        data = self._read(self._start + self._at, want) if want else b""
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


class JoinedFiles(Media):
    """One or more files, one after the other: a raw image, whole or split."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._files = [os.open(path, os.O_RDONLY | os.O_CLOEXEC) for path in paths]
        self._starts = [0]
        for file in self._files:
            self._starts.append(self._starts[-1] + os.lseek(file, 0, os.SEEK_END))
        self.size = self._starts.pop()

    def read_at(self, offset: int, size: int) -> bytes:
        parts = []
        while size > 0 and offset < self.size:
            index = bisect_right(self._starts, offset) - 1
            end = self._starts[index + 1] if index + 1 < len(self._starts) else self.size
            data = os.pread(self._files[index], min(size, end - offset), offset - self._starts[index])
            if not data:
                break
            parts.append(data)
            offset += len(data)
            size -= len(data)
        return b"".join(parts)

    def close(self) -> None:
        while self._files:
            os.close(self._files.pop())
