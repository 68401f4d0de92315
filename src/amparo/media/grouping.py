"""Groups of pictures that look alike, such that one look serves them all.

Every member lies within `threshold` bits of its group's first picture (its leader) in one of the eight ways to lay it.
That is stricter than joining all that touch: in a chain of near-duplicates the two ends may show different things,
and whoever decides by looking at the leader would decide about an end they never saw.

Units: differing bits of 256. Error: as PDQ's (pdq/README.md of ThreatExchange); plain pictures fall together, so leave
those under the quality gate out.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from amparo import _kernels
from amparo.base import Progress, silent
from amparo.media.signals.pdq import NEAR_BITS

#: More pictures than one person can answer for with one look become further groups.
MAX_GROUP: Final = 200


def group_alike(
    pictures: Sequence[Sequence[str]],
    threshold: int = NEAR_BITS,
    max_group: int = MAX_GROUP,
    progress: Progress = silent,
) -> list[int]:
    """Return for each picture the number of its leader, which is its own for a leader.

    `pictures`: for each, its PDQ hash in lowercase hex, first as it is, then in further ways (PdqHash.variants); one
    without a hash stays alone. Earlier pictures lead, so put the one to be shown first. Memory: 32 octets a hash.
    Time: grows with the square; 20,000 that are all different take about ten seconds.
    """
    bank, numbers = _first_hashes(pictures)
    leaders = list(range(len(pictures)))
    free = np.ones(len(numbers), bool)
    for place, leader in enumerate(numbers):
        if free[place]:
            progress(place, len(numbers), "pictures")
            free[place] = False
            near = _near(bank, pictures[leader], threshold)
            chosen = near[free[near]][: max_group - 1]
            free[chosen] = False
            for each in chosen.tolist():
                leaders[numbers[each]] = leader
    return leaders


def _first_hashes(pictures: Sequence[Sequence[str]]) -> tuple[npt.NDArray[np.uint8], list[int]]:
    """The (count, 32) hashes of all pictures that have one, as they are, and those pictures' numbers."""
    numbers = [number for number, each in enumerate(pictures) if each]
    octets = b"".join(bytes.fromhex(pictures[number][0]) for number in numbers)
    return np.frombuffer(octets, np.uint8).reshape(-1, 32), numbers


def _near(bank: npt.NDArray[np.uint8], hashes: Sequence[str], threshold: int) -> npt.NDArray[np.int64]:
    """The places in `bank`, ascending, that lie within `threshold` of any of `hashes`."""
    queries = np.frombuffer(bytes.fromhex("".join(hashes)), np.uint8).reshape(-1, 32)
    found = _kernels.hamming(bank, queries, threshold)
    return np.unique(found[:, 1]).astype(np.int64)
