"""Spool: a nested archive on scratch disk, so that its members can be read in any order."""

import os
import tempfile
import weakref
from io import BufferedReader, RawIOBase
from typing import IO, BinaryIO, cast

from amparo.base import Blob
from amparo.decoders.errors import DecodedTooMuch

_CHUNK = 1024 * 1024


class _Shared(RawIOBase):
    """One reading position over a scratch file that several readers share."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file = file
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
        data = os.pread(self._file.fileno(), len(buffer), self._at)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


class Spool:
    """A blob copied to an unnamed scratch file when first opened.

    `release()` lets the copy go as soon as no reader holds it; a later `open()` copies again.
    """

    def __init__(self, blob: Blob, limit: int) -> None:
        self._blob = blob
        self._limit = limit
        self._keep: IO[bytes] | None = None
        self._seen: weakref.ref[IO[bytes]] | None = None
        self._size = 0

    def open(self) -> BinaryIO:
        """Return a seekable stream. Raises DecodedTooMuch beyond the limit, OSError if scratch is full."""
        file = self._keep or (self._seen() if self._seen else None) or self._fill()
        return cast(BinaryIO, BufferedReader(_Shared(file, self._size)))

    def release(self) -> None:
        self._keep = None

    def _fill(self) -> IO[bytes]:
        # Lives as long as its readers: closing belongs to the last of them, hence no `with`.
        file = tempfile.TemporaryFile(prefix="amparo-")  # noqa: SIM115
        size = 0
        with self._blob.open() as source:
            while chunk := source.read(_CHUNK):
                size += len(chunk)
                if size > self._limit:
                    raise DecodedTooMuch(what=self._blob.name, limit=self._limit)
                file.write(chunk)
        file.flush()
        self._size = size
        self._keep, self._seen = file, weakref.ref(file)
        return file
