"""Wrappings around one stream: gzip (RFC 1952), bzip2, xz."""

import bz2
import gzip
import lzma
import struct
import zlib
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import BinaryIO, ClassVar, Final, cast

from amparo.base import Blob, ObservedTime, Skipped, Zone
from amparo.decoders.decoder import Decoder, Example, Member
from amparo.decoders.errors import DecodedBroken
from amparo.decoders.joined import joined
from amparo.decoders.limits import Budget
from amparo.decoders.names import escape_name

_CHUNK: Final = 1024 * 1024
_BAD: Final = (DecodedBroken, EOFError, OSError, zlib.error, lzma.LZMAError, ValueError)


class _Stream(Decoder):
    """One member, whose size only unpacking tells: it is unpacked once to count, then again by each reader."""

    magic: ClassVar[bytes]

    def fits(self, head: bytes) -> bool:
        return head.startswith(self.magic)

    @abstractmethod
    def unpack(self, source: BinaryIO) -> BinaryIO:
        """Return a stream of the bytes inside `source`."""

    def about(self, blob: Blob) -> tuple[str | None, ObservedTime | None]:
        """Return the name and the time the wrapping keeps."""
        return None, None

    def members(self, blob: Blob, budget: Budget) -> Iterator[Member | Skipped]:
        step = f"{self.name.upper()}-0"
        try:
            size = self._measure(blob, budget.bytes_left)
        except _BAD as error:
            yield Skipped(step, f"broken-{self.name}", str(error))
            return
        if not budget.take(size):
            yield Skipped(step, "bomb", f"unpacks to more than {budget.bytes_left} bytes")
            return
        name, modified = self.about(blob)
        yield Member(step, name, Blob(name or step, size, lambda: self._open(blob)), modified)

    def _open(self, blob: Blob) -> BinaryIO:
        source = blob.open()
        return joined(blob.name, lambda: self.unpack(source), source)

    def _measure(self, blob: Blob, limit: int) -> int:
        """Return the size inside, or a number just above `limit` if it is larger."""
        size = 0
        with self._open(blob) as stream:
            while size <= limit and (chunk := stream.read(_CHUNK)):
                size += len(chunk)
        return size


class Gzip(_Stream):
    name = "gzip"
    magic = b"\x1f\x8b\x08"

    def unpack(self, source: BinaryIO) -> BinaryIO:
        return cast(BinaryIO, gzip.GzipFile(fileobj=source, mode="rb"))

    def about(self, blob: Blob) -> tuple[str | None, ObservedTime | None]:
        """FNAME and MTIME of the first header (RFC 1952, 2.3.1): Unix seconds, 0 = not kept."""
        head = blob.read(4096)
        flags, seconds = head[3], struct.unpack_from("<I", head, 4)[0]
        instant = datetime.fromtimestamp(seconds, UTC)
        modified = ObservedTime(str(seconds), instant, Zone.KNOWN) if seconds else None
        at = 10 + (2 + int.from_bytes(head[10:12], "little") if flags & 4 else 0)
        end = head.find(b"\x00", at)
        name = escape_name(head[at:end]) if flags & 8 and end > at else None
        return name, modified

    def examples(self) -> Sequence[Example]:
        return [Example(gzip.compress(b"hello", mtime=0), b"hello")]


class Bzip2(_Stream):
    name = "bzip2"
    magic = b"BZh"

    def fits(self, head: bytes) -> bool:
        return head.startswith(self.magic) and head[4:10] == b"1AY&SY"

    def unpack(self, source: BinaryIO) -> BinaryIO:
        return cast(BinaryIO, bz2.BZ2File(source))

    def examples(self) -> Sequence[Example]:
        return [Example(bz2.compress(b"hello"), b"hello")]


class Xz(_Stream):
    name = "xz"
    magic = b"\xfd7zXZ\x00"

    def unpack(self, source: BinaryIO) -> BinaryIO:
        return cast(BinaryIO, lzma.LZMAFile(source))

    def examples(self) -> Sequence[Example]:
        return [Example(lzma.compress(b"hello"), b"hello")]
