"""Passphrases of staff keys and the printed form of the recovery key. The system draws them; nobody chooses one.

Words are proquints: five letters, consonant-vowel-consonant-vowel-consonant, 16 bits each, speakable in all six
languages, unlike a word list of one language. Five words are 80 bits.
Source: D. Wilkerson (2009), "A Proposal for Proquints: Identifiers that are Readable, Spellable, and Pronounceable".
"""

import hashlib
import os
import re
from typing import Final

CONSONANTS: Final = "bdfghjklmnprstvz"
VOWELS: Final = "aiou"
PASSPHRASE_WORDS: Final = 5
_WORD_BYTES: Final = 2


def new_passphrase() -> str:
    """Return five words, 80 bits: `lusab-babad-gutih-tugad-kisat`."""
    return words_of(os.urandom(PASSPHRASE_WORDS * _WORD_BYTES))


def normalise_passphrase(text: str) -> str:
    """Return the words somebody meant: any case, any separators."""
    return "-".join(re.findall(r"[a-z]+", text.lower()))


def words_of(data: bytes) -> str:
    """Return an even number of bytes as words."""
    pairs = (data[start : start + _WORD_BYTES] for start in range(0, len(data), _WORD_BYTES))
    return "-".join(_word(int.from_bytes(pair, "big")) for pair in pairs)


def _word(number: int) -> str:
    return (
        CONSONANTS[number >> 12]
        + VOWELS[number >> 10 & 3]
        + CONSONANTS[number >> 6 & 15]
        + VOWELS[number >> 4 & 3]
        + CONSONANTS[number & 15]
    )


def bytes_of(words: str) -> bytes:
    """Return the bytes behind words. Raises ValueError for a letter that cannot stand there."""
    return b"".join(_number(word).to_bytes(_WORD_BYTES, "big") for word in normalise_passphrase(words).split("-"))


def _number(word: str) -> int:
    if len(word) != 5:
        raise ValueError(f"{word!r} is not a word of five letters")
    first, second, third, fourth, last = word
    return (
        CONSONANTS.index(first) << 12
        | VOWELS.index(second) << 10
        | CONSONANTS.index(third) << 6
        | VOWELS.index(fourth) << 4
        | CONSONANTS.index(last)
    )


def print_recovery(private: bytes) -> str:
    """Return a recovery key for paper: 16 words and one of check (the first 2 bytes of its SHA-256)."""
    return words_of(private + hashlib.sha256(private).digest()[:_WORD_BYTES])


def read_recovery(words: str) -> bytes:
    """Return the 32 bytes of a printed recovery key. Raises ValueError if a word was mistyped."""
    data = bytes_of(words)
    private, check = data[:-_WORD_BYTES], data[-_WORD_BYTES:]
    if len(private) != 32 or hashlib.sha256(private).digest()[:_WORD_BYTES] != check:
        raise ValueError("these words are not a recovery key: one of them is wrong or missing")
    return private
