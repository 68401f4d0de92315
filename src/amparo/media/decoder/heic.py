"""HEIC and HEIF, as telephones write them. Inside the decoder process only.

The library's wheel carries GPL code (x265), so it is loaded nowhere else, and only when such a picture comes.
"""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Final

from PIL import Image

#: Pillow's name of the format, once the opener is registered.
HEIC: Final = "HEIF"


def open_heic(data: bytes) -> tuple[Image.Image, str]:
    """Open, without decoding yet; the library's name with its version."""
    import pillow_heif

    pillow_heif.register_heif_opener(decode_threads=1, thumbnails=False, depth_images=False, aux_images=False)
    library = f"pillow-heif {pillow_heif.__version__} (libheif {pillow_heif.libheif_version()})"
    return Image.open(BytesIO(data), formats=[HEIC]), library


@contextmanager
def with_a_thread() -> Iterator[None]:
    """Let the library start its worker thread; without one it cannot decode. Otherwise this process may start none."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NPROC)
    resource.setrlimit(resource.RLIMIT_NPROC, (hard, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NPROC, (soft, hard))
