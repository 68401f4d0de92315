"""Sentences as parts, words and facts apart, so that each output escapes and isolates facts in its own way."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from amparo.base import visible
from amparo.bundle.errors import ContentWrong
from amparo.bundle.notes import template_of
from amparo.findings import Statement

Translate = Callable[[str, str], str]  # (language, English sentence) -> sentence
PLACE: Final = re.compile(r"%\((\w+)\)s")


class Part(NamedTuple):
    """`fact`: this came from the case and is shown as it is, left to right; else it is a word of ours."""

    text: str
    fact: bool


def fill(sentence: str, facts: Mapping[str, Any]) -> list[Part]:
    """Split `sentence` at its %(named)s places. Facts keep control and bidi signs as visible escapes.

    Raises ContentWrong when a fact is not given.
    """
    parts: list[Part] = []
    pieces = PLACE.split(sentence)
    for index, piece in enumerate(pieces):
        if index % 2 == 0:
            parts.append(Part(piece.replace("%%", "%"), fact=False))
        elif piece in facts:
            parts.append(Part(visible(str(facts[piece])), fact=True))
        else:
            raise ContentWrong(why=f"a sentence lacks its fact {piece!r}")
    return [part for part in parts if part.text]


def parts_of(statement: Statement, translate: Translate, language: str) -> list[Part]:
    """Return the statement's sentence in `language`. Raises UnknownEntry, ContentWrong."""
    return fill(translate(language, template_of(statement).sentence), statement.facts)


def plain(parts: list[Part]) -> str:
    return "".join(part.text for part in parts)
