"""Every pair of different pictures, compared in all eight ways to lay one of them: how near do strangers lie?"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from amparo.base import Progress, silent
from amparo.media.signals.pdq import MIN_QUALITY

Counts = npt.NDArray[np.int64]

THRESHOLDS: Final = (15, 23, 31, 39, 47)
#: Counts are kept for each distance up to this one, so that any threshold up to it can be asked for.
FURTHEST: Final = 64
BANDS: Final = ((0, 24), (25, 49), (50, 74), (75, 100))


class Pairs:
    """`hashes`: of each picture its eight ways, 256 octets; `qualities`: 0..100 each. The nearest way counts."""

    def __init__(self, hashes: Sequence[bytes], qualities: Sequence[int], progress: Progress = silent) -> None:
        self._words = np.frombuffer(b"".join(hashes), np.uint64).reshape(-1, 8, 4)
        self._qualities = np.array(qualities, np.int64)
        #: (quality of the plainer one, differing bits) -> pairs
        self._counted: Counts = np.zeros((101, 257), np.int64)
        for number in range(1, len(qualities)):
            self._counted += self._with_earlier(number)
            progress(number + 1, len(qualities), "pictures compared")

    def comparable(self) -> dict[str, Any]:
        """Pairs of which both are good enough to be compared in a scan; `within`: how many within 0, 1, … FURTHEST."""
        counted = self._from(MIN_QUALITY, 100)
        nearest = np.flatnonzero(counted)
        return {
            "pairs": int(counted.sum()),
            "nearest": int(nearest[0]) if len(nearest) else None,
            "within": np.cumsum(counted)[: FURTHEST + 1].tolist(),
        }

    def bands(self) -> list[dict[str, Any]]:
        """The same by the quality of the plainer of two pictures, those too plain to be compared in a scan as well."""
        return [self._band(low, high) for low, high in BANDS]

    def _band(self, low: int, high: int) -> dict[str, Any]:
        counted = self._from(low, high)
        within = np.cumsum(counted)
        return {
            "from": low,
            "to": high,
            "pictures": int(((self._qualities >= low) & (self._qualities <= high)).sum()),
            "pairs": int(counted.sum()),
            "within": {str(each): int(within[each]) for each in THRESHOLDS},
        }

    def _from(self, low: int, high: int) -> Counts:
        counted: Counts = self._counted[low : high + 1].sum(axis=0)
        return counted

    def _with_earlier(self, number: int) -> Counts:
        """One picture in all its ways with every earlier picture as it lies."""
        differing = np.bitwise_count(self._words[number][:, None] ^ self._words[None, :number, 0]).sum(axis=2)
        plainer = np.minimum(self._qualities[:number], self._qualities[number])
        places = plainer * 257 + differing.min(axis=0).astype(np.int64)
        return np.bincount(places, minlength=101 * 257).reshape(101, 257)
