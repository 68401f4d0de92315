"""Mutations of sightings: read exhibits for observables, take over a report's, export the table."""

import csv
import io
from collections.abc import Iterator
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from amparo.observables import Observable
from amparo.web.accounts.models import Person
from amparo.web.accounts.permissions import require
from amparo.web.audit.actions import record
from amparo.web.audit.actors import SYSTEM
from amparo.web.cases.models import Case
from amparo.web.common.jobs import start_job
from amparo.web.common.models import Job
from amparo.web.exhibits.models import Exhibit
from amparo.web.exhibits.rules import require_some
from amparo.web.reports.models import ReportCopy
from amparo.web.sightings import news
from amparo.web.sightings.models import Sighting, new_sighting
from amparo.web.sightings.queries import table

EXTRACT = "sightings.extract"


@transaction.atomic
def extract(*, actor: Person, exhibit: Exhibit) -> Job:
    """Start reading an exhibit for observables again. Raises NotAllowed, OutsideAuthorisation."""
    require(actor, "exhibits.deposit")
    require_some(exhibit)
    return queue_extraction(exhibit, actor_id=actor.pk)


def queue_extraction(exhibit: Exhibit, actor_id: UUID | None) -> Job:
    """Queue the job unless one for this exhibit is still under way."""
    running = Job.objects.filter(
        kind=EXTRACT, parameters__exhibit=str(exhibit.pk), state__in=[Job.State.WAITING, Job.State.RUNNING]
    ).first()
    return running or start_job(
        EXTRACT,
        agency_id=exhibit.case.agency_id,
        case_id=exhibit.case_id,
        actor_id=actor_id,
        subject=exhibit.number,
        parameters={"exhibit": str(exhibit.pk)},
    )


def keep(
    case: Case, exhibit: Exhibit, path: str, found: list[Observable], *, data_kind: str, item_day: date | None
) -> None:
    """Store what was found in one item; what is there already stays as it is. Call it in a transaction."""
    Sighting.objects.bulk_create(
        [
            new_sighting(
                case, each.kind, each.value,
                exhibit=exhibit, path=path, offset=each.offset, encoding=each.encoding,
                validity=str(each.validity), data_kind=data_kind, item_day=item_day,
            )
            for each in found
        ],
        ignore_conflicts=True,
        batch_size=500,
    )  # fmt: skip


@transaction.atomic
def copy_from_report(copy: ReportCopy) -> int:
    """Take over the observables of a report that was copied into a case. Returns how many are new."""
    before = Sighting.objects.filter(report_copy=copy).count()
    rows = [
        new_sighting(
            copy.case, each["kind"], each["value"],
            report_copy=copy, path=each.get("question") or "", offset=each.get("offset") or 0, encoding="text",
            validity=each["validity"], data_kind="report", item_day=copy.day,
        )
        for each in copy.observables
    ]  # fmt: skip
    Sighting.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    new = Sighting.objects.filter(report_copy=copy).count() - before
    if new:
        record(
            news.COPIED,
            actor=SYSTEM, agency_id=copy.case.agency_id, case_id=copy.case_id, object=f"report-copy:{copy.pk}",
            facts={"report": copy.number, "sightings": new},
        )  # fmt: skip
    return new


def export(*, actor: Person, case: Case, found: QuerySet[Sighting]) -> Iterator[str]:
    """Record the export, then return the table as CSV lines. Raises NotAllowed."""
    require(actor, "sightings.see")
    record(
        news.EXPORTED,
        actor=actor.actor, agency_id=case.agency_id, case_id=case.pk, object=f"case:{case.pk}",
        facts={"sightings": found.count()},
    )  # fmt: skip
    return _csv_lines(found)


def _csv_lines(found: QuerySet[Sighting]) -> Iterator[str]:
    for row in table(found):
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="\r\n").writerow([harmless(cell) for cell in row])
        yield buffer.getvalue()


def harmless(cell: str) -> str:
    """Put an apostrophe before what a spreadsheet would run as a formula (OWASP, "CSV Injection")."""
    return "'" + cell if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
