"""Bloom filters of the hashlookup service, in DCSO's binary form: some hundred megabytes for hundreds of millions.

All integers little-endian: u64 version 1 | u64 capacity n | f64 false rate p | u64 hash functions k | u64 bits m |
u64 elements N | ceil(m / 64) u64 words of bits | attached data to the end. Bits of an element: h = FNV-1 (64 bits) mod
18446744073709551557, then k times h = (h * 18446744073709550147 mod 2^64) mod 18446744073709551557, bit h mod m.
hashlookup's elements are SHA-1 digests in uppercase hex; the form does not say so, so our own filters attach it.
Error:  a share p of files that are not listed is held all the same; what is not held is certainly not listed.
Source: DCSO/bloom (Go) and DCSO/flor (Python), whose test filter is reproduced; hashlookup-forensic-analyser.
"""

import json
import math
import mmap
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import numpy as np

from amparo.media.lists.errors import NotKnownGood
from amparo.media.lists.known_good.form import GoodExample, KnownGoodForm, OpenKnownGood
from amparo.media.signals import SIGNALS

_HEAD: Final = struct.Struct("<QQdQQQ")
_PRIME: Final = 18446744073709551557
_MULTIPLIER: Final = 18446744073709550147
_MASK: Final = (1 << 64) - 1
_MAX_FUNCTIONS: Final = 256
_MAX_ATTACHED: Final = 4096


class BloomFilter(OpenKnownGood):
    """An open filter. `signal`: of which digests; `upper`: whether they are written in capitals."""

    def __init__(self, path: Path) -> None:
        size = path.stat().st_size
        with path.open("rb") as stream:
            head = stream.read(_HEAD.size)
            self._map = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) if size > _HEAD.size else None
        self._read_head(path.name, head, size)
        attached = self._attached(size)
        self.signal = attached.get("signal", "sha1")
        self.upper = attached.get("case", "upper") == "upper"

    def holds(self, *, md5: str | None = None, sha1: str | None = None, sha256: str | None = None) -> bool:
        digest = {"md5": md5, "sha1": sha1, "sha256": sha256}.get(self.signal)
        return bool(digest) and self.has((digest.upper() if self.upper else digest.lower()).encode())  # type: ignore[union-attr]

    def has(self, value: bytes) -> bool:
        """Whether the element `value` is held."""
        bits = self._map
        return bits is not None and all(
            bits[_HEAD.size + bit // 8] >> bit % 8 & 1 for bit in _bits(value, self._functions, self._size)
        )

    def close(self) -> None:
        if self._map is not None:
            self._map.close()

    def _read_head(self, name: str, head: bytes, size: int) -> None:
        if len(head) < _HEAD.size or self._map is None:
            raise NotKnownGood(name=name, why="it is too short for a Bloom filter")
        version, _, rate, functions, bits, count = _HEAD.unpack(head)
        if version & 0xFF != 1:
            raise NotKnownGood(name=name, why="it is not a Bloom filter of version 1")
        if not 0 < functions <= _MAX_FUNCTIONS or bits == 0 or not 0 < rate < 1:
            raise NotKnownGood(name=name, why="its head makes no sense")
        self._end = _HEAD.size + -(-bits // 64) * 8
        if size < self._end:
            raise NotKnownGood(name=name, why=f"it has {size} bytes, and its head speaks of {self._end}")
        self._functions, self._size, self.count, self.false_rate = functions, bits, count, rate

    def _attached(self, size: int) -> dict[str, str]:
        if self._map is None or not 0 < size - self._end <= _MAX_ATTACHED:
            return {}
        try:
            said = json.loads(self._map[self._end :])
        except (ValueError, RecursionError):
            return {}
        return {k: v for k, v in said.items() if isinstance(v, str)} if isinstance(said, dict) else {}


class Bloom(KnownGoodForm):
    """hashlookup's Bloom filters (DCSO form)."""

    name = "bloom"

    def open(self, path: Path) -> OpenKnownGood:
        return BloomFilter(path)

    def examples(self) -> list[GoodExample]:
        listed, unlisted = (SIGNALS["sha1"].examples()[k].digest for k in (0, 1))
        words, head = _sized(10, 0.001)
        _set(words, listed.upper().encode(), head[3], head[4])
        data = _HEAD.pack(*head[:5], 1) + words.astype("<u8").tobytes()
        return [GoodExample(data, {"sha1": listed}, {"sha1": unlisted})]


def write_bloom(
    path: Path, digests: Iterable[str], capacity: int, false_rate: float = 0.001, signal: str = "sha1"
) -> int:
    """Write a filter of `digests` (hex) of `signal`; return how many were new. Memory: 1.8 bytes x capacity at 0.001.

    A filter with more digests than `capacity` holds too much by mistake; that is for the caller to avoid.
    """
    words, head = _sized(max(1, capacity), false_rate)
    count = sum(_set(words, digest.upper().encode(), head[3], head[4]) for digest in digests)
    with path.open("wb") as out:
        out.write(_HEAD.pack(*head[:5], count))
        out.write(words.astype("<u8").tobytes())
        out.write(json.dumps({"case": "upper", "signal": signal}).encode())
    return count


def _sized(
    capacity: int, rate: float
) -> tuple[np.ndarray[tuple[int], np.dtype[np.uint64]], tuple[int, int, float, int, int]]:
    """Empty words, and (version, n, p, k, m) as DCSO's makers choose k and m."""
    bits = max(1, abs(math.ceil(capacity * math.log(rate) / math.log(2) ** 2)))
    functions = math.ceil(math.log(2) * bits / capacity)
    return np.zeros(-(-bits // 64), np.uint64), (1, capacity, rate, functions, bits)


def _set(words: np.ndarray[tuple[int], np.dtype[np.uint64]], value: bytes, functions: int, size: int) -> bool:
    """Add an element; returns whether it was new, as far as a filter can tell."""
    new = False
    for bit in _bits(value, functions, size):
        mask = np.uint64(1 << bit % 64)
        new = new or not words[bit // 64] & mask
        words[bit // 64] |= mask
    return new


def _bits(value: bytes, functions: int, size: int) -> list[int]:
    mixed = 14695981039346656037
    for octet in value:
        mixed = (mixed * 1099511628211 & _MASK) ^ octet
    mixed %= _PRIME
    found = []
    for _ in range(functions):
        mixed = (mixed * _MULTIPLIER & _MASK) % _PRIME
        found.append(mixed % size)
    return found
