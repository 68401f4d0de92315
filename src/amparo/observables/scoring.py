"""Two scores of 0 to 100, kept apart, each point with its reason: one measure for reports of citizens and of platforms.

They rank, they never hide or close anything.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from amparo.base import gettext_noop

#: From here on something goes before all others.
DANGER_FLAG: Final = 50
_HIGHEST: Final = 100

#: Reason -> (points, the sentence the queue shows). Names are permanent: they stand in rows.
Points = Mapping[str, tuple[int, str]]

#: What the signs of danger.signs_in weigh.
SIGNS: Final[Points] = {
    "self-harm": (50, gettext_noop("words that may speak of self-harm")),
    "threat": (30, gettext_noop("words that may speak of violence")),
    "meeting": (25, gettext_noop("words that may speak of a meeting")),
    "live": (15, gettext_noop("words that may speak of something happening now")),
    "deadline": (15, gettext_noop("words that may speak of a deadline")),
}


@dataclass(frozen=True, slots=True)
class Assessment:
    """`danger` and `actionability` from 0 to 100; `reasons` are names of the tables, heaviest first."""

    danger: int
    actionability: int
    reasons: tuple[str, ...]

    @property
    def is_danger(self) -> bool:
        return self.danger >= DANGER_FLAG


def score(danger: Points, actionability: Points, dangers: Iterable[str], actions: Iterable[str]) -> Assessment:
    """Sum what the reasons `dangers` and `actions` weigh in their tables; a reason named twice counts once."""
    dangers, actions = list(dict.fromkeys(dangers)), list(dict.fromkeys(actions))
    weight = {name: abs(points) for name, (points, _) in (*danger.items(), *actionability.items())}
    heaviest = sorted((*dangers, *actions), key=lambda name: -weight[name])
    return Assessment(_sum(danger, dangers), _sum(actionability, actions), tuple(heaviest))


def _sum(table: Points, names: Iterable[str]) -> int:
    return min(_HIGHEST, max(0, sum(table[name][0] for name in names)))
