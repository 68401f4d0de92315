"""The two tables of a store that find things by their bytes: a txid's transaction, a script's address.

A table is an array: its secret, then 2^bits slots. The kernels fill it a part at a time, so that it may be larger
than the memory allowed; a secret of its own keeps whoever makes a chain from choosing collisions.
"""

import secrets
from typing import Final

import numpy as np
import numpy.typing as npt

from amparo import _kernels

LOAD: Final = 0.7
RUN_BITS: Final = 20  # KeyTable::RUN
_LEAST_BITS: Final = 4


class KeyTable:
    """`bits`, `seed`; `old` = slots to go on from (an append that does not outgrow them), None = start empty."""

    def __init__(self, keys: int, old: npt.NDArray[np.uint64] | None = None) -> None:
        self.bits = bits_for(keys)
        self.old = None
        self.seed = secrets.randbits(64)
        if old is not None and len(old) > 1 and self.bits <= bits_of(old):
            self.bits, self.seed, self.old = bits_of(old), int(old[0]), old[1:]

    def part_size(self, memory: int) -> int:
        """Slots of one part that fits into `memory` bytes: whole runs, at least one."""
        size = 1 << min(self.bits, RUN_BITS)
        while size < 1 << self.bits and 2 * size * 8 <= memory:
            size *= 2
        return size

    def part(self, low: int, size: int) -> npt.NDArray[np.uint64]:
        if self.old is None:
            return np.zeros(size, dtype=np.uint64)
        return np.array(self.old[low : low + size])


def bits_for(keys: int) -> int:
    return max(_LEAST_BITS, int(keys / LOAD).bit_length())


def bits_of(table: npt.NDArray[np.uint64]) -> int:
    return (len(table) - 1).bit_length() - 1


def look_up(table: npt.NDArray[np.uint64], key: bytes, kind: int = 0) -> list[int]:
    """Ids that may stand for `key` (32 bytes); the caller compares them in full."""
    return _kernels.key_candidates(table[1:], bits_of(table), int(table[0]), key.ljust(32, b"\0"), kind)
