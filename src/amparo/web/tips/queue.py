"""The queue of tips: what is urgent first, why, from whom, how old, who has it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Avg, Count, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from amparo.exchange.tips import INCIDENT_KINDS
from amparo.web.accounts.models import Person
from amparo.web.reports.days import today
from amparo.web.tips.models import Tip
from amparo.web.tips.reasons import sentences

OPEN: Final = "open"
ALL: Final = "all"
PAGE_SIZE: Final = 50
#: Reasons shown in a row; the tip's page has them all.
REASONS_SHOWN: Final = 4
#: Columns that no row of the table shows, and that can be large.
_LARGE: Final = ("fields", "problems")


@dataclass(frozen=True, slots=True)
class Filters:
    """The filter as it stands in the address, so that it can be shared; nonsense counts as not set."""

    state: str = OPEN
    kind: str = ""
    danger: bool = False
    known: str = ""  # "", "known" or "new": do the unit's lists know a file of it?
    holder: str = ""  # "", "me" or "nobody"
    esp: str = ""
    delivery: str = ""
    q: str = ""  # a number of ours or of the sender

    @classmethod
    def read(cls, query: QueryDict) -> "Filters":
        def one_of(name: str, values: Iterable[str], default: str = "") -> str:
            given = query.get(name, default)
            return given if given in set(values) else default

        return cls(
            state=one_of("state", {OPEN, ALL, *Tip.State.values}, OPEN),
            kind=one_of("kind", INCIDENT_KINDS),
            danger=query.get("danger") == "1",
            known=one_of("known", {"known", "new"}),
            holder=one_of("holder", {"me", "nobody"}),
            esp=query.get("esp", "")[:120],
            delivery=query.get("delivery", "")[:20],
            q=query.get("q", "").strip()[:120],
        )

    def apply(self, tips: QuerySet[Tip], person: Person) -> QuerySet[Tip]:
        if self.state == OPEN:
            tips = tips.filter(is_over=False)
        elif self.state != ALL:
            tips = tips.filter(state=self.state)
        if self.holder:
            tips = tips.filter(holder=person if self.holder == "me" else None)
        if self.known:
            tips = tips.filter(known_files__gt=0) if self.known == "known" else tips.filter(known_files=0)
        if self.q:
            tips = tips.filter(Q(number__iexact=self.q) | Q(provider_report_id=self.q))
        exact = {"incident_kind": self.kind, "esp": self.esp, "delivery__number": self.delivery}
        exact = {name: value for name, value in exact.items() if value}
        return tips.filter(**exact, **({"is_danger": True} if self.danger else {}))


def in_order(tips: QuerySet[Tip]) -> QuerySet[Tip]:
    """Open before closed; within each by rank, then by number. One index answers it, however many there are."""
    return tips.select_related("holder").defer(*_LARGE).order_by("is_over", "-rank", "number")


def rows(tips: Iterable[Tip], person: Person) -> list[dict[str, Any]]:
    """What the table shows of each tip."""
    now = today(person.agency)
    return [
        {
            "tip": tip,
            "kind": _(INCIDENT_KINDS.get(tip.incident_kind, tip.incident_kind)),
            "days": (now - tip.day).days,
            "reasons": sentences(tip.reasons)[:REASONS_SHOWN],
        }
        for tip in tips
    ]


def senders(tips: QuerySet[Tip]) -> list[dict[str, Any]]:
    """Per platform: how many tips, how much there was to act on, what became of them. Most to act on first."""
    table = (
        tips.order_by()
        .values("esp")
        .annotate(
            tips=Count("pk"),
            open=Count("pk", filter=Q(is_over=False)),
            in_case=Count("pk", filter=Q(state=Tip.State.IN_CASE)),
            duplicates=Count("pk", filter=Q(state=Tip.State.DUPLICATE)),
            no_action=Count("pk", filter=Q(state=Tip.State.NO_ACTION)),
            danger=Count("pk", filter=Q(is_danger=True)),
            incomplete=Count("pk", filter=Q(missing_files__gt=0)),
            actionability=Avg("actionability"),
        )
        .order_by("-actionability", "esp")
    )
    return list(table)
