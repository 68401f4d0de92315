"""Dice: random choices that are the same on every machine and in every version of Python.

One independent stream a path ("chain", "fees"): a new artefact never changes an old one. Not for secrets.
Source: SHA-256 in counter mode; unbiased by rejection.
"""

import hashlib
from collections.abc import MutableSequence, Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A stream of choices, named by a seed and a path."""

    def __init__(self, seed: int, *path: object) -> None:
        self._seed = seed
        self._path = path
        self._key = "/".join(["amparo-world-1", str(seed), *map(str, path)]).encode()
        self._count = 0

    def stream(self, *path: object) -> "Dice":
        """Return another stream, independent of what this one has given."""
        return Dice(self._seed, *self._path, *path)

    def word(self) -> int:
        """Return 64 random bits."""
        self._count += 1
        digest = hashlib.sha256(self._key + self._count.to_bytes(8, "big")).digest()
        return int.from_bytes(digest[:8], "big")

    def below(self, limit: int) -> int:
        """Return an integer of 0..limit-1, each as likely as the others."""
        ceiling = (1 << 64) - (1 << 64) % limit
        while (word := self.word()) >= ceiling:
            pass
        return word % limit

    def between(self, low: int, high: int) -> int:
        """Return an integer of low..high, both included."""
        return low + self.below(high - low + 1)

    def chance(self, percent: int) -> bool:
        return self.below(100) < percent

    def pick(self, things: Sequence[T]) -> T:
        return things[self.below(len(things))]

    def take(self, things: Sequence[T], count: int) -> list[T]:
        """Return `count` different things in random order."""
        left = list(things)
        self.shuffle(left)
        return left[:count]

    def shuffle(self, things: MutableSequence[T]) -> None:
        for last in range(len(things) - 1, 0, -1):
            other = self.below(last + 1)
            things[last], things[other] = things[other], things[last]

    def data(self, size: int) -> bytes:
        """Return `size` random bytes."""
        return b"".join(self.word().to_bytes(8, "big") for _ in range(-(-size // 8)))[:size]
