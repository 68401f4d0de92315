"""Which matches one decision may serve: those of one case and one purpose whose pictures look alike or are the same."""

import hashlib
from collections.abc import Iterable
from typing import Final, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import CharField, F, QuerySet
from django.db.models.functions import Cast, Coalesce

from amparo.media.grouping import group_alike
from amparo.web.accounts.models import Person
from amparo.web.cases.models import Case
from amparo.web.matches.models import Match

#: Pictures of one case and purpose that are compared with each other; the rest stay alone or with their own bytes.
MOST: Final = 20_000
#: Matches that one decision serves at most; what is beyond asks for another.
AT_ONCE: Final = 500
#: States in which a judgement is still asked for or taken.
OPEN: Final = (Match.State.POSSIBLE, Match.State.DISPUTED, Match.State.KNOWN)


def keyed(matches: QuerySet[Match]) -> QuerySet[Match]:
    """With `key`: the group, or the match's own key where it has none yet."""
    return matches.annotate(key=Coalesce("group", Cast("pk", CharField())))


def regroup(case: Case) -> None:
    """Sort the case's matches into groups again. Those a person took out stay alone. Idempotent."""
    purposes = Match.objects.filter(exhibit__case=case).order_by().values_list("hash_list__purpose", flat=True)
    for purpose in sorted(set(purposes)):
        _regroup(case, purpose)


class _Row(NamedTuple):
    pk: UUID
    sha256: str
    pdqs: str | None
    signal: str
    item_value: str
    group: str | None
    mime: str

    @property
    def picture(self) -> str:
        """What equal bytes share."""
        return self.sha256 or str(self.pk)

    @property
    def hashes(self) -> list[str]:
        if self.pdqs:
            return self.pdqs.split()
        return [self.item_value] if self.signal == "pdq" and self.mime.startswith("image/") else []


@transaction.atomic
def _regroup(case: Case, purpose: str) -> None:
    found = Match.objects.filter(exhibit__case=case, hash_list__purpose=purpose, apart=False)
    ordered = found.order_by(F("quality").desc(nulls_last=True), "found", "pk")
    fields = ("pk", "item__sha256", "pdqs", "signal", "item_value", "group", "item__mime")
    rows = [_Row(*each) for each in ordered.values_list(*fields)]
    changed = [Match(pk=row.pk, group=key) for row, key in zip(rows, _keys(rows), strict=True) if row.group != key]
    Match.objects.bulk_update(changed, ["group"], batch_size=500)


def _keys(rows: list[_Row]) -> list[str]:
    """For each row the key of the first match that shows its group's leading picture."""
    first: dict[str, str] = {}  # picture -> key of its first match
    hashes: dict[str, list[str]] = {}
    for row in rows:
        first.setdefault(row.picture, str(row.pk))
        hashes[row.picture] = hashes.get(row.picture) or row.hashes
    pictures = list(first)[:MOST]
    leaders = group_alike([hashes[each] for each in pictures])
    leader = {each: pictures[number] for each, number in zip(pictures, leaders, strict=True)}
    return [first[leader.get(row.picture, row.picture)] for row in rows]


def members(match: Match) -> QuerySet[Match]:
    """All matches of the group of `match`, the nearest first."""
    same = Match.objects.filter(exhibit__case=match.exhibit.case)
    same = same.filter(group=match.group) if match.group else same.filter(pk=match.pk)
    return same.order_by("distance", "found", "pk")


def open_to(person: Person, matches: QuerySet[Match]) -> QuerySet[Match]:
    """Those that still ask for a judgement, and that this person has not judged."""
    return matches.filter(state__in=OPEN).exclude(reviews__person=person)


def seal(keys: Iterable[UUID]) -> str:
    """A short digest of which matches a page offered for one decision: what has changed since is refused."""
    return hashlib.sha256(" ".join(sorted(map(str, keys))).encode()).hexdigest()[:16]
