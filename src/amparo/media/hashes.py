"""The hashes of one blob, as values."""

from dataclasses import dataclass
from typing import Final

from amparo.base import Skipped

#: The eight ways to lay a picture: turned counter-clockwise; flipx swaps top and bottom, flipy mirrors; plus1 keeps
#: the upper-left to lower-right diagonal, minus1 the other. The order of PdqHash.variants; names stand in recipes.
VARIANTS: Final = ("original", "rot90", "rot180", "rot270", "flipx", "flipy", "plus1", "minus1")


@dataclass(frozen=True, slots=True)
class PdqHash:
    """PDQ of one picture. `hex`: 64 signs. `quality`: 0..100, below 50 too plain to compare.

    `variants`: the hash of each of VARIANTS; the first is `hex`. `decoder`: which library made the pixels.
    """

    hex: str
    quality: int
    variants: tuple[str, ...]
    decoder: str


@dataclass(frozen=True, slots=True)
class Hashes:
    """Size in bytes and digests of one blob. `pdq` None: not a picture, or not read, then `skipped` says why."""

    size: int
    md5: str
    sha1: str
    sha256: str
    pdq: PdqHash | None = None
    skipped: Skipped | None = None

    def digests(self) -> dict[str, str]:
        """Signal name -> digest, for the signals this blob has."""
        found = {"md5": self.md5, "sha1": self.sha1, "sha256": self.sha256}
        return found | ({"pdq": self.pdq.hex} if self.pdq else {})
