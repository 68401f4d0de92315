"""Triage: how much danger a report speaks of and how much there is to act on, each with its reasons.

Computed once at intake, before sealing, because nobody but staff can read afterwards. Two scores of 0 to 100, kept
apart; they rank, they never hide or close a report. Every point has a reason that the queue shows.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from amparo.base import gettext_noop
from amparo.observables import SIGNS, Assessment, score, signs_in

#: Reason -> (points, the sentence the queue shows). Names are permanent: they stand in rows.
DANGER: Final[dict[str, tuple[int, str]]] = {
    "said-danger": (80, gettext_noop("the reporter says that somebody is in danger now")),
    "said-unsure": (30, gettext_noop("the reporter is not sure whether somebody is in danger")),
    "young-child": (45, gettext_noop("it is about a child under 13")),
    "child": (35, gettext_noop("it is about a child of 13 to 17")),
    "child-category": (20, gettext_noop("the kind of report is one in which children are harmed")),
    **SIGNS,
}
ACTIONABILITY: Final[dict[str, tuple[int, str]]] = {
    "observable": (30, gettext_noop("something was recognised that can be looked up")),
    "more-kinds": (20, gettext_noop("several kinds of things were recognised")),
    "where": (20, gettext_noop("says where it happened")),
    "when": (10, gettext_noop("says when it happened")),
    "words": (15, gettext_noop("describes what happened")),
    "contact": (5, gettext_noop("leaves a way to be contacted")),
    "replayed": (-20, gettext_noop("was sent from a form that had already sent another report")),
}
REASONS: Final[dict[str, str]] = {name: sentence for name, (_, sentence) in (DANGER | ACTIONABILITY).items()}

CHILD_CATEGORIES: Final = frozenset({"sextortion", "abuse-material", "grooming"})
WORDS_WORTH: Final = 40  # characters of own words that begin to describe something


def assess(
    category: str, answers: Mapping[str, str], kinds: Iterable[str] = (), *, replayed: bool = False
) -> Assessment:
    """Score one report. `answers` by question name; `kinds` of the observables found in them."""
    danger = [*_said(answers), *_about_a_child(category, answers), *signs_in(" \n ".join(answers.values()))]
    action = [*_what_to_act_on(answers, set(kinds)), *(["replayed"] if replayed else [])]
    return score(DANGER, ACTIONABILITY, danger, action)


def _said(answers: Mapping[str, str]) -> list[str]:
    return {"yes": ["said-danger"], "unsure": ["said-unsure"]}.get(answers.get("danger", ""), [])


def _about_a_child(category: str, answers: Mapping[str, str]) -> list[str]:
    age = {"under-13": ["young-child"], "13-17": ["child"]}.get(answers.get("age", ""), [])
    return age + (["child-category"] if category in CHILD_CATEGORIES else [])


def _what_to_act_on(answers: Mapping[str, str], kinds: set[str]) -> list[str]:
    return [
        name
        for name, holds in (
            ("observable", bool(kinds)),
            ("more-kinds", len(kinds) > 1),
            ("where", bool(answers.get("where"))),
            ("when", bool(answers.get("when"))),
            ("words", len(answers.get("words", "")) >= WORDS_WORTH),
            ("contact", bool(answers.get("contact"))),
        )
        if holds
    ]
