"""Keccak-256 as Ethereum uses it (the padding of the competition's Keccak, not of FIPS 202's SHA3-256).

Source: Bertoni, Daemen, Peeters, Van Assche, "The Keccak reference" 3.0 (2011).
"""

from typing import Final

_MASK: Final = (1 << 64) - 1
_RATE: Final = 136
_ROUNDS: Final = (
    *(0x0000000000000001, 0x0000000000008082, 0x800000000000808A, 0x8000000080008000, 0x000000000000808B),
    *(0x0000000080000001, 0x8000000080008081, 0x8000000000008009, 0x000000000000008A, 0x0000000000000088),
    *(0x0000000080008009, 0x000000008000000A, 0x000000008000808B, 0x800000000000008B, 0x8000000000008089),
    *(0x8000000000008003, 0x8000000000008002, 0x8000000000000080, 0x000000000000800A, 0x800000008000000A),
    *(0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008),
)
#: Rotation of lane (x, y) at index x + 5 y, and where it goes.
_ROTATE: Final = (0, 1, 62, 28, 27, 36, 44, 6, 55, 20, 3, 10, 43, 25, 39, 41, 45, 15, 21, 8, 18, 2, 61, 56, 14)
_MOVE: Final = tuple(i // 5 + 5 * ((2 * (i % 5) + 3 * (i // 5)) % 5) for i in range(25))


def keccak256(data: bytes) -> bytes:
    return sponge(data, 0x01)


def sponge(data: bytes, padding: int) -> bytes:
    """With padding 0x06 this is SHA3-256, which tests compare it with."""
    padded = bytearray(data) + bytes([padding]) + bytes(-(len(data) + 1) % _RATE)
    padded[-1] |= 0x80
    lanes = [0] * 25
    for start in range(0, len(padded), _RATE):
        for lane in range(_RATE // 8):
            lanes[lane] ^= int.from_bytes(padded[start + 8 * lane : start + 8 * lane + 8], "little")
        lanes = _permute(lanes)
    return b"".join(lane.to_bytes(8, "little") for lane in lanes[:4])


def _permute(a: list[int]) -> list[int]:
    for constant in _ROUNDS:
        c = [a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20] for x in range(5)]
        d = [c[x - 1] ^ _turn(c[(x + 1) % 5], 1) for x in range(5)]
        b = [0] * 25
        for i in range(25):
            b[_MOVE[i]] = _turn(a[i] ^ d[i % 5], _ROTATE[i])
        a = [b[i] ^ (~b[i - i % 5 + (i + 1) % 5] & b[i - i % 5 + (i + 2) % 5]) for i in range(25)]
        a[0] ^= constant
    return a


def _turn(lane: int, by: int) -> int:
    return (lane << by | lane >> 64 - by) & _MASK
