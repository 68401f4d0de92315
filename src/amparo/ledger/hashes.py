"""The digests of Bitcoin-like chains: double SHA-256, HASH160, Merkle roots.

Bytes are in internal order everywhere; `shown` gives the reversed hex that people and other tools use.
Source: Bitcoin developer reference; RIPEMD-160 after Dobbertin, Bosselaers, Preneel (1996).
"""

import hashlib
from collections.abc import Sequence
from typing import Final, NamedTuple


def dsha(data: bytes) -> bytes:
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()


def shown(digest: bytes) -> str:
    """The hex form of a txid or block hash as people read it (bytes reversed)."""
    return digest[::-1].hex()


def merkle_root(leaves: Sequence[bytes]) -> tuple[bytes, bool]:
    """Return the root and whether two equal neighbours were paired (CVE-2012-2459: such a block may be forged)."""
    level = list(leaves)
    mutated = False
    while len(level) > 1:
        mutated = mutated or any(level[i] == level[i + 1] for i in range(0, len(level) - 1, 2))
        if len(level) % 2:
            level.append(level[-1])
        level = [dsha(level[i] + level[i + 1]) for i in range(0, len(level), 2)]
    return level[0], mutated


def hash160(data: bytes) -> bytes:
    return ripemd160(hashlib.sha256(data).digest())


def ripemd160(data: bytes) -> bytes:
    """RIPEMD-160, by OpenSSL where it still has it, else by `ripemd160_plain`."""
    if _OPENSSL_HAS_IT:
        return hashlib.new("ripemd160", data, usedforsecurity=False).digest()
    return ripemd160_plain(data)


def _openssl_has_ripemd160() -> bool:
    try:
        hashlib.new("ripemd160", b"", usedforsecurity=False)
    except ValueError:
        return False
    return True


_OPENSSL_HAS_IT: Final = _openssl_has_ripemd160()

_LEFT_WORDS: Final = (
    *range(16),
    *(7, 4, 13, 1, 10, 6, 15, 3, 12, 0, 9, 5, 2, 14, 11, 8),
    *(3, 10, 14, 4, 9, 15, 8, 1, 2, 7, 0, 6, 13, 11, 5, 12),
    *(1, 9, 11, 10, 0, 8, 12, 4, 13, 3, 7, 15, 14, 5, 6, 2),
    *(4, 0, 5, 9, 7, 12, 2, 10, 14, 1, 3, 8, 11, 6, 15, 13),
)
_RIGHT_WORDS: Final = (
    *(5, 14, 7, 0, 9, 2, 11, 4, 13, 6, 15, 8, 1, 10, 3, 12),
    *(6, 11, 3, 7, 0, 13, 5, 10, 14, 15, 8, 12, 4, 9, 1, 2),
    *(15, 5, 1, 3, 7, 14, 6, 9, 11, 8, 12, 2, 10, 0, 4, 13),
    *(8, 6, 4, 1, 3, 11, 15, 0, 5, 12, 2, 13, 9, 7, 10, 14),
    *(12, 15, 10, 4, 1, 5, 8, 7, 6, 2, 13, 14, 0, 3, 9, 11),
)
_LEFT_TURNS: Final = (
    *(11, 14, 15, 12, 5, 8, 7, 9, 11, 13, 14, 15, 6, 7, 9, 8),
    *(7, 6, 8, 13, 11, 9, 7, 15, 7, 12, 15, 9, 11, 7, 13, 12),
    *(11, 13, 6, 7, 14, 9, 13, 15, 14, 8, 13, 6, 5, 12, 7, 5),
    *(11, 12, 14, 15, 14, 15, 9, 8, 9, 14, 5, 6, 8, 6, 5, 12),
    *(9, 15, 5, 11, 6, 8, 13, 12, 5, 12, 13, 14, 11, 8, 5, 6),
)
_RIGHT_TURNS: Final = (
    *(8, 9, 9, 11, 13, 15, 15, 5, 7, 7, 8, 11, 14, 14, 12, 6),
    *(9, 13, 15, 7, 12, 8, 9, 11, 7, 7, 12, 7, 6, 15, 13, 11),
    *(9, 7, 15, 11, 8, 6, 6, 14, 12, 13, 5, 14, 13, 13, 7, 5),
    *(15, 5, 8, 11, 14, 14, 6, 14, 6, 9, 12, 9, 12, 5, 15, 8),
    *(8, 5, 12, 9, 12, 5, 14, 6, 8, 13, 6, 5, 15, 13, 11, 11),
)
_LEFT_ADD: Final = (0, 0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC, 0xA953FD4E)
_RIGHT_ADD: Final = (0x50A28BE6, 0x5C4DD124, 0x6D703EF3, 0x7A6D76E9, 0)


class _Line(NamedTuple):
    """One of RIPEMD-160's two parallel lines: word order, rotations, constants and functions of its five rounds."""

    order: Sequence[int]
    turns: Sequence[int]
    add: Sequence[int]
    mixes: Sequence[int]


_LEFT: Final = _Line(_LEFT_WORDS, _LEFT_TURNS, _LEFT_ADD, (0, 1, 2, 3, 4))
_RIGHT: Final = _Line(_RIGHT_WORDS, _RIGHT_TURNS, _RIGHT_ADD, (4, 3, 2, 1, 0))


def ripemd160_plain(data: bytes) -> bytes:
    """RIPEMD-160 in plain Python: the fallback where OpenSSL dropped it, and the oracle where it did not."""
    state = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0)
    padded = data + b"\x80" + bytes((55 - len(data)) % 64) + (8 * len(data)).to_bytes(8, "little")
    for at in range(0, len(padded), 64):
        words = [int.from_bytes(padded[at + 4 * i : at + 4 * i + 4], "little") for i in range(16)]
        left = _line(state, words, _LEFT)
        right = _line(state, words, _RIGHT)
        mixed = [(state[(i + 1) % 5] + left[(i + 2) % 5] + right[(i + 3) % 5]) & 0xFFFFFFFF for i in range(5)]
        state = (mixed[0], mixed[1], mixed[2], mixed[3], mixed[4])
    return b"".join(word.to_bytes(4, "little") for word in state)


def _line(state: tuple[int, int, int, int, int], words: Sequence[int], line: _Line) -> tuple[int, int, int, int, int]:
    a, b, c, d, e = state
    for step in range(80):
        turn = step // 16
        total = (a + _mix(line.mixes[turn], b, c, d) + words[line.order[step]] + line.add[turn]) & 0xFFFFFFFF
        a, e, d, c, b = e, d, _turn(c, 10), b, (_turn(total, line.turns[step]) + e) & 0xFFFFFFFF
    return a, b, c, d, e


def _turn(word: int, by: int) -> int:
    return ((word << by) | (word >> (32 - by))) & 0xFFFFFFFF


def _mix(kind: int, x: int, y: int, z: int) -> int:
    if kind == 0:
        return x ^ y ^ z
    if kind == 1:
        return (x & y) | (~x & 0xFFFFFFFF & z)
    if kind == 2:
        return (x | (~y & 0xFFFFFFFF)) ^ z
    if kind == 3:
        return (x & z) | (y & ~z & 0xFFFFFFFF)
    return x ^ (y | (~z & 0xFFFFFFFF))
