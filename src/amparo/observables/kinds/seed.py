"""Seed phrases (BIP-39): 12 to 24 words of one list with their checksum. A secret: only a digest is kept.

Chance passes 1 in 16 (12 words) to 1 in 256 (24): weak. Languages: en, es, fr, pt.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Final

from amparo.observables.kind import Examples, Hit, Kind
from amparo.observables.observable import Validity

_LANGUAGES: Final = ("en", "es", "fr", "pt")
_WORD: Final = r"[a-z\u00e0-\u00ff\u0300-\u0303]{3,10}"
_RUN: Final = re.compile(rf"(?<!\w){_WORD}(?:[ \t\r\n,]{{1,3}}{_WORD}){{11,}}(?!\w)")
_EACH: Final = re.compile(_WORD)
_COUNTS: Final = (24, 21, 18, 15, 12)


class Seed(Kind):
    name = "seed"
    matchable = False
    longest = 24 * 13

    def find(self, text: str, region: str | None = None) -> Iterator[Hit]:
        for run in _RUN.finditer(text):
            words = [(each.start(), each.end(), each.group()) for each in _EACH.finditer(text, run.start(), run.end())]
            at = 0
            while at + 12 <= len(words):
                size = _phrase(words, at)
                if size:
                    yield _hit(words[at : at + size])
                at += size or 1

    def examples(self) -> Examples:
        good = "abandon " * 11 + "about"
        digest = hashlib.sha256(good.encode()).hexdigest()
        return Examples(good={good: f"sha256:{digest}"}, bad=["abandon " * 11 + "abandon", "abandon " * 10 + "about"])


def _hit(words: list[tuple[int, int, str]]) -> Hit:
    phrase = unicodedata.normalize("NFKD", " ".join(word for _, _, word in words))
    digest = hashlib.sha256(phrase.encode()).hexdigest()
    return Hit(words[0][0], words[-1][1], f"sha256:{digest}", Validity.WEAK, (), f"[seed phrase, {len(words)} words]")


@cache
def _list(language: str) -> dict[str, int]:
    text = (files("amparo.observables") / "data" / f"bip39_{language}.txt").read_text("utf-8")
    return {unicodedata.normalize("NFKD", word): index for index, word in enumerate(text.split())}


def _phrase(words: list[tuple[int, int, str]], at: int) -> int:
    """Return how many words from `at` on are one valid phrase, 0 if none."""
    for language in _LANGUAGES:
        known = _list(language)
        indices: list[int] = []
        for _, _, word in words[at : at + _COUNTS[0]]:
            index = known.get(unicodedata.normalize("NFKD", word))
            if index is None:
                break
            indices.append(index)
        for count in _COUNTS:
            if len(indices) >= count and _checked(indices[:count]):
                return count
    return 0


def _checked(indices: list[int]) -> bool:
    """The last n/33 bits are the start of SHA-256 of the bits before (BIP-39, "Generating the mnemonic")."""
    check_bits = len(indices) * 11 // 33
    number = 0
    for index in indices:
        number = number << 11 | index
    entropy = (number >> check_bits).to_bytes(check_bits * 4, "big")
    return hashlib.sha256(entropy).digest()[0] >> (8 - check_bits) == number & ((1 << check_bits) - 1)
