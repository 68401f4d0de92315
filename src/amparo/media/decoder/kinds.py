"""Which bytes begin like a picture or a video, by the first bytes. Only such bytes are handed to a decoder."""

from enum import StrEnum
from typing import Final

#: Enough for the longest signature: three packets of an MPEG transport stream.
HEAD_BYTES: Final = 512


class Look(StrEnum):
    """What the first bytes promise."""

    PICTURE = "picture"  # a signature that hardly occurs by chance
    MAYBE = "maybe"  # two signs that text may begin with too
    VIDEO = "video"
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
#: Brands of a picture in an ISO media file; every other brand is a video (ISO/IEC 23008-12, AV1 Image File Format).
_HEIC_BRANDS: Final = frozenset([b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"mif2"])
_PICTURE_BRANDS: Final = _HEIC_BRANDS | {b"avif", b"avis"}
#: First boxes of a QuickTime file that begins without a brand.
_OLD_BOXES: Final = frozenset([b"moov", b"mdat", b"wide", b"skip", b"pnot"])
_VIDEO_SIGNATURES: Final = (
    b"\x1aE\xdf\xa3",  # Matroska, WebM
    b"0&\xb2u\x8ef\xcf\x11",  # ASF: WMV
    b"FLV\x01",
    b"\x00\x00\x01\xba",  # MPEG program stream
    b"\x00\x00\x01\xb3",  # MPEG video
    b"OggS",
    b".RMF\x00",
    b"DKIF\x00\x00",  # IVF
)
_PACKET: Final = 188
_SUFFIXES: Final = frozenset(
    ["jpg", "jpeg", "jpe", "jfif", "png", "gif", "bmp", "tif", "tiff", "webp", "jp2", "avif", "heic", "heif", "ico"]
)
_VIDEO_SUFFIXES: Final = frozenset(
    ["mp4", "m4v", "mov", "avi", "mkv", "webm", "wmv", "flv", "mpg", "mpeg", "3gp", "3g2", "mts", "m2ts", "ogv", "vob"]
)


def look(head: bytes) -> Look:
    """Tell what `head`, the first HEAD_BYTES of a file (or all of it), promises."""
    if head.startswith(_SIGNATURES) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        return Look.PICTURE
    if head[4:8] == b"ftyp":
        return Look.PICTURE if head[8:12] in _PICTURE_BRANDS else Look.VIDEO
    if head.startswith(_VIDEO_SIGNATURES) or head[4:8] in _OLD_BOXES or (head[:4] == b"RIFF" and head[8:12] == b"AVI "):
        return Look.VIDEO
    if _transport_stream(head):
        return Look.VIDEO
    return Look.MAYBE if head.startswith(_SHORT) else Look.NONE


def is_heic(head: bytes) -> bool:
    """Whether a file's brand is HEIF's, and AV1 is not among those it is compatible with."""
    if head[4:8] != b"ftyp" or head[8:12] not in _HEIC_BRANDS:
        return False
    return b"avif" not in head[8 : min(int.from_bytes(head[:4], "big"), 256)]


def named_like_a_picture(name: str) -> bool:
    return name.rpartition(".")[2].lower() in _SUFFIXES


def named_like_a_video(name: str) -> bool:
    return name.rpartition(".")[2].lower() in _VIDEO_SUFFIXES


def _transport_stream(head: bytes) -> bool:
    """MPEG-TS: a sync byte each 188 bytes; camcorders (M2TS) put a time of 4 bytes before each packet."""
    for offset, step in ((0, _PACKET), (4, _PACKET + 4)):
        if len(head) > offset + 2 * step and all(head[offset + each * step] == 0x47 for each in range(3)):
            return True
    return False
