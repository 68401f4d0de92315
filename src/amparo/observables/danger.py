"""Words that may speak of danger, by sign, in the six languages of the portal. They rank, they never decide."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path


def signs_in(text: str) -> list[str]:
    """Return the signs of danger whose phrases stand in `text`: "self-harm", "meeting", "threat", "live" …"""
    plain = plain_text(text)
    return [sign for sign, pattern in _patterns().items() if pattern.search(plain)]


def plain_text(text: str) -> str:
    """Return `text` for matching: no case, no accents or Arabic vowel signs, one spelling of alef, single spaces."""
    spread = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(sign for sign in spread if unicodedata.category(sign) != "Mn" and sign != "ـ")
    return re.sub(r"\s+", " ", bare.replace("’", "'"))


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {sign: pattern_of(phrases) for sign, phrases in danger_words().items()}


def pattern_of(by_language: Mapping[str, list[str]]) -> re.Pattern[str]:
    """Return what finds any of the phrases (language code -> phrases, "ar" among them) in a `plain_text`."""
    # Arabic joins "and", "to", "the" to the word that follows, so its phrases need no word boundary before them.
    arabic = [re.escape(plain_text(phrase)) for phrase in by_language["ar"]]
    others = [re.escape(plain_text(each)) for code, phrases in by_language.items() if code != "ar" for each in phrases]
    return re.compile(rf"\b(?:{'|'.join(others)})\b|(?:{'|'.join(arabic)})")


@cache
def danger_words() -> dict[str, dict[str, list[str]]]:
    """Return the phrases by sign and language, from data/danger_words.toml."""
    with (Path(__file__).parent / "data" / "danger_words.toml").open("rb") as stream:
        return tomllib.load(stream)
