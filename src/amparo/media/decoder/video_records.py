"""Hashed pictures as bytes, for the way from the video process to us."""

import struct
from typing import Final

from amparo.media.decoder.frames import BrokenPipe
from amparo.media.video_hash import VideoFrame

#: time, until (seconds), quality, pictures, eight variants of 32 bytes.
RECORD: Final = struct.Struct("<ddBI256s")


def unpacked(records: bytes) -> tuple[VideoFrame, ...]:
    """Raises BrokenPipe if the process sent anything else than whole records."""
    if len(records) % RECORD.size:
        raise BrokenPipe
    return tuple(_frame(*fields) for fields in RECORD.iter_unpack(records))


def _frame(time: float, until: float, quality: int, pictures: int, hashes: bytes) -> VideoFrame:
    variants = tuple(hashes[start : start + 32].hex() for start in range(0, 256, 32))
    return VideoFrame(time, until, variants[0], quality, variants, pictures)
