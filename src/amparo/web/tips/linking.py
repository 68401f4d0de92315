"""What a tip shares with other tips, with citizens' reports and with cases.

Reports are sealed: they are met by keyed hashes alone. Cases are met by the values of their sightings; which
case it is, only its members are told.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from amparo.observables import KINDS
from amparo.observables.linking import PURPOSE
from amparo.web.accounts.models import Agency, Person
from amparo.web.cases.models import Case
from amparo.web.cases.scope import cases_of
from amparo.web.reports.keyed import PURPOSES, Hasher
from amparo.web.reports.models import Report, ReportIndicator
from amparo.web.sightings.models import Sighting, may_link, value_key
from amparo.web.tips.models import Tip, TipKey

#: A tip that names more is cut here; all of it stays in its fields.
MOST: Final = 500
#: A value that stands in more tips than this says nothing about them: a sender's own address, a placeholder.
TOO_COMMON: Final = 1000
#: The same for what spreads by itself: a file gone viral, an address that thousands share.
TOO_SPREAD: Final = 50
_SPREADS: Final = frozenset({"hash", "ip", "url", "report"})
#: Purposes that link nothing by themselves: a host is shared by millions.
_WEAK: Final = frozenset({"host"})
#: SQLite and PostgreSQL both take so many values in one question.
_MANY: Final = 400


class Key(NamedTuple):
    """`shared`: the purpose is one that citizens' reports have too."""

    purpose: str
    value: str
    keyed_hash: str


def keys_of(found: Iterable[tuple[str, str]], hasher: Hasher) -> list[Key]:
    """(purpose, value) pairs as keys, each once. What identifies comes first, should there be too many."""
    known = sorted((pair for pair in set(found) if pair[0] in PURPOSES), key=lambda pair: (pair[0] in _WEAK, pair))
    return [Key(purpose, value, hasher(purpose, value)) for purpose, value in islice(known, MOST)]


def _kinds() -> dict[str, tuple[str, ...]]:
    """purpose -> the kinds of observables that can have it."""
    table: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for kind, purpose in PURPOSE.items():
        table[purpose] += (kind,)
    return {**table, "url": ("url", *table["url"]), "ip": table["host"], "host": ()}


_KINDS: Final = _kinds()


def sighting_keys(purpose: str, value: str) -> Iterator[str]:
    """The keys that sightings of this value have, for kinds that may link cases."""
    for kind in _KINDS.get(purpose, ()):
        if kind in KINDS and may_link(kind, value):
            yield value_key(kind, value)


def parts_of(values: Collection[Any]) -> Iterator[list[Any]]:
    """`values` in parts that one question may hold."""
    waiting = iter(sorted(values))
    while part := list(islice(waiting, _MANY)):
        yield part


def reports_by_key(agency: Agency, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], set[UUID]]:
    """(purpose, keyed hash) -> the reports of the agency that name it."""
    wanted = {key for key in keys if key[0] not in _WEAK}
    found: dict[tuple[str, str], set[UUID]] = defaultdict(set)
    for part in parts_of({keyed_hash for _, keyed_hash in wanted}):
        rows = ReportIndicator.objects.filter(keyed_hash__in=part, report__agency=agency)
        for purpose, keyed_hash, report in rows.values_list("purpose", "keyed_hash", "report"):
            if (purpose, keyed_hash) in wanted:
                found[purpose, keyed_hash].add(report)
    return found


def cases_by_key(agency: Agency, value_keys: Collection[str]) -> dict[str, set[UUID]]:
    """Sighting key -> the cases of the agency in which it was seen."""
    found: dict[str, set[UUID]] = defaultdict(set)
    for part in parts_of(value_keys):
        rows = Sighting.objects.filter(value_key__in=part, case__agency=agency).order_by()
        for key, case in rows.values_list("value_key", "case").distinct():
            found[key].add(case)
    return found


