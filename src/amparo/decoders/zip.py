"""Zip (APPNOTE 6.3): also docx, xlsx, odf, apk, jar. Members are read in place; nothing is ever written out."""

import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from io import BytesIO
from typing import BinaryIO, Final, cast

from amparo.base import Blob, ObservedTime, Skipped, Zone
from amparo.decoders.decoder import Decoder, Example, Member
from amparo.decoders.errors import DecodedBroken
from amparo.decoders.joined import joined
from amparo.decoders.limits import Budget
from amparo.decoders.names import escape_name, is_unsafe_name

_BAD: Final = (
    zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, struct.error, zlib.error, RuntimeError,
    IndexError, OverflowError,
)  # fmt: skip
_UTF8: Final = 0x800
_ENCRYPTED: Final = 0x1 | 0x40
_METHODS: Final = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}
# Inside one archive: members whose declared ratio is above this are bombs whatever the whole may cost.
_RATIO_FLOOR: Final = 64 * 1024 * 1024


class Zip(Decoder):
    name = "zip"

    def fits(self, head: bytes) -> bool:
        return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))

    def members(self, blob: Blob, budget: Budget) -> Iterator[Member | Skipped]:
        with ExitStack() as stack:
            try:
                archive = stack.enter_context(zipfile.ZipFile(stack.enter_context(blob.open())))
                infos = archive.infolist()
            except _BAD as error:
                yield Skipped("", "broken-zip", str(error))
                return
            names = Counter(info.orig_filename for info in infos)
            for index, info in enumerate(infos):
                if info.filename.endswith("/") and info.file_size == 0:
                    continue
                yield self._member(blob, budget, index, info, names[info.orig_filename] > 1)

    def _member(
        self, blob: Blob, budget: Budget, index: int, info: zipfile.ZipInfo, repeated: bool
    ) -> Member | Skipped:
        raw = _name_bytes(info)
        name = escape_name(raw)
        refused = _refused(info) or _bomb(info, budget)
        if refused is not None:
            return Skipped(str(index), refused[0], f"{name}: {refused[1]}")
        remarks = ("unsafe-name",) * is_unsafe_name(raw) + ("duplicate-name",) * repeated
        inside = Blob(name, info.file_size, lambda: _open(blob, index, info))
        return Member(str(index), name, inside, _dos_time(info), remarks)

    def examples(self) -> Sequence[Example]:
        buffer = BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr(zipfile.ZipInfo("a.txt", (2026, 1, 2, 3, 4, 6)), b"hello")
        return [Example(buffer.getvalue(), b"hello")]


class _KnownZip(zipfile.ZipFile):
    """A zip whose directory was read before: reading it again for each member would take time squared."""

    def _RealGetContents(self) -> None:  # noqa: N802  (zipfile's name)
        return


def _open(blob: Blob, index: int, info: zipfile.ZipInfo) -> BinaryIO:
    """Open one member; zipfile reads at most the declared size and checks the CRC at the end."""
    source = blob.open()
    try:
        archive = _KnownZip(source)
        return joined(info.filename, lambda: cast(BinaryIO, archive.open(info)), archive, source)
    except _BAD as error:
        source.close()
        raise DecodedBroken(what=f"{blob.name}|{index}", why=str(error)) from error


def _name_bytes(info: zipfile.ZipInfo) -> bytes:
    return info.orig_filename.encode("utf-8" if info.flag_bits & _UTF8 else "cp437", "surrogateescape")


def _refused(info: zipfile.ZipInfo) -> tuple[str, str] | None:
    """Return why a member is not read: encrypted, a link, or a method that is not known here."""
    if info.flag_bits & _ENCRYPTED:
        return "encrypted", "needs a password"
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return "link", "symbolic link, not followed"
    if info.create_system == 3 and kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        return "special-file", f"file type {kind:o}"
    if info.compress_type not in _METHODS:
        return "unknown-compression", f"method {info.compress_type}"
    return None


def _bomb(info: zipfile.ZipInfo, budget: Budget) -> tuple[str, str] | None:
    ratio = info.file_size // max(1, info.compress_size)
    if info.file_size > _RATIO_FLOOR and ratio > budget.limits.ratio:
        return "bomb", f"unpacks to {info.file_size} bytes, {ratio} times its size"
    if not budget.take(info.file_size):
        return "bomb", f"unpacks to {info.file_size} bytes, more than the archive's whole allowance"
    return None


def _dos_time(info: zipfile.ZipInfo) -> ObservedTime:
    """The MS-DOS time of the entry: local time of an unknown zone, two-second steps."""
    raw = "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}".format(*info.date_time)
    return ObservedTime(raw, None, Zone.UNKNOWN)
