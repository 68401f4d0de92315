"""Which bytes begin like a picture, by the first 16 bytes. Only such bytes are handed to the decoder."""

from enum import StrEnum
from typing import Final

HEAD_BYTES: Final = 16


class Look(StrEnum):
    """What the first bytes promise."""

    PICTURE = "picture"  # a signature that hardly occurs by chance
    MAYBE = "maybe"  # two signs that text may begin with too
    UNREAD = "unread"  # a picture kind that is not decoded here
    NONE = "none"


_SIGNATURES: Final = (
    b"\xff\xd8\xff",  # JPEG
    b"\x89PNG\r\n\x1a\n",
    b"GIF87a",
    b"GIF89a",
    b"II*\x00",  # TIFF
    b"MM\x00*",
    b"\x00\x00\x00\x0cjP  \r\n\x87\n",  # JPEG 2000
    b"\xff\x4f\xff\x51",
)
_SHORT: Final = (b"BM", b"P1", b"P2", b"P3", b"P4", b"P5", b"P6", b"\x00\x00\x01\x00")  # BMP, PNM, ICO
_BRANDS_READ: Final = frozenset({b"avif", b"avis"})
_BRANDS_UNREAD: Final = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"})
_SUFFIXES: Final = frozenset(
    ["jpg", "jpeg", "jpe", "jfif", "png", "gif", "bmp", "tif", "tiff", "webp", "jp2", "avif", "heic", "heif", "ico"]
)


def look(head: bytes) -> Look:
    """Tell what `head`, the first bytes of a file, promises."""
    if head.startswith(_SIGNATURES) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        return Look.PICTURE
    if head[4:8] == b"ftyp" and head[8:12] in _BRANDS_READ:
        return Look.PICTURE
    if head[4:8] == b"ftyp" and head[8:12] in _BRANDS_UNREAD:
        return Look.UNREAD
    return Look.MAYBE if head.startswith(_SHORT) else Look.NONE


def named_like_a_picture(name: str) -> bool:
    return name.rpartition(".")[2].lower() in _SUFFIXES
