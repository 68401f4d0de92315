"""Chance that is the same on every machine: NumPy's PCG64 stream, drawn in blocks because single draws are slow."""

from collections.abc import Sequence
from typing import Final, TypeVar

import numpy as np

T = TypeVar("T")
_BLOCK: Final = 1 << 15


class Dice:
    """One seeded stream of uniform numbers; everything else is made of them."""

    def __init__(self, seed: int) -> None:
        self._stream = np.random.Generator(np.random.PCG64(seed))
        self._held: list[float] = []

    def roll(self) -> float:
        """A number in [0, 1)."""
        if not self._held:
            self._held = self._stream.random(_BLOCK).tolist()
        return self._held.pop()

    def below(self, limit: int) -> int:
        return int(self.roll() * limit)

    def between(self, low: int, high: int) -> int:
        """An integer in low..high, both included."""
        return low + int(self.roll() * (high - low + 1))

    def chance(self, share: float) -> bool:
        return self.roll() < share

    def pick(self, choices: Sequence[T]) -> T:
        return choices[int(self.roll() * len(choices))]

    def weighted(self, choices: Sequence[tuple[T, float]]) -> T:
        """One of `choices`, each with its weight; the last one takes what rounding leaves."""
        at = self.roll() * sum(weight for _, weight in choices)
        for choice, weight in choices:
            at -= weight
            if at < 0:
                return choice
        return choices[-1][0]

    def some(self, choices: Sequence[T], count: int) -> list[T]:
        """Up to `count` different members of `choices`, in random order."""
        if count * 3 >= len(choices):
            mixed = list(choices)
            self.shuffle(mixed)
            return mixed[:count]
        places: dict[int, None] = {}
        while len(places) < count:
            places[self.below(len(choices))] = None
        return [choices[place] for place in places]

    def shuffle(self, items: list[T]) -> None:
        for last in range(len(items) - 1, 0, -1):
            other = self.below(last + 1)
            items[last], items[other] = items[other], items[last]

    def amount(self, low: int, high: int) -> int:
        """A value between two amounts, evenly over their orders of magnitude. The float only steers the dice."""
        return max(low, min(high, int(low * (high / low) ** self.roll())))
