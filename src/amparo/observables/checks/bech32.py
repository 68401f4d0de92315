"""Bech32 and bech32m segregated-witness addresses (BIP 173, BIP 350)."""

from collections.abc import Iterable
from typing import Final

_ALPHABET: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_DIGIT: Final = {sign: value for value, sign in enumerate(_ALPHABET)}
_GENERATORS: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_BECH32, _BECH32M = 1, 0x2BC830A3


def _polymod(values: Iterable[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATORS):
            if top >> bit & 1:
                check ^= generator
    return check


def _eight_bits(digits: list[int]) -> bytes | None:
    """Regroup 5-bit digits into bytes; None if the padding is not under five zero bits."""
    bits = number = 0
    for digit in digits:
        number = number << 5 | digit
        bits += 5
    padding = bits % 8
    if padding >= 5 or number & ((1 << padding) - 1):
        return None
    return (number >> padding).to_bytes(bits // 8, "big")


def decode_segwit(text: str, prefix: str) -> tuple[int, bytes] | None:
    """Return (witness version, program) of an address with the human-readable `prefix`, or None."""
    if len(text) > 90 or text not in {text.lower(), text.upper()}:
        return None
    text = text.lower()
    hrp, _, data = text.rpartition("1")
    if hrp != prefix or len(data) < 7 or any(sign not in _DIGIT for sign in data):
        return None
    digits = [_DIGIT[sign] for sign in data]
    expanded = [ord(sign) >> 5 for sign in hrp] + [0] + [ord(sign) & 31 for sign in hrp]
    version = digits[0]
    if version > 16 or _polymod(expanded + digits) != (_BECH32 if version == 0 else _BECH32M):
        return None
    program = _eight_bits(digits[1:-6])
    if program is None or not 2 <= len(program) <= 40 or (version == 0 and len(program) not in {20, 32}):
        return None
    return version, program
