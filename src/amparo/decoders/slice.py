"""Part of a stream as a stream of its own."""

import os
from io import RawIOBase
from typing import BinaryIO


class Slice(RawIOBase):
    """`size` bytes of a seekable stream from `offset` on; closing it closes the stream."""

    def __init__(self, source: BinaryIO, offset: int, size: int) -> None:
        self._source = source
        self._offset = offset
        self._size = size
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
        self._source.seek(self._offset + self._at)
        data = self._source.read(want)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def close(self) -> None:
        self._source.close()
        super().close()
