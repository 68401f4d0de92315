"""The words of a tip, and those in them that may speak of access to a child or of making abuse material."""

import re
from functools import cache
from typing import Final

from amparo.exchange.tips.tip import Tip
from amparo.exchange.tips.values import NOT_SAID
from amparo.observables.danger import pattern_of, plain_text

#: Signs of words that are read for a ranking.
LONGEST: Final = 200_000
_HANDS_ON: Final[dict[str, list[str]]] = {
    "en": ["hands-on", "hands on abuse", "has access to a child", "has access to the child", "access to children",
           "lives with the child", "producing", "self-produced", "filmed the child", "took the pictures himself",
           "my daughter", "my son", "my niece", "my nephew", "my stepdaughter", "abusing her", "abusing him"],
    "es": ["acceso a un niño", "acceso a una niña", "acceso al menor", "convive con el menor", "produce el material",
           "mi hija", "mi hijo", "mi sobrina", "mi sobrino", "mi hijastra"],
    "fr": ["accès à un enfant", "accès à l'enfant", "vit avec l'enfant", "produit les images", "ma fille", "mon fils",
           "ma nièce", "mon neveu", "ma belle-fille"],
    "ar": ["يعيش مع الطفل", "يعيش مع الطفلة", "ابنتي", "ابني", "ابنة أخي", "ابنة زوجتي"],
    "pt": ["acesso a uma criança", "acesso à criança", "vive com a criança", "mora com a criança", "produz o material",
           "minha filha", "meu filho", "minha sobrinha", "meu sobrinho", "minha enteada"],
    "sw": ["anaishi na mtoto", "anamfikia mtoto", "binti yangu", "mwanangu", "mtoto wangu", "mpwa wangu"],
}  # fmt: skip


@cache
def _pattern() -> "re.Pattern[str]":
    return pattern_of(_HANDS_ON)


def hands_on(text: str) -> bool:
    return _pattern().search(plain_text(text)) is not None


def words_of(tip: Tip) -> str:
    """All free words of a tip in one text: what happened, messages, notes. Names and addresses are not words."""
    internet = (text for detail in tip.internet for name, text in detail.fields if "://" not in text)
    notes = (note for person in tip.people for note in person.notes)
    about_files = (note for file in tip.files for note in file.notes)
    urgent = tip.high_priority if tip.high_priority != NOT_SAID else None
    texts = (urgent, tip.description, tip.incident_note, *internet, *notes, *about_files)
    return " \n ".join(text for text in texts if text)[:LONGEST]
