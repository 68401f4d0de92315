"""The hashes of one blob, as values."""

from dataclasses import dataclass
from typing import Final, NamedTuple

from amparo.base import Skipped
from amparo.media.video_hash import VideoHash

#: The eight ways to lay a picture: turned counter-clockwise; flipx swaps top and bottom, flipy mirrors; plus1 keeps
#: the upper-left to lower-right diagonal, minus1 the other. Names stand in recipes.
DIHEDRAL: Final = ("original", "rot90", "rot180", "rot270", "flipx", "flipy", "plus1", "minus1")
#: The order of PdqHash.variants. The inverted ones are there for CMYK pictures only: some tools that fed lists took
#: ink for light, and so hashed the negative.
VARIANTS: Final = DIHEDRAL + tuple(f"inverted-{name}" for name in DIHEDRAL)


@dataclass(frozen=True, slots=True)
class PdqHash:
    """PDQ of one picture. `hex`: 64 signs. `quality`: 0..100, below 50 too plain to compare.

    `variants`: the hash of each of VARIANTS, the first 8 or all 16; the first is `hex`. `decoder`: which library made
    the pixels. `notes`: what a reader of a match must know of how they were made: "broken-tail" (the file ends early;
    what was missing is blank), "first-of-several" (the first picture of an animation or of several pages),
    "inverted-too" (CMYK, hence 16 variants), "heic".
    """

    hex: str
    quality: int
    variants: tuple[str, ...]
    decoder: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CameraFacts:
    """What a picture says of the camera that took it; cleaned text of at most 200 signs, None where it says nothing.

    `taken`: as written ("2026:03:01 10:20:30", no zone). `gps`: (latitude, longitude) in degrees, rounded to six
    decimals; north and east are positive. Anybody can write or change these; they are a hint, never proof.
    """

    make: str | None = None
    model: str | None = None
    serial: str | None = None
    lens_serial: str | None = None
    taken: str | None = None
    gps: tuple[float, float] | None = None
    image_id: str | None = None


class Seen(NamedTuple):
    """What the decoder saw in one picture."""

    pdq: PdqHash
    camera: CameraFacts | None


@dataclass(frozen=True, slots=True)
class Hashes:
    """Size in bytes and digests of one blob. `pdq` None: not a picture, or not read, then `skipped` says why.

    `camera`: what a picture says of its camera. `video`: the hash of a video, None where the blob is none or was not
    read, then `skipped` says why.
    """

    size: int
    md5: str
    sha1: str
    sha256: str
    pdq: PdqHash | None = None
    skipped: Skipped | None = None
    camera: CameraFacts | None = None
    video: VideoHash | None = None

    def digests(self) -> dict[str, str]:
        """Signal name -> digest, for the signals this blob has."""
        found = {"md5": self.md5, "sha1": self.sha1, "sha256": self.sha256}
        return found | ({"pdq": self.pdq.hex} if self.pdq else {})
