"""HEIC and HEIF, as telephones write them. Inside the decoder process only.

The library's wheel carries GPL code (x265), so it is loaded nowhere else, and only when such a picture comes.
"""

from io import BytesIO
from typing import Final

from PIL import Image

#: Pillow's name of the format, once the opener is registered.
HEIC: Final = "HEIF"


def open_heic(data: bytes) -> tuple[Image.Image, str]:
    """Open, without decoding yet; the library's name with its version. One thread: this process may start none."""
    import pillow_heif

    pillow_heif.register_heif_opener(decode_threads=1, thumbnails=False, depth_images=False, aux_images=False)
    library = f"pillow-heif {pillow_heif.__version__} (libheif {pillow_heif.libheif_version()})"
    return Image.open(BytesIO(data), formats=[HEIC]), library
