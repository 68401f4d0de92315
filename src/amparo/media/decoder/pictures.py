"""Bytes to pixels, inside the decoder process only: untrusted pictures are never opened anywhere else.

Pixels are those of a full decode, converted to RGB by Pillow's rules, without resizing and without the camera's
rotation: the way the reference hashes are made (alpha is dropped, not blended; CMYK is converted, not inverted).
"""

import struct
import zlib
from io import BytesIO
from typing import Final

import numpy as np
import numpy.typing as npt
import PIL
import simplejpeg
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

from amparo.media.decoder.limits import Limits

#: Kinds that Pillow decodes by itself; none that calls another program (EPS) or opens more files.
FORMATS: Final = ("JPEG", "PNG", "GIF", "BMP", "DIB", "WEBP", "TIFF", "JPEG2000", "AVIF", "ICO", "PPM")
PILLOW: Final = f"pillow {PIL.__version__}"
SIMPLEJPEG: Final = f"simplejpeg {simplejpeg.__version__}"

#: What Pillow's readers raise on broken files. Anything else ends this process, and the file is skipped as that.
BROKEN: Final = (
    *(OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, OverflowError),
    *(struct.error, zlib.error, ZeroDivisionError),
)


Image.MAX_IMAGE_PIXELS = None  # sizes are checked by _check_size, before any pixel is decoded
Image.init()


class CannotDecode(Exception):
    """`reason`: a permanent key for Skipped; `detail` for people."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail


def pixels_of(data: bytes, limits: Limits) -> tuple[npt.NDArray[np.uint8], str]:
    """Return RGB pixels (height, width, 3) and the name of the library that made them. Raises CannotDecode."""
    with _decoding():
        quick = _plain_jpeg(data, limits) if data.startswith(b"\xff\xd8\xff") else None
        if quick is not None:
            return quick, SIMPLEJPEG
        image = _open(data, limits)
        return np.ascontiguousarray(np.asarray(image.convert("RGB"))), PILLOW


def preview_of(data: bytes, limits: Limits, *, side: int, grey: bool, blur: bool) -> bytes:
    """Return a PNG of at most side x side pixels that carries pixels only, no metadata. Raises CannotDecode."""
    with _decoding():
        image = ImageOps.exif_transpose(_open(data, limits)).convert("RGB")
        image.thumbnail((side, side))
        if grey:
            image = image.convert("L")
        if blur:
            image = image.filter(ImageFilter.GaussianBlur(max(2.0, side / 24)))
        bare = Image.frombytes(image.mode, image.size, image.tobytes())
        out = BytesIO()
        bare.save(out, "PNG")
        return out.getvalue()


def _plain_jpeg(data: bytes, limits: Limits) -> npt.NDArray[np.uint8] | None:
    """Decode an ordinary JPEG twice as fast; None where Pillow must do it (CMYK, broken, odd)."""
    try:
        height, width, colours, _ = simplejpeg.decode_jpeg_header(data)
        _check_size(width, height, limits)
        if colours not in {"YCbCr", "Gray"}:
            return None
        pixels: npt.NDArray[np.uint8] = simplejpeg.decode_jpeg(data, "RGB", fastdct=False, fastupsample=False)
    except ValueError:
        return None
    return pixels


def _open(data: bytes, limits: Limits) -> Image.Image:
    try:
        image = Image.open(BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError as error:
        raise CannotDecode("broken-picture", "the file begins like a picture but is none") from error
    _check_size(*image.size, limits)
    return image


def _check_size(width: int, height: int, limits: Limits) -> None:
    if width * height > limits.pixels:
        raise CannotDecode("picture-too-large", f"{width} x {height} pixels; the limit is {limits.pixels}")


class _decoding:  # noqa: N801 - reads as a word in `with`
    """Turn what broken files raise into CannotDecode."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        # Pillow's C readers report a failed allocation as OSError; it must not be told as a broken file.
        starved = isinstance(error, OSError) and "out of memory" in str(error)
        if starved or isinstance(error, MemoryError):
            raise CannotDecode("picture-too-large", "it needs more memory than the decoder may use") from error
        if isinstance(error, BROKEN):
            raise CannotDecode("broken-picture", f"{type(error).__name__}: {error}"[:200]) from error
