"""A stream over another stream that must be closed with it."""

import gzip
import lzma
import os
import zipfile
import zlib
from collections.abc import Callable
from io import BufferedReader, RawIOBase
from typing import BinaryIO, Final, Protocol, cast

from amparo.decoders.errors import DecodedBroken

_BAD: Final = (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, lzma.LZMAError, EOFError, ValueError)


class _Closable(Protocol):
    def close(self) -> None: ...


class _Joined(RawIOBase):
    def __init__(self, inner: BinaryIO, what: str, also_close: tuple[_Closable, ...]) -> None:
        self._inner = inner
        self._what = what
        self._also_close = also_close

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._inner.seekable()

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._inner.seek(offset, whence)

    def tell(self) -> int:
        return self._inner.tell()

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        try:
            data = self._inner.read(len(buffer))
        except _BAD as error:
            raise DecodedBroken(what=self._what, why=str(error) or type(error).__name__) from error
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
            for each in self._also_close:
                each.close()
        super().close()


def joined(what: str, open_inner: Callable[[], BinaryIO], *also_close: _Closable) -> BinaryIO:
    """Return `open_inner()` so that closing it closes `also_close` too; also if opening fails.

    Reading raises DecodedBroken, naming `what`, where the wrapping is damaged.
    """
    try:
        inner = open_inner()
    except BaseException:
        for each in also_close:
            each.close()
        raise
    return cast(BinaryIO, BufferedReader(_Joined(inner, what, also_close), 64 * 1024))
