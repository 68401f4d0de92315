"""A card of the review grid: one picture to look at, the matches it stands for, and whether it may be shown."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from amparo.web.accounts.models import Person
from amparo.web.exhibits import rules
from amparo.web.exhibits.models import Exhibit
from amparo.web.matches.grouping import AT_ONCE, members, open_to, seal
from amparo.web.matches.models import Match

#: Members of a group that its card lists; the others are counted.
LISTED: Final = 40


@dataclass
class Card:
    """`match` leads. `members`: the first of its group. `seal`: "" if nothing waits for the reader."""

    match: Match
    members: list[Match]
    total: int
    waiting: int
    seal: str
    is_shown: bool
    after: UUID | None = None  # the card that follows on the page: where to go on after a decision

    @property
    def others(self) -> list[Match]:
        return [each for each in self.members if each.pk != self.match.pk]

    @property
    def unlisted(self) -> int:
        return self.total - len(self.members)

    @cached_property
    def categories(self) -> list[str]:
        """Different categories that persons gave the leading match; two or more: disputed."""
        return sorted({each.category for each in self.match.reviews.all() if each.category})


class Shown:
    """Whether a blurred picture of an item may be shown: asks the authorisations of each exhibit once."""

    def __init__(self) -> None:
        self._allowed: dict[Any, rules.Allowance] = {}

    def __call__(self, match: Match) -> bool:
        item, allowed = match.item, self._of(match.exhibit)
        if item.is_restricted or not (match.is_picture or match.is_video) or not allowed.covers(item.mime, item.mtime):
            return False
        return allowed.unviewed or not rules.is_unviewed(match.exhibit, item)

    def _of(self, exhibit: Exhibit) -> rules.Allowance:
        if exhibit.pk not in self._allowed:
            self._allowed[exhibit.pk] = rules.allowance(exhibit)
        return self._allowed[exhibit.pk]


def cards(person: Person, matches: QuerySet[Match], keys: Iterable[str]) -> list[Card]:
    """One card for each group key (grouping.keyed) among `matches`; a card shows its group whole, whatever filters."""
    may_be_shown = Shown()
    found = [card(person, _leader(matches, key), may_be_shown) for key in keys]
    for one, following in pairwise(found):
        one.after = following.match.pk
    return found


def _leader(matches: QuerySet[Match], key: str) -> Match:
    """The match that gave the group its key, or the first of the group among those that are asked for."""
    group = _loaded(matches.filter(key=key))
    return group.filter(pk=key).first() or group[0]


def card(person: Person, match: Match, may_be_shown: Shown | None = None) -> Card:
    group = members(match)
    keys = list(open_to(person, group).values_list("pk", flat=True)[:AT_ONCE])
    offered = seal(keys) if keys and person.may("matches.review") else ""
    shown = (may_be_shown or Shown())(match)
    return Card(match, list(_loaded(group)[:LISTED]), group.count(), len(keys), offered, shown)


def _loaded(matches: QuerySet[Match]) -> QuerySet[Match]:
    beside = ("item", "hash_list", "scan", "exhibit__case__agency", "known_from__exhibit__case")
    return matches.select_related(*beside).prefetch_related("reviews__person")