def tips_by_key(agency: Agency, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], set[UUID]]:
    """(purpose, keyed hash) -> the tips of the agency that hold it; what is too common is left out."""
    wanted = set(keys)
    found: dict[tuple[str, str], set[UUID]] = defaultdict(set)
    for part in parts_of({keyed_hash for _, keyed_hash in wanted}):
        rows = TipKey.objects.filter(keyed_hash__in=part, tip__agency=agency).order_by()
        too_many = Q(tips__gt=TOO_COMMON) | Q(tips__gt=TOO_SPREAD, purpose__in=_SPREADS)
        common = rows.values("purpose", "keyed_hash").annotate(tips=Count("pk")).filter(too_many)
        rare = rows.exclude(keyed_hash__in=[each["keyed_hash"] for each in common])
        for purpose, keyed_hash, tip in rare.values_list("purpose", "keyed_hash", "tip"):
            if (purpose, keyed_hash) in wanted:
                found[purpose, keyed_hash].add(tip)
    return found


def _keys(tip: Tip) -> dict[tuple[str, str], str]:
    """(purpose, keyed hash) -> value, of the tip's own keys."""
    return {(key.purpose, key.keyed_hash): key.value for key in tip.keys.all()}


def reports_of(tip: Tip) -> QuerySet[Report]:
    """Citizens' reports that name what the tip names. Who may not see reports must not be shown them."""
    found = reports_by_key(tip.agency, _keys(tip))
    return Report.objects.filter(pk__in=set().union(*found.values())) if found else Report.objects.none()


def case_ids_of(tip: Tip) -> set[UUID]:
    """Cases of the unit in which something of the tip was seen; its own case left out."""
    values = {key for (purpose, _), value in _keys(tip).items() for key in sighting_keys(purpose, value)}
    return set().union(*cases_by_key(tip.agency, values).values(), set()) - {tip.case_id}


class LinkedCases(NamedTuple):
    """`mine`: cases of the reader. `others`: how many more there are. `ask`: whom to ask about those."""

    mine: list[Case]
    others: int
    ask: list[str]


def linked_cases(person: Person, tip: Tip) -> LinkedCases:
    """The cases a tip is linked to, as one person may know of them."""
    found = case_ids_of(tip)
    if not found:
        return LinkedCases([], 0, [])
    mine = list(cases_of(person).filter(pk__in=found)) if person.may("cases.see") else []
    others = found - {case.pk for case in mine}
    return LinkedCases(mine, len(others), _whom_to_ask(tip.agency) if others else [])


def _whom_to_ask(agency: Agency) -> list[str]:
    """The supervisors of the unit. Members of the case are not named: who works a case is part of the secret."""
    people = Person.objects.filter(agency=agency, is_active=True, grants__role="supervisor")
    return list(people.distinct().values_list("username", flat=True)[:5])


class Shared(NamedTuple):
    """Another tip, and the values it shares with this one (purpose, value)."""

    tip: Tip
    values: list[tuple[str, str]]


def tip_family(tip: Tip) -> set[UUID]:
    """Deliveries and versions of the same report: they are shown as such."""
    related = Tip.objects.filter(
        Q(duplicate_of=tip) | Q(version_of=tip) | Q(pk__in=[tip.duplicate_of_id, tip.version_of_id])
    )
    return set(related.order_by().values_list("pk", flat=True))


def tips_sharing(tip: Tip, most: int = 20) -> list[Shared]:
    """Other tips that name the same, those that share most first."""
    keys = {key: value for key, value in _keys(tip).items() if key[0] not in _WEAK}
    shared: dict[UUID, list[tuple[str, str]]] = defaultdict(list)
    for (purpose, keyed_hash), tips in tips_by_key(tip.agency, keys).items():
        for other in tips - {tip.pk}:
            shared[other].append((purpose, keys[purpose, keyed_hash]))
    for same in tip_family(tip):
        shared.pop(same, None)
    first = sorted(shared, key=lambda pk: (-len(shared[pk]), str(pk)))[:most]
    rows = Tip.objects.filter(pk__in=first).defer("fields").in_bulk()
    return [Shared(rows[pk], sorted(shared[pk])) for pk in first if pk in rows]
