"""A video as an open file: FFmpeg must seek, and an item inside a disk image or an archive is only a stream."""

import io
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import BinaryIO, Final

from amparo.base import AmparoError, Blob
from amparo.media.errors import BlobUnreadable

#: Up to here a copy stays in memory and touches no disk.
IN_MEMORY: Final = 64 << 20
_CHUNK: Final = 1 << 20


class CannotCopy(Exception):
    """`reason`: a permanent key for Skipped; `detail` for people."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail


@contextmanager
def as_file(stream: BinaryIO, size: int | None, name: str, limit: int) -> Iterator[int]:
    """Yield a descriptor of a seekable file with the bytes of `stream`, which stands at its start.

    A real file is its own; anything else is copied to a nameless file that is gone when its last descriptor closes,
    in memory up to 64 MiB, beyond that in the temporary folder (TMPDIR). Raises CannotCopy (more than `limit` bytes, no
    room for the copy) or BlobUnreadable.
    """
    own = _real_file(stream, size)
    if own is not None:
        yield own
        return
    if size is not None and size > limit:
        raise CannotCopy("video-too-large", f"{size} bytes; the limit is {limit}")
    with ExitStack() as stack:
        yield _copied(stream, name, limit, stack)


def _real_file(stream: BinaryIO, size: int | None) -> int | None:
    """The descriptor, if `stream` is a plain file from its start. Any other class may wrap anything: it is copied."""
    if type(stream) is not io.BufferedReader or type(stream.raw) is not io.FileIO or stream.tell() != 0:
        return None
    facts = os.fstat(stream.fileno())
    return stream.fileno() if stat.S_ISREG(facts.st_mode) and size in {None, facts.st_size} else None


def _copied(stream: BinaryIO, name: str, limit: int, stack: ExitStack) -> int:
    copy: BinaryIO = stack.enter_context(os.fdopen(os.memfd_create("amparo-video", os.MFD_CLOEXEC), "w+b"))
    written = 0
    for chunk in _chunks(stream, name):
        if written + len(chunk) > limit:
            raise CannotCopy("video-too-large", f"more than {limit} bytes")
        try:
            if written <= IN_MEMORY < written + len(chunk):
                copy = _moved_to_disk(copy, stack)
            copy.write(chunk)
        except OSError as error:
            raise CannotCopy("no-room-for-copy", error.strerror or str(error)) from error
        written += len(chunk)
    copy.flush()
    return copy.fileno()


def _moved_to_disk(copy: BinaryIO, stack: ExitStack) -> BinaryIO:
    disk = stack.enter_context(tempfile.TemporaryFile(prefix="amparo-video-"))  # noqa: SIM115 - the stack closes it
    copy.seek(0)
    while chunk := copy.read(_CHUNK):
        disk.write(chunk)
    copy.truncate(0)
    return disk


def open_blob(blob: Blob) -> BinaryIO:
    """Raises BlobUnreadable."""
    with _telling(blob.name):
        return blob.open()


def _chunks(stream: BinaryIO, name: str) -> Iterator[bytes]:
    while True:
        with _telling(name):
            chunk = stream.read(_CHUNK)
        if not chunk:
            return
        yield chunk


@contextmanager
def _telling(name: str) -> Iterator[None]:
    """Turn what a disk or a container raises into BlobUnreadable."""
    try:
        yield
    except OSError as error:
        raise BlobUnreadable(name=name, why=error.strerror or str(error)) from error
    except AmparoError as error:
        raise BlobUnreadable(name=name, why=str(error)) from error
