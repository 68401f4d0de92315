"""Keccak-256 as Ethereum and Monero use it: the 2011 padding (01), which is not SHA3-256 (06).

Source: Bertoni, Daemen, Peeters, Van Assche, "The Keccak reference", 2011.
"""

from typing import Final

_RATE: Final = 136
_MASK: Final = (1 << 64) - 1
_ROUNDS: Final = (
    0x0000000000000001, 0x0000000000008082, 0x800000000000808A, 0x8000000080008000, 0x000000000000808B,
    0x0000000080000001, 0x8000000080008081, 0x8000000000008009, 0x000000000000008A, 0x0000000000000088,
    0x0000000080008009, 0x000000008000000A, 0x000000008000808B, 0x800000000000008B, 0x8000000000008089,
    0x8000000000008003, 0x8000000000008002, 0x8000000000000080, 0x000000000000800A, 0x800000008000000A,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
)  # fmt: skip


def _rotate(lane: int, by: int) -> int:
    return (lane << by | lane >> (64 - by)) & _MASK if by else lane


def _permute(lanes: list[int]) -> list[int]:
    """Keccak-f[1600] on 25 lanes, lane (x, y) at x + 5 y."""
    for constant in _ROUNDS:
        column = [lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20] for x in range(5)]
        mix = [column[(x - 1) % 5] ^ _rotate(column[(x + 1) % 5], 1) for x in range(5)]
        lanes = [lane ^ mix[at % 5] for at, lane in enumerate(lanes)]
        moved = [lanes[0]] + [0] * 24
        x, y = 1, 0
        for step in range(24):
            x, y, rotation = y, (2 * x + 3 * y) % 5, (step + 1) * (step + 2) // 2 % 64
            moved[x + 5 * y] = _rotate(lanes[_SOURCE[step]], rotation)
        lanes = [
            moved[at] ^ (~moved[at - at % 5 + (at + 1) % 5] & moved[at - at % 5 + (at + 2) % 5]) & _MASK
            for at in range(25)
        ]
        lanes[0] ^= constant
    return lanes


def _sources() -> tuple[int, ...]:
    """Where each of the 24 rho-pi steps reads from."""
    at, found = (1, 0), []
    for _ in range(24):
        found.append(at[0] + 5 * at[1])
        at = (at[1], (2 * at[0] + 3 * at[1]) % 5)
    return tuple(found)


_SOURCE: Final = _sources()


def keccak_256(data: bytes) -> bytes:
    padded = bytearray(data) + b"\x01" + bytes(-(len(data) + 1) % _RATE)
    padded[-1] |= 0x80
    lanes = [0] * 25
    for start in range(0, len(padded), _RATE):
        for at in range(_RATE // 8):
            lanes[at] ^= int.from_bytes(padded[start + 8 * at : start + 8 * at + 8], "little")
        lanes = _permute(lanes)
    return b"".join(lane.to_bytes(8, "little") for lane in lanes[:4])
