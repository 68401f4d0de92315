"""Our media handed to The Sleuth Kit, and damage kept apart from content.

The Sleuth Kit fills what it cannot read with zeros and keeps that in its cache, so a file on a damaged place would
silently read as zeros. Damage is therefore remembered here, and every read of a file is checked against it.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import pytsk3

from amparo.evidence.media import Media
from amparo.evidence.nested import READ_ERRORS

#: Smallest piece that is given up; E01 chunks have this size or a multiple of it.
_PIECE: Final = 32 * 1024
_NO_BYTES: Final = int(pytsk3.TSK_FS_ATTR_RUN_FLAG_SPARSE) | int(pytsk3.TSK_FS_ATTR_RUN_FLAG_FILLER)
_CONTENT: Final = {pytsk3.TSK_FS_ATTR_TYPE_DEFAULT, pytsk3.TSK_FS_ATTR_TYPE_NTFS_DATA}
_FAT: Final = {
    pytsk3.TSK_FS_TYPE_FAT12, pytsk3.TSK_FS_TYPE_FAT16, pytsk3.TSK_FS_TYPE_FAT32, pytsk3.TSK_FS_TYPE_EXFAT,
}  # fmt: skip


class _Damage(NamedTuple):
    start: int
    end: int
    error: Exception


class TskMedia(pytsk3.Img_Info):  # type: ignore[misc]
    def __init__(self, media: Media) -> None:
        self.media = media
        self._damage: dict[int, _Damage] = {}
        super().__init__(url="", type=pytsk3.TSK_IMG_TYPE_EXTERNAL)

    def read(self, offset: int, size: int) -> bytes:
        try:
            return self.media.read_at(offset, size)
        except READ_ERRORS:
            return b"".join(self._pieces(offset, min(offset + size, self.media.size)))

    def _pieces(self, at: int, end: int) -> Iterator[bytes]:
        while at < end:
            until = min(end, at - at % _PIECE + _PIECE)
            try:
                yield self.media.read_at(at, until - at)
            except READ_ERRORS as error:
                self._damage[at] = _Damage(at, until, error)
                yield bytes(until - at)
            at = until

    def get_size(self) -> int:
        return self.media.size

    def close(self) -> None:
        """The media belongs to the container, which closes it."""

    def check(self, start: int, size: int) -> None:
        """Raise the error of the first damaged place among `size` bytes from `start`, as far as damage was met."""
        for damage in self._damage.values():
            if damage.start < start + size and start < damage.end:
                raise damage.error

    @property
    def sound(self) -> bool:
        return not self._damage


class Disk(NamedTuple):
    """One opened file system, which starts at byte `start` of the media."""

    image: TskMedia
    fs: Any
    start: int

    @property
    def wall_clock(self) -> bool:
        """True if its times are those of a clock in an unknown zone (FAT)."""
        return self.fs.info.ftype in _FAT

    def read(self, file: Any, stream: Any, offset: int, size: int) -> bytes:
        """Read a file, or one `stream` (attribute) of it. Raises what the media raised for a damaged place; OSError."""
        if stream is None:
            data = bytes(file.read_random(offset, size))
        else:
            data = bytes(file.read_random(offset, size, stream.type, stream.id))
        if not self.image.sound:
            for inside, length, where in self._places(file, stream):
                first, end = max(offset, inside), min(offset + size, inside + length)
                if first < end:
                    self.image.check(where + first - inside, end - first)
        return data

    def folder_damage(self, folder: Any) -> Exception | None:
        """Return why a folder's own bytes cannot all be read, None if they can: else names may be missing."""
        for attribute in folder:
            for _, length, where in self._runs(attribute):
                for at in range(where, where + length, _PIECE):
                    try:
                        self.image.media.read_at(at, min(_PIECE, where + length - at))
                    except READ_ERRORS as error:
                        return error
        return None

    def _places(self, file: Any, stream: Any) -> Iterator[tuple[int, int, int]]:
        """Yield where a file's content lies: (offset in the file, bytes, offset on the media)."""
        for attribute in file:
            info = attribute.info
            if info.id == stream.id if stream is not None else info.type in _CONTENT and not info.name:
                yield from self._runs(attribute)

    def _runs(self, attribute: Any) -> Iterator[tuple[int, int, int]]:
        """Yield the runs of one attribute; holes are left out."""
        block = int(self.fs.info.block_size)
        for run in attribute:
            if not int(run.flags) & _NO_BYTES:
                yield int(run.offset) * block, int(run.len) * block, self.start + int(run.addr) * block
