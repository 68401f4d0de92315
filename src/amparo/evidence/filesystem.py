"""File systems on media, read by The Sleuth Kit: partitions, files, deleted entries, and space between partitions."""

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BufferedReader
from typing import Any, BinaryIO, Final, NamedTuple, cast

import pytsk3

from amparo.base import Blob, ObservedTime, Skipped, Zone
from amparo.decoders import escape_name
from amparo.evidence.item import Item
from amparo.evidence.media import Media, ReadAt
from amparo.evidence.tsk import Disk, TskMedia

_FOLDERS: Final = {pytsk3.TSK_FS_META_TYPE_DIR, pytsk3.TSK_FS_META_TYPE_VIRT_DIR}
_READ: Final = 256 * 1024
_SPARSE: Final = 64


def has_file_system(media: Media) -> bool:
    """True if The Sleuth Kit sees a file system or a partition table at the start of `media`."""
    image = TskMedia(media)
    return _open_fs(image, 0) is not None or _open_volume(image) is not None


def items_on(media: Media) -> Iterator[Item | Skipped]:
    """Yield everything on `media`.

    A file system over all of it: its files. Partitions: "p1/…", numbered in table order, and the space between
    them as "@offset". Neither: the whole device as "@0", with the note "no-file-system".
    """
    image = TskMedia(media)
    fs = _open_fs(image, 0)
    if fs is not None:
        yield from _files(Disk(image, fs, 0), "")
        return
    volume = _open_volume(image)
    if volume is None:
        yield from _bare(media, "", 0, media.size)
        return
    number = 0
    for part in sorted(volume, key=lambda each: (int(each.start), int(each.addr))):
        start, size = int(part.start) * _block(volume), int(part.len) * _block(volume)
        if int(part.flags) & int(pytsk3.TSK_VS_PART_FLAG_ALLOC):
            number += 1
            yield from _partition(media, image, f"p{number}/", start, size)
        elif int(part.flags) & int(pytsk3.TSK_VS_PART_FLAG_UNALLOC) and size:
            yield _space(media, start, size)


def _partition(media: Media, image: TskMedia, prefix: str, start: int, size: int) -> Iterator[Item | Skipped]:
    if start + size > media.size:
        yield Skipped(prefix.rstrip("/"), "cut-off", f"the media ends before this partition of {size} bytes")
    fs = _open_fs(image, start)
    if fs is None:
        yield from _bare(media, prefix, start, size)
    else:
        yield from _files(Disk(image, fs, start), prefix)


def _bare(media: Media, prefix: str, start: int, size: int) -> Iterator[Item | Skipped]:
    path = f"{prefix}@0"
    yield Skipped(path, "no-file-system", "its bytes are one item")
    blob = media.blob(path, start, size)
    yield Item(path, path, blob.size or 0, blob, allocated=True)


def _space(media: Media, start: int, size: int) -> Item:
    path = f"@{start}"
    blob = media.blob(path, start, size)
    return Item(path, path, blob.size or 0, blob, allocated=False)


def _open_fs(image: TskMedia, offset: int) -> Any:
    try:
        return pytsk3.FS_Info(image, offset=offset)
    except OSError:
        return None


def _open_volume(image: TskMedia) -> Any:
    try:
        return pytsk3.Volume_Info(image)
    except OSError:
        return None


def _block(volume: Any) -> int:
    return int(volume.info.block_size)


# -------------------------------------------------------------------- files


class _Entry(NamedTuple):
    """A name in a folder. `file`: what The Sleuth Kit opened for it."""

    file: Any
    path: str
    allocated: bool
    disk: Disk

    @property
    def largest(self) -> int:
        """Bytes a file may state: a deleted one no more than the media holds, another also holes (sparse files)."""
        return self.disk.image.media.size * (_SPARSE if self.allocated else 1)

    @property
    def meta(self) -> Any:
        return self.file.info.meta

    def is_folder(self) -> bool:
        return self.meta is not None and self.meta.type in _FOLDERS


def _files(disk: Disk, prefix: str) -> Iterator[Item | Skipped]:
    """Walk depth first, names in byte order. A folder is entered once: deleted ones may point in circles."""
    seen = {int(disk.fs.info.root_inum)}
    stack = [_entries(disk, int(disk.fs.info.root_inum), prefix)]
    while stack:
        found = next(stack[-1], None)
        if found is None:
            stack.pop()
        elif isinstance(found, Skipped):
            yield found
        elif not found.is_folder():
            yield from _entry(found)
        elif int(found.meta.addr) not in seen:
            seen.add(int(found.meta.addr))
            stack.append(_entries(disk, int(found.meta.addr), found.path + "/"))


