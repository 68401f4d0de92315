"""How sure a count makes us: exact binomial bounds. Nothing seen in n tries is not nothing.

Error:   tries must be independent. Pairs of pictures share pictures, so for them the bound is a guide, not a law.
Source:  Clopper, Pearson (1934), "The use of confidence or fiducial limits illustrated in the case of the binomial",
         doi 10.1093/biomet/26.4.404. One-sided, confidence 0.95.
"""

import math
from typing import Final

import numpy as np

CONFIDENCE: Final = 0.95
_STEPS: Final = 100  # halvings; far below the last bit of the result


def upper_bound(seen: int, tries: int) -> float:
    """Return the rate below which the truth lies with CONFIDENCE, when `seen` of `tries` were. 1.0 for no tries."""
    if not 0 <= seen <= tries:
        raise ValueError(f"{seen} of {tries}")
    if seen == tries:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if _at_most(seen, tries, middle) > 1 - CONFIDENCE:
            low = middle
        else:
            high = middle
    return high


def lower_bound(seen: int, tries: int) -> float:
    """Return the rate above which the truth lies with CONFIDENCE. 0.0 for no tries."""
    return 1 - upper_bound(tries - seen, tries) if tries else 0.0


def per_million(rate: float) -> int:
    """A rate as a whole number in a million, rounded up: never better than it is."""
    return math.ceil(rate * 1_000_000 - 1e-9)


def _at_most(seen: int, tries: int, rate: float) -> float:
    """Probability of `seen` or fewer of `tries` at `rate`."""
    if rate <= 0 or rate >= 1:
        return float(rate <= 0)
    steps = np.arange(seen, dtype=np.float64)
    ratios = np.log((tries - steps) / (steps + 1)) + math.log(rate) - math.log1p(-rate)
    logs = tries * math.log1p(-rate) + np.concatenate(([0.0], np.cumsum(ratios)))
    highest = float(logs.max())
    return math.exp(highest) * float(np.exp(logs - highest).sum()) if highest > -700 else 0.0
