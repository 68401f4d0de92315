"""How much unwrapping may cost: output in relation to input, members, depth."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits for everything found inside one top-level item.

    `ratio`: bytes out per byte in, over all levels together. `floor`: bytes out that are always allowed, so that
    small, very repetitive files pass. `members`: entries over all levels. `depth`: archives inside archives.
    `spool`: bytes of one nested archive that may be kept on scratch disk.
    """

    ratio: int = 200
    floor: int = 256 * 1024 * 1024
    members: int = 1_000_000
    depth: int = 8
    spool: int = 8 * 1024**3


DEFAULT_LIMITS: Final = Limits()


@dataclass(slots=True)
class Budget:
    """What is left of the limits for one top-level item; shared by all archives inside it."""

    limits: Limits
    bytes_left: int
    members_left: int

    @classmethod
    def for_size(cls, size: int, limits: Limits = DEFAULT_LIMITS) -> "Budget":
        return cls(limits, max(limits.floor, size * limits.ratio), limits.members)

    def take(self, size: int) -> bool:
        """Take one member of `size` bytes; False, and nothing taken, if that is too much."""
        if size > self.bytes_left or self.members_left <= 0:
            return False
        self.bytes_left -= size
        self.members_left -= 1
        return True
