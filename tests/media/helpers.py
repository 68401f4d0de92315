"""Small benign files made on the spot."""

import struct
import zlib
from io import BytesIO

import numpy as np
from PIL import Image


def rings(side: int = 128, shift: int = 0) -> Image.Image:
    """A picture with structure, so that its PDQ quality is high."""
    y, x = np.mgrid[0:side, 0:side]
    grey = 127 + 60 * np.sin((x + shift) / 9) + 60 * np.cos(y / 7 + x / 23)
    return Image.fromarray(np.clip(np.stack([grey, grey, grey], -1), 0, 255).astype(np.uint8))


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_claiming(width: int, height: int) -> bytes:
    """A PNG of some hundred bytes that says it is as large as asked."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(3000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def jpeg_claiming(width: int, height: int) -> bytes:
    """A JPEG whose frame header says it is as large as asked."""
    data = bytearray(encoded(rings(), "JPEG"))
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(data)
