"""Help items as data: one TOML file a language in content/, the same items in each. Adding a language = one file.

Each item: a stable key, who it is for, a title, three things to do now, sections of longer text, when it must be
looked at again, and sources. Facts are in our own words. An item that a language lacks falls back to English.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from amparo.base import Registry, gettext_noop

FOLDER: Final = Path(__file__).parent / "content"
FALLBACK: Final = "en"


@dataclass(frozen=True, slots=True)
class Audience:
    name: str
    title: str
    summary: str
    is_child: bool

    def examples(self) -> list[str]:
        return [self.name]


AUDIENCES: Final[Registry[Audience]] = Registry(
    "audience",
    Audience(
        "children",
        gettext_noop("For children and teenagers"),
        gettext_noop("Short and clear. You are not in trouble."),
        is_child=True,
    ),
    Audience(
        "parents",
        gettext_noop("For parents and people who care for children"),
        gettext_noop("What it is, how to notice it, what to do and say."),
        is_child=False,
    ),
)


@dataclass(frozen=True, slots=True)
class Section:
    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    key: str
    audience: str
    language: str  # of the text, which may be the fallback
    title: str
    summary: str
    now: tuple[str, ...]
    sections: tuple[Section, ...]
    review_by: date
    sources: tuple[str, ...]


def items_for(audience: str, language: str) -> list[Item]:
    """Return an audience's items in the order of the English file, each in `language` or else in English."""
    translated = {(each.audience, each.key): each for each in _file(language)}
    return [translated.get((each.audience, each.key), each) for each in _file(FALLBACK) if each.audience == audience]


@cache
def _file(language: str) -> tuple[Item, ...]:
    path = FOLDER / f"{language}.toml"
    if not path.exists():
        return ()
    with path.open("rb") as stream:
        return tuple(_item(each, language) for each in tomllib.load(stream)["item"])


def _item(entry: Mapping[str, Any], language: str) -> Item:
    return Item(
        key=entry["key"],
        audience=entry["audience"],
        language=language,
        title=entry["title"],
        summary=entry["summary"],
        now=tuple(entry["now"]),
        sections=tuple(Section(each["heading"], tuple(each["text"])) for each in entry["section"]),
        review_by=entry["review_by"],
        sources=tuple(entry.get("sources", ())),
    )
