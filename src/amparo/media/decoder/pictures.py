"""Bytes to pixels, inside the decoder process only: untrusted pictures are never opened anywhere else.

Pixels are those of a full decode, converted to RGB by Pillow's rules, without resizing and without the camera's
rotation: the way the reference hashes are made (alpha is dropped, not blended; CMYK is converted, not inverted). Of
several pictures in one file the first is taken. Only what a HEIC file itself says of turning is obeyed, by its library.
"""

import struct
import zlib
from contextlib import nullcontext
from io import BytesIO
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import PIL
import simplejpeg
from PIL import AvifImagePlugin, Image, ImageFile, ImageFilter, ImageOps, UnidentifiedImageError

from amparo.media.decoder.exif import camera_facts, exif_of_jpeg
from amparo.media.decoder.heic import HEIC, open_heic, with_a_thread
from amparo.media.decoder.kinds import is_heic
from amparo.media.decoder.limits import Limits
from amparo.media.hashes import PdqHash, Seen
from amparo.media.signals.pdq import Pdq

#: Kinds that Pillow decodes by itself; none that calls another program (EPS) or opens more files.
FORMATS: Final = ("JPEG", "PNG", "GIF", "BMP", "DIB", "WEBP", "TIFF", "JPEG2000", "AVIF", "ICO", "PPM")
PILLOW: Final = f"pillow {PIL.__version__}"
SIMPLEJPEG: Final = f"simplejpeg {simplejpeg.__version__}"
#: Kinds that are stored from the top down, so that a file which ends early still shows its upper part.
_FROM_THE_TOP: Final = frozenset({"JPEG", "MPO", "PNG", "GIF", "BMP", "PPM"})
_SEVERAL: Final = frozenset({"GIF", "PNG", "WEBP", "TIFF", "AVIF", HEIC})

#: What Pillow's readers raise on broken files. Anything else ends this process, and the file is skipped as that.
BROKEN: Final = (
    *(OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, OverflowError),
    *(struct.error, zlib.error, ZeroDivisionError, RuntimeError),
)


AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # this process may start none
Image.MAX_IMAGE_PIXELS = None  # sizes are checked by _check_size, before any pixel is decoded
Image.init()


class CannotDecode(Exception):
    """`reason`: a permanent key for Skipped; `detail` for people."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail


class _Loaded(NamedTuple):
    image: Image.Image
    library: str
    notes: tuple[str, ...]


def seen_in(data: bytes, limits: Limits) -> Seen:
    """Hash one picture and read its camera's facts. Raises CannotDecode."""
    with _decoding():
        quick = _jpeg(data, limits) if data.startswith(b"\xff\xd8\xff") else None
        if quick is not None:
            return Seen(quick, camera_facts(exif_of_jpeg(data)))
        loaded = _load(data, limits)
        pixels = np.ascontiguousarray(np.asarray(loaded.image.convert("RGB")))
        inverted = loaded.image.mode == "CMYK"
        notes = (*loaded.notes, "inverted-too") if inverted else loaded.notes
        made = Pdq().of_pixels(pixels, loaded.library, notes, inverted=inverted)
        return Seen(made, camera_facts(_exif(data, loaded.image)))


def preview_of(data: bytes, limits: Limits, *, side: int, grey: bool, blur: bool) -> bytes:
    """Return a PNG of at most side x side pixels that carries pixels only, no metadata. Raises CannotDecode."""
    with _decoding():
        image = ImageOps.exif_transpose(_load(data, limits).image).convert("RGB")
        image.thumbnail((side, side))
        if grey:
            image = image.convert("L")
        if blur:
            image = image.filter(ImageFilter.GaussianBlur(max(2.0, side / 24)))
        bare = Image.frombytes(image.mode, image.size, image.tobytes())
        out = BytesIO()
        bare.save(out, "PNG")
        return out.getvalue()


def _jpeg(data: bytes, limits: Limits) -> PdqHash | None:
    """Hash an ordinary JPEG: our own decoder first, then the library it agrees with; None where Pillow must do it."""
    made = Pdq().of_jpeg(data, limits.pixels)
    if made is not None:
        return made
    pixels = _plain_jpeg(data, limits)
    return None if pixels is None else Pdq().of_pixels(pixels, SIMPLEJPEG)


def _plain_jpeg(data: bytes, limits: Limits) -> npt.NDArray[np.uint8] | None:
    """Decode a JPEG that is whole; None where Pillow must do it (CMYK, broken, odd)."""
    try:
        height, width, colours, _ = simplejpeg.decode_jpeg_header(data)
        _check_size(width, height, limits)
        if colours not in {"YCbCr", "Gray"}:
            return None
        pixels: npt.NDArray[np.uint8] = simplejpeg.decode_jpeg(data, "RGB", fastdct=False, fastupsample=False)
    except ValueError:
        return None
    return pixels


def _load(data: bytes, limits: Limits) -> _Loaded:
    """Decode the first picture of a file; of one that ends early, what there is, if that is at least half of it."""
    image, library = _open(data, limits)
    several = image.format in _SEVERAL and bool(getattr(image, "is_animated", False))
    notes: tuple[str, ...] = ("first-of-several",) if several else ()
    if image.format == HEIC:
        notes += ("heic",)
    try:
        with with_a_thread() if image.format == HEIC else nullcontext():
            image.load()
    except BROKEN as error:
        if image.format not in _FROM_THE_TOP or _starved(error):
            raise
        image, notes = _load_top(data, limits, error), (*notes, "broken-tail")
    return _Loaded(image, library, notes)


def _load_top(data: bytes, limits: Limits, why: Exception) -> Image.Image:
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        image, _ = _open(data, limits)
        image.load()
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False
    rows = _rows_there(np.asarray(image.convert("RGB")))
    if 2 * rows < image.height:
        raise CannotDecode("broken-picture", f"only {rows} of {image.height} rows are there: {why}"[:200])
    return image


def _rows_there(pixels: npt.NDArray[np.uint8]) -> int:
    """Rows above the blank rest: decoders fill what is missing with one colour."""
    flat = pixels[-1, 0]
    for row in range(len(pixels), 0, -1):
        if (pixels[row - 1] != flat).any():
            return row
    return 0


def _open(data: bytes, limits: Limits) -> tuple[Image.Image, str]:
    if is_heic(data):
        image, library = open_heic(data)
        _check_size(*image.size, limits)
        return image, library
    try:
        image = Image.open(BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError as error:
        raise CannotDecode("broken-picture", "the file begins like a picture but is none") from error
    _check_size(*image.size, limits)
    return image, PILLOW


def _exif(data: bytes, image: Image.Image) -> bytes | None:
    if image.format in {"JPEG", "MPO"}:
        return exif_of_jpeg(data)
    if image.format == "TIFF":
        return data
    block = image.info.get("exif")
    return block if isinstance(block, bytes) else None


def _check_size(width: int, height: int, limits: Limits) -> None:
    if width * height > limits.pixels:
        raise CannotDecode("picture-too-large", f"{width} x {height} pixels; the limit is {limits.pixels}")


def _starved(error: BaseException | None) -> bool:
    # Pillow's C readers report a failed allocation as OSError; it must not be told as a broken file.
    return isinstance(error, MemoryError) or (isinstance(error, OSError) and "out of memory" in str(error))


class _decoding:  # noqa: N801 - reads as a word in `with`
    """Turn what broken files raise into CannotDecode."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if _starved(error):
            raise CannotDecode("picture-too-large", "it needs more memory than the decoder may use") from error
        if isinstance(error, BROKEN):
            raise CannotDecode("broken-picture", f"{type(error).__name__}: {error}"[:200]) from error