def _entries(disk: Disk, address: int, prefix: str) -> Iterator[_Entry | Skipped]:
    fs, where = disk.fs, prefix.rstrip("/") or "/"
    try:
        files = list(fs.open_dir(inode=address))
        damage = disk.folder_damage(fs.open_meta(inode=address))
    except OSError as error:
        yield Skipped(where, "unreadable-folder", str(error))
        return
    if damage is not None:
        yield Skipped(where, "damaged-folder", f"names in it may be missing: {damage}")
    names: set[str] = set()
    for file in sorted(files, key=_order):
        name = bytes(file.info.name.name)
        if name in {b".", b".."}:
            continue
        path = prefix + escape_name(name)
        if path in names:
            # Two deleted files of one name: the later ones are told apart by their metadata address.
            path = f"{path}#{int(file.info.name.meta_addr)}"
        names.add(path)
        yield _Entry(_with_metadata(fs, file), path, _is_allocated(file), disk)


def _with_metadata(fs: Any, file: Any) -> Any:
    """Return the file of a name. An orphan comes without its metadata, but knows where that lies."""
    address = int(file.info.name.meta_addr)
    if file.info.meta is not None or not address:
        return file
    try:
        return fs.open_meta(inode=address)
    except OSError:
        return file


def _order(file: Any) -> tuple[bytes, bool, int]:
    return bytes(file.info.name.name), not _is_allocated(file), int(file.info.name.meta_addr)


def _is_allocated(file: Any) -> bool:
    return not int(file.info.name.flags) & int(pytsk3.TSK_FS_NAME_FLAG_UNALLOC)


def _entry(entry: _Entry) -> Iterator[Item | Skipped]:
    meta, path = entry.meta, entry.path
    if meta is None:
        yield Skipped(path, "no-metadata", "a deleted name whose file is gone")
    elif meta.type == pytsk3.TSK_FS_META_TYPE_LNK:
        yield Skipped(path, "link", "symbolic link, not followed")
    elif meta.type == pytsk3.TSK_FS_META_TYPE_VIRT:
        yield Skipped(path, "file-system-area", "the file system's own tables")
    elif meta.type != pytsk3.TSK_FS_META_TYPE_REG:
        yield Skipped(path, "special-file", "device, pipe, socket or other special file")
    elif int(meta.size) > entry.largest:
        # Deleted entries with overwritten sizes: The Sleuth Kit would spend minutes on bytes that cannot be there.
        yield Skipped(path, "larger-than-media", f"it states {int(meta.size)} bytes")
    else:
        yield _item(entry, path, int(meta.size))
        yield from _streams(entry)


def _streams(entry: _Entry) -> Iterator[Item]:
    """Alternate data streams of NTFS: further contents of a file under names of their own."""
    for attribute in entry.file:
        info = attribute.info
        if info.type == pytsk3.TSK_FS_ATTR_TYPE_NTFS_DATA and info.name:
            yield _item(entry, f"{entry.path}:{escape_name(bytes(info.name))}", int(info.size), info)


def _item(entry: _Entry, path: str, size: int, stream: Any = None) -> Item:
    meta = entry.meta
    reused = not entry.allocated and bool(int(meta.flags) & int(pytsk3.TSK_FS_META_FLAG_ALLOC))
    return Item(
        path, path, size, Blob(path, size, lambda: _open(entry, size, stream)), entry.allocated,
        modified=_time(meta.mtime, meta.mtime_nano, entry.disk.wall_clock),
        accessed=_time(meta.atime, meta.atime_nano, entry.disk.wall_clock),
        changed=_time(meta.ctime, meta.ctime_nano, entry.disk.wall_clock),
        created=_time(meta.crtime, meta.crtime_nano, entry.disk.wall_clock),
        remarks=("reallocated",) * reused + ("stream",) * (stream is not None),
    )  # fmt: skip


def _open(entry: _Entry, size: int, stream: Any) -> BinaryIO:
    def read(offset: int, length: int) -> bytes:
        return entry.disk.read(entry.file, stream, offset, length)

    return cast(BinaryIO, BufferedReader(ReadAt(read, size), _READ))


def _time(seconds: int, nanos: int, wall_clock: bool) -> ObservedTime | None:
    """FAT keeps the wall clock of an unknown place; The Sleuth Kit read it in this machine's zone: undone here."""
    if not seconds:
        return None
    instant = datetime.fromtimestamp(int(seconds), UTC).replace(microsecond=int(nanos) // 1000)
    if wall_clock:
        return ObservedTime(instant.astimezone().replace(tzinfo=None).isoformat(), None, Zone.UNKNOWN)
    return ObservedTime(f"{int(seconds)}.{int(nanos):09}", instant, Zone.KNOWN)
