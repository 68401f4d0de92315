"""PhotoDNA: given values only. Amparo stores what a list says and compares it; it never computes one.

The method is licensed by its maker, so this module knows the form of a value and nothing of how it is made.

Units:   144 numbers of one byte; the distance is the sum of the squares of their differences (0..9,363,600).
Error:   no threshold is published; a list's owner must say which distance counts. Equal values are equal (0).
Meaning: a possible match that two people must look at; never proof alone.
Source:  144 bytes, base64 in VICS records, "PDNA" in NCMEC's; that distances are squared and summed is unverified.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from amparo.media.signals.signal import Example, Signal

OCTETS: Final = 144


class PhotoDna(Signal):
    """PhotoDNA-type values, 144 bytes; compared, never computed."""

    name = "photodna"
    octets = OCTETS
    exact = False
    computed = False

    def distances(self, bank: npt.NDArray[np.uint8], query: bytes) -> npt.NDArray[np.int64]:
        """Return the squared distance of each row of `bank` (n, 144) from `query` (144 bytes)."""
        differences = bank.astype(np.int32) - np.frombuffer(query, np.uint8).astype(np.int32)
        squared: npt.NDArray[np.int64] = np.einsum("ij,ij->i", differences, differences, dtype=np.int64)
        return squared

    def examples(self) -> list[Example]:
        """Made-up values of the right form; there is no file that they come from."""
        return [Example(b"", bytes(range(OCTETS)).hex()), Example(b"", "00" * OCTETS)]
