"""News from rooms further left that make sightings. Both are idempotent: told twice, they change nothing."""

from uuid import UUID

from django_scopes import scope

from amparo.web.accounts.models import Agency
from amparo.web.common.events import Event
from amparo.web.exhibits.models import Exhibit
from amparo.web.reports.models import ReportCopy
from amparo.web.sightings.actions import copy_from_report, queue_extraction


def exhibit_catalogued(event: Event) -> None:
    """Read the items of a freshly catalogued exhibit for observables, as a job."""
    with scope(agency=Agency.objects.get(pk=event.agency_id)):
        exhibit = Exhibit.objects.select_related("case").get(pk=event.facts["id"])
        queue_extraction(exhibit, actor_id=UUID(event.actor_id) if event.actor_id else None)


def case_opened(event: Event) -> None:
    """Take over what was recognised in the report that a case was opened from."""
    with scope(agency=Agency.objects.get(pk=event.agency_id)):
        copy_from_report(ReportCopy.objects.select_related("case").get(pk=event.facts["copy"]))
