"""What kind of file bytes look like, by their signature. The name is never asked."""

import re
from typing import Final

HEAD: Final = 512
_SIGNATURES: Final[tuple[tuple[int, bytes, str], ...]] = (
    (0, b"\xff\xd8\xff", "image/jpeg"), (0, b"\x89PNG\r\n\x1a\n", "image/png"), (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"), (8, b"WEBP", "image/webp"), (0, b"BM", "image/bmp"), (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"), (4, b"ftypheic", "image/heic"), (4, b"ftypheix", "image/heic"),
    (4, b"ftypmif1", "image/heif"), (4, b"ftypavif", "image/avif"), (4, b"ftypqt", "video/quicktime"),
    (4, b"ftyp", "video/mp4"), (0, b"\x1a\x45\xdf\xa3", "video/x-matroska"), (8, b"AVI ", "video/x-msvideo"),
    (0, b"\x00\x00\x01\xba", "video/mpeg"), (0, b"FLV\x01", "video/x-flv"), (8, b"WAVE", "audio/x-wav"),
    (0, b"ID3", "audio/mpeg"), (0, b"OggS", "application/ogg"), (0, b"fLaC", "audio/flac"), (0, b"#!AMR", "audio/amr"),
    (0, b"%PDF-", "application/pdf"), (0, b"{\\rtf", "application/rtf"), (0, b"SQLite format 3\x00",
    "application/vnd.sqlite3"), (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (0, b"PK\x03\x04", "application/zip"), (0, b"PK\x05\x06", "application/zip"), (0, b"\x1f\x8b", "application/gzip"),
    (0, b"BZh", "application/x-bzip2"), (0, b"\xfd7zXZ\x00", "application/x-xz"), (0, b"7z\xbc\xaf\x27\x1c",
    "application/x-7z-compressed"), (0, b"Rar!\x1a\x07", "application/vnd.rar"), (257, b"ustar", "application/x-tar"),
    (0, b"\x7fELF", "application/x-elf"), (0, b"MZ", "application/vnd.microsoft.portable-executable"),
    (0, b"dex\n", "application/vnd.android.dex"), (0, b"EVF\x09\x0d\x0a\xff\x00", "application/x-ewf"),
    (0, b"bplist00", "application/x-bplist"), (0, b"<?xml", "application/xml"),
    (0, b"!BDN", "application/vnd.ms-outlook"),
)  # fmt: skip
_HTML: Final = re.compile(rb"\s*<(?:!doctype html|html|head|body)", re.IGNORECASE)
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def sniff(head: bytes) -> str | None:
    """Return the media type of a file that starts with `head`, None where nothing is recognised (or it is empty)."""
    for at, signature, kind in _SIGNATURES:
        if head.startswith(signature, at):
            return kind
    if _HTML.match(head):
        return "text/html"
    return "text/plain" if head and _is_text(head) else None


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    if _CONTROL.search(head):
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        # A sign cut by the end of the head is no objection.
        return error.start >= len(head) - 3
    return True
