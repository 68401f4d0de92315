"""The queue: what is urgent first, why, from where, how old, who has it. Works on the readable columns alone."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Case, Exists, IntegerField, OuterRef, QuerySet, Value, When
from django.http import QueryDict, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from amparo.web.accounts.models import Person
from amparo.web.reports.days import today
from amparo.web.reports.forms import INTAKE_FORMS
from amparo.web.reports.models import Message, Report
from amparo.web.reports.triage import REASONS

OPEN: Final = "open"
ALL: Final = "all"
#: Reasons shown in a row; the report's page has them all.
REASONS_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Filters:
    """The filter as it stands in the address, so that it can be shared; nonsense counts as not set."""

    state: str = OPEN
    category: str = ""
    danger: bool = False
    holder: str = ""  # "", "me" or "nobody"

    @classmethod
    def read(cls, query: QueryDict) -> "Filters":
        state, category = query.get("state", OPEN), query.get("category", "")
        return cls(
            state=state if state in {OPEN, ALL, *Report.State.values} else OPEN,
            category=category if category in INTAKE_FORMS else "",
            danger=query.get("danger") == "1",
            holder=query.get("holder", "") if query.get("holder") in {"me", "nobody"} else "",
        )

    def apply(self, reports: QuerySet[Report], person: Person) -> QuerySet[Report]:
        if self.state == OPEN:
            reports = reports.filter(is_over=0)
        elif self.state != ALL:
            reports = reports.filter(state=self.state)
        if self.category:
            reports = reports.filter(category=self.category)
        if self.danger:
            reports = reports.filter(is_danger=True)
        if self.holder:
            reports = reports.filter(holder=person if self.holder == "me" else None)
        return reports


def in_order(reports: QuerySet[Report]) -> QuerySet[Report]:
    """Open danger first, then open, then closed; within each by danger, news from the reporter, age.

    Adds `has_news` (the reporter wrote and nobody has read it) and `is_over`, which is 0 for a closed report with news
    and for a withdrawn one that may be about danger: both need a human again.
    """
    unseen = Message.objects.filter(report=OuterRef("pk"), sender=Message.Sender.REPORTER, seen=False)
    over = Case(
        When(has_news=True, then=Value(0)),
        When(state=Report.State.WITHDRAWN, is_danger=True, then=Value(0)),
        When(state__in=Report.CLOSED, then=Value(1)),
        default=Value(0),
        output_field=IntegerField(),
    )
    return (
        reports.select_related("holder", "danger_clock")
        .annotate(has_news=Exists(unseen))
        .annotate(is_over=over)
        .order_by("is_over", "-is_danger", "-danger", "-has_news", "day", "number")
    )


def rows(reports: Iterable[Report], person: Person) -> list[dict[str, Any]]:
    """What the table shows of each report."""
    now = today(person.agency)
    return [
        {
            "report": report,
            "category": _(INTAKE_FORMS[report.category].label),
            "state": _(str(report.get_state_display())),
            "days": (now - report.day).days,
            "minutes": _minutes_waiting(report),
            "reasons": [_(REASONS[name]) for name in report.reasons if name in REASONS][:REASONS_SHOWN],
            "has_news": getattr(report, "has_news", False),
        }
        for report in reports
    ]


def _minutes_waiting(report: Report) -> int | None:
    """Minutes since a danger report came in that no human has opened yet, None for all others."""
    clock = getattr(report, "danger_clock", None)
    return int((timezone.now() - clock.minute).total_seconds() // 60) if clock else None


def export(reports: QuerySet[Report], person: Person) -> StreamingHttpResponse:
    """The filtered queue as CSV; only closed words and our own numbers stand in it."""
    head = ["number", "day", "category", "state", "danger", "actionability", "language", "kinds", "held_by"]

    def lines() -> Iterator[list[Any]]:
        yield head
        for report in reports.iterator(500):
            holder = report.holder.username if report.holder else ""
            yield [
                report.number, report.day.isoformat(), report.category, report.state, report.danger,
                report.actionability, report.language, " ".join(report.kinds), neutral(holder),
            ]  # fmt: skip

    writer = csv.writer(_Echo())
    response = StreamingHttpResponse(
        (writer.writerow(line) for line in lines()), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="reports.csv"'
    return response


def neutral(text: str) -> str:
    """Keep a spreadsheet from reading a cell as a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


class _Echo:
    """A file that hands back what csv writes."""

    def write(self, text: str) -> str:
        return text
