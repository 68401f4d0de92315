"""The questions of one hash or one picture, asked of whatever answers many at once: an index, a bank."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np

from amparo.base import WrongUse
from amparo.media.index.answers import CAP, EntryRef, Near, NearMany, nearest_a_ref
from amparo.media.index.exact import Bytes, Numbers
from amparo.media.signals import SIGNALS
from amparo.media.signals.pdq import NEAR_BITS


class Questions(ABC):
    """A room of entries that can be asked."""

    @abstractmethod
    def lookup_many(self, signal: str, digests: Bytes) -> Numbers:
        """Return rows (query, entry), (k, 2) u32, by query, then in list order. `digests`: (n, octets) u8."""

    @abstractmethod
    def near_many(self, queries: Bytes, threshold: int = NEAR_BITS, cap: int = CAP) -> NearMany:
        """Find the entries within `threshold` bits of each of `queries`, (n, 32) u8; at most `cap` each, 0: all."""

    def lookup(self, signal: str, hexdigest: str) -> tuple[EntryRef, ...]:
        """Return the entries whose `signal` digest equals `hexdigest` (lowercase), in list order."""
        found = self.lookup_many(signal, digest_row(signal, hexdigest))
        return tuple(EntryRef(ref) for ref in found[:, 1].tolist())

    def near(self, pdq_hex: str, threshold: int = NEAR_BITS) -> list[tuple[EntryRef, int]]:
        """Return (entry, differing bits) within `threshold`, nearest first, then in list order."""
        return [(each.ref, each.distance) for each in self.near_any([pdq_hex], threshold)]

    def near_any(self, pdq_hexes: Sequence[str], threshold: int = NEAR_BITS) -> list[Near]:
        """As `near` for several hashes of one picture: each entry once, by the hash that lies nearest. No cap."""
        queries = [digest_row("pdq", each) for each in pdq_hexes]
        return nearest_a_ref(self.near_many(np.concatenate(queries), threshold, cap=0).rows) if queries else []


def digest_row(signal: str, hexdigest: str) -> Bytes:
    """A digest as one row of octets. Raises WrongUse if it is not lowercase hex of the signal's length."""
    if not SIGNALS[signal].valid(hexdigest):
        raise WrongUse(what=f"{hexdigest!r} is not a {signal} digest in lowercase hex")
    return np.frombuffer(bytes.fromhex(hexdigest), np.uint8).reshape(1, -1)
