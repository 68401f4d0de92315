"""TRON addresses: base58check of 0x41 and the same 20 bytes as on EVM chains; sources also write them as hex."""

from amparo.ledger.addresses import base58check, base58check_decode
from amparo.ledger.errors import BadAddress

PREFIX = b"\x41"
#: The pseudo account of mint and burn.
ZERO = base58check(PREFIX + bytes(20))


def from_bytes(payload: bytes) -> str:
    """The address of 20 bytes."""
    if len(payload) != 20:
        raise BadAddress(address=payload.hex())
    return base58check(PREFIX + payload)


def tron_address(text: str) -> str:
    """The base58check form of an address in base58check, hex with 41, or 0x and 40 hex signs. Raises BadAddress."""
    plain = text.strip()
    hexed = plain.lower().removeprefix("0x")
    if len(hexed) in (40, 42) and all(sign in "0123456789abcdef" for sign in hexed):
        data = bytes.fromhex(hexed)
        if len(data) == 21 and data[:1] != PREFIX:
            raise BadAddress(address=plain[:100])
        return from_bytes(data[-20:])
    try:
        data = base58check_decode(plain)
    except ValueError:
        raise BadAddress(address=plain[:100]) from None
    if len(data) != 21 or data[:1] != PREFIX:
        raise BadAddress(address=plain[:100])
    return plain
