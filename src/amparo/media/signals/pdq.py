"""PDQ: 256 bits of what a picture shows; alike pictures differ in few bits.

Error:   distances of 31 or less are treated as near; different pictures can lie that close, and cropping, degrees of
         rotation and large logos move a picture beyond it. Quality under 50 (plain pictures) is not compared.
Meaning: a possible match that two people must look at; never proof alone.
Source:  Facebook, "The TMK+PDQF video-hashing algorithm and the PDQ image-hashing algorithm" (2019).
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from amparo import _kernels
from amparo.media.hashes import PdqHash
from amparo.media.signals.signal import Example, Signal

#: "Near" as the hash's authors recommend; a fresh hash has 128 bits set, so distances are even.
NEAR_BITS: Final = 31
MIN_QUALITY: Final = 50
#: Our JPEG decoder, as recipes name it: gives the values of libjpeg-turbo's exact decoding (native/jpeg*.cpp).
JPEG: Final = "amparo jpeg 1"


class Pdq(Signal):
    """PDQ, 32 bytes; bit 255 first."""

    name = "pdq"
    octets = 32
    exact = False

    def of_pixels(
        self, pixels: npt.NDArray[np.uint8], decoder: str, notes: tuple[str, ...] = (), *, inverted: bool = False
    ) -> PdqHash:
        """Hash RGB pixels (height, width, 3) or grey ones (height, width), uint8 without gaps.

        `inverted`: give the hashes of the negative too. They have every bit turned, because the median of a negative's
        frequencies parts them at the same place.
        """
        hashes, quality = _kernels.pdq(pixels)
        variants = tuple(each.hex() for each in hashes)
        if inverted:
            variants += tuple(bytes(octet ^ 0xFF for octet in each).hex() for each in hashes)
        return PdqHash(variants[0], quality, variants, decoder, notes)

    def of_jpeg(self, data: bytes, max_pixels: int) -> PdqHash | None:
        """Hash a plain, whole JPEG, as `of_pixels` would the pixels libjpeg-turbo makes of it in full; else None.

        Only for the decoder process: `data` is untrusted.
        """
        made = _kernels.jpeg_pdq(data, max_pixels)
        if made is None:
            return None
        variants = tuple(each.hex() for each in made[0])
        return PdqHash(variants[0], made[1], variants, JPEG)

    def examples(self) -> list[Example]:
        rings = bytes((x * x + y * y) // 32 % 256 for y in range(64) for x in range(64))
        blank = bytes(64 * 64)
        return [
            Example(b"P5 64 64 255\n" + rings, "d4d5fcd51000f4d50410d77d22aa0502d0f5dcd55264dedd55c1dcf534c4f4ff"),
            Example(b"P5 64 64 255\n" + blank, "0" * 64),
        ]
