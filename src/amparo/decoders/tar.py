"""Tar (POSIX.1-2001 ustar and pax, GNU): members are read in place by their offset; nothing is written out."""

import tarfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from io import BufferedReader, BytesIO
from typing import BinaryIO, Final, cast

from amparo.base import Blob, ObservedTime, Skipped, Zone
from amparo.decoders.decoder import Decoder, Example, Member
from amparo.decoders.limits import Budget
from amparo.decoders.names import escape_name, is_unsafe_name
from amparo.decoders.slice import Slice

_BAD: Final = (tarfile.TarError, EOFError, OSError, ValueError, OverflowError)
_LONGEST_HEADER: Final = 16 * 1024 * 1024


class Tar(Decoder):
    name = "tar"

    def fits(self, head: bytes) -> bool:
        return head[257:262] == b"ustar" and len(head) >= 512

    def members(self, blob: Blob, budget: Budget) -> Iterator[Member | Skipped]:
        seen: set[str] = set()
        with ExitStack() as stack:
            try:
                source = _Guarded(stack.enter_context(blob.open()))
                archive = stack.enter_context(tarfile.open(fileobj=cast(BinaryIO, source), mode="r:"))
            except _BAD as error:
                yield Skipped("", "broken-tar", str(error))
                return
            for index, info in enumerate(_entries(archive)):
                if isinstance(info, Skipped):
                    yield Skipped(str(index), info.reason, info.detail)
                elif not info.isdir():
                    yield _member(blob, budget, index, info, info.name in seen)
                    seen.add(info.name)

    def examples(self) -> Sequence[Example]:
        buffer = BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as archive:
            info = tarfile.TarInfo("a.txt")
            info.size = 5
            archive.addfile(info, BytesIO(b"hello"))
        return [Example(buffer.getvalue(), b"hello")]


def _entries(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo | Skipped]:
    """Yield the entries, forgetting each at once (memory); a broken header ends the list with its reason."""
    while True:
        try:
            info = archive.next()
        except _BAD as error:
            yield Skipped("", "broken-tar", str(error))
            return
        if info is None:
            break
        yield info
        archive.members.clear()  # type: ignore[attr-defined]  # CPython keeps every entry otherwise
    # tarfile takes a broken header in the middle for the end, without a word; the real end is a block of zeros.
    if archive.fileobj is not None:
        archive.fileobj.seek(archive.offset)
        if archive.fileobj.read(tarfile.BLOCKSIZE).strip(b"\x00"):
            yield Skipped("", "broken-tar", f"no valid header at byte {archive.offset}")


def _member(blob: Blob, budget: Budget, index: int, info: tarfile.TarInfo, repeated: bool) -> Member | Skipped:
    raw = info.name.encode("utf-8", "surrogateescape")
    name = escape_name(raw)
    what = str(index)
    if info.issym() or info.islnk():
        target = escape_name(info.linkname.encode("utf-8", "surrogateescape"))
        return Skipped(what, "link", f"{name}: to {target}, not followed")
    if not info.isfile():
        return Skipped(what, "special-file", f"{name}: device, pipe or other special entry")
    if info.issparse():
        return Skipped(what, "sparse", f"{name}: sparse member")
    if blob.size is not None and info.offset_data + info.size > blob.size:
        return Skipped(what, "cut-off", f"{name}: the archive ends before its {info.size} bytes")
    if not budget.take(info.size):
        return Skipped(what, "bomb", f"{name}: more members or bytes than the archive's whole allowance")
    remarks = ("unsafe-name",) * is_unsafe_name(raw) + ("duplicate-name",) * repeated
    offset, size = info.offset_data, info.size
    inside = Blob(name, size, lambda: cast(BinaryIO, BufferedReader(Slice(blob.open(), offset, size))))
    return Member(str(index), name, inside, _time(info), remarks)


def _time(info: tarfile.TarInfo) -> ObservedTime | None:
    """Seconds since 1970 in UTC (ustar); None where the number fits no calendar."""
    try:
        return ObservedTime(str(info.mtime), datetime.fromtimestamp(info.mtime, UTC), Zone.KNOWN)
    except (ValueError, OverflowError, OSError):
        return ObservedTime(str(info.mtime), None, Zone.UNKNOWN)


class _Guarded:
    """The archive's stream, refusing single reads no honest header asks for (a pax header may claim any size)."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self.seek = source.seek
        self.tell = source.tell

    def read(self, size: int) -> bytes:
        if size > _LONGEST_HEADER:
            raise tarfile.ReadError(f"a header claims {size} bytes")
        return self._source.read(size)
