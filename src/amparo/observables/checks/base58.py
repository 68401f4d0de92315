"""Base58Check (Bitcoin) and Monero's block-wise base58."""

import hashlib
from functools import lru_cache
from typing import Final

ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_DIGIT: Final = {sign: value for value, sign in enumerate(ALPHABET)}
# Signs of a Monero block -> its bytes (cryptonote base58.cpp, encoded_block_sizes).
_BLOCK_BYTES: Final = {2: 1, 3: 2, 5: 3, 6: 4, 7: 5, 9: 6, 10: 7, 11: 8}


def _number(text: str) -> int | None:
    number = 0
    for sign in text:
        digit = _DIGIT.get(sign)
        if digit is None:
            return None
        number = number * 58 + digit
    return number


def encode(data: bytes) -> str:
    """Plain base58 of `data`; leading zero bytes become `1`."""
    number = int.from_bytes(data, "big")
    signs = ""
    while number:
        number, digit = divmod(number, 58)
        signs = ALPHABET[digit] + signs
    return "1" * (len(data) - len(data.lstrip(b"\x00"))) + signs


def encode_check(payload: bytes) -> str:
    return encode(payload + hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4])


@lru_cache(maxsize=256)
def decode_check(text: str) -> bytes | None:
    """Return the payload (version byte first) or None. Chance passes once in 2^32."""
    number = _number(text)
    if number is None:
        return None
    zeros = len(text) - len(text.lstrip("1"))
    data = bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")
    payload, check = data[:-4], data[-4:]
    if len(payload) < 1 or hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4] != check:
        return None
    return payload


def decode_monero(text: str) -> bytes | None:
    """Return the bytes of blocks of 11 signs (the last may be shorter), or None; an overflowing block is bad."""
    data = b""
    for at in range(0, len(text), 11):
        block = text[at : at + 11]
        size, number = _BLOCK_BYTES.get(len(block)), _number(block)
        if size is None or number is None or number >= 1 << (8 * size):
            return None
        data += number.to_bytes(size, "big")
    return data
