"""What the pages of sightings read: values with their counts, places of one value, the same value in other cases."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from django.db.models import Case as Case_
from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, When

from amparo.web.accounts.models import Person
from amparo.web.cases.authorisation import Limits, limits
from amparo.web.cases.models import Case
from amparo.web.cases.scope import cases_of
from amparo.web.exhibits.models import Exhibit, Item
from amparo.web.exhibits.rules import allowance
from amparo.web.sightings.models import Sighting, may_link, shown


class Value(NamedTuple):
    """One value of a case: how often it stands there, and in how many other cases of the reader."""

    kind: str
    value: str
    key: str
    validity: str
    times: int
    places: int  # items and reports
    elsewhere: int

    @property
    def shown(self) -> str:
        return shown(self.kind, self.value)


#: What stands first in the table: a checksum is worth more than a form.
_RANK: Final = Case_(
    When(validity="strong", then=0), When(validity="weak", then=1), When(validity="plan-checked", then=2), default=3
)


def count(case: Case) -> int:
    """How many different values were seen in the case."""
    return Sighting.objects.filter(case=case).order_by().values("value_key").distinct().count()


def inside(case: Case) -> Q:
    """The condition for sightings that today's authorisations of the case cover, those in restricted items left out."""
    restricted = Item.objects.filter(
        exhibit=OuterRef("exhibit"), path=OuterRef("path"), item_class=Item.Class.RESTRICTED
    )
    covered = Q(pk__in=[])
    if limits(case, "report"):
        covered |= Q(report_copy__isnull=False)
    for exhibit in Exhibit.objects.filter(case=case):
        for kind, allowed in allowance(exhibit).by_kind.items():
            covered |= Q(exhibit=exhibit, data_kind=kind) & _in_windows(allowed)
    return covered & ~Q(Exists(restricted))


def _in_windows(allowed: Limits) -> Q:
    condition = Q(pk__in=[])
    for start, end in allowed.windows:
        one = Q()
        if start is not None:
            one &= Q(item_day__gte=start)
        if end is not None:
            one &= Q(item_day__lte=end)
        condition |= one if one else Q(pk__isnull=False)
    return condition


def outside_count(case: Case) -> int:
    """How many sightings are kept but not shown: outside the authorisations, or in a restricted item."""
    return Sighting.objects.filter(case=case).exclude(inside(case)).count()


def sightings_of(case: Case, *, kind: str = "", text: str = "", exhibit: str = "") -> QuerySet[Sighting]:
    """The sightings inside the authorisations, filtered as the address says; an unknown filter finds nothing."""
    found = Sighting.objects.filter(inside(case), case=case)
    if kind:
        found = found.filter(kind=kind)
    if text:
        found = found.filter(value__icontains=text)
    if exhibit:
        found = found.filter(exhibit__number=exhibit)
    return found


def values_of(found: QuerySet[Sighting]) -> "QuerySet[Sighting, dict[str, Any]]":
    """Group sightings by value: those with a checksum first, then the most frequent."""
    return (
        found.order_by()
        .values("kind", "value", "value_key")
        .annotate(rank=Min(_RANK), validity=Min("validity"), times=Count("pk"), places=Count("path", distinct=True))
        .order_by("rank", "-times", "kind", "value")
    )


def with_elsewhere(person: Person, case: Case, rows: list[dict[str, Any]]) -> list[Value]:
    """Turn grouped rows of one page into Values, with the number of the reader's other cases that hold each."""
    counts = _elsewhere(person, case, [row["value_key"] for row in rows if may_link(row["kind"], row["value"])])
    return [
        Value(
            row["kind"], row["value"], row["value_key"], row["validity"], row["times"], row["places"],
            counts.get(row["value_key"], 0),
        )
        for row in rows
    ]  # fmt: skip


def _elsewhere(person: Person, case: Case, keys: list[str]) -> dict[str, int]:
    rows = (
        Sighting.objects.filter(value_key__in=keys, case__in=cases_of(person).exclude(pk=case.pk).order_by())
        .order_by()
        .values("value_key")
        .annotate(cases=Count("case", distinct=True))
    )
    return {row["value_key"]: row["cases"] for row in rows}


def other_cases(person: Person, sighting: Sighting) -> QuerySet[Case]:
    """The reader's other cases that hold the same value; none for kinds that may not link."""
    others = cases_of(person).exclude(pk=sighting.case_id)
    if not may_link(sighting.kind, sighting.value):
        return others.none()
    return others.filter(sightings__value_key=sighting.value_key).distinct()


def kinds_of(case: Case) -> list[tuple[str, int]]:
    """(kind, different values) of the case, for the filter."""
    rows = Sighting.objects.filter(case=case).order_by().values("kind").annotate(n=Count("value_key", distinct=True))
    return [(row["kind"], row["n"]) for row in rows.order_by("kind")]


def table(found: QuerySet[Sighting]) -> Iterator[tuple[str, ...]]:
    """Rows of the export, streamed."""
    yield ("kind", "value", "validity", "source", "path", "offset", "encoding", "first_seen")
    for each in found.select_related("exhibit", "report_copy").iterator(2000):
        source = each.exhibit.number if each.exhibit else each.report_copy.number
        yield (
            each.kind, each.shown, each.validity, source, each.path, str(each.offset), each.encoding,
            each.first_seen.isoformat(timespec="seconds"),
        )  # fmt: skip
