"""News of a list that came in: where the agency wishes so, it meets what was scanned before."""

from uuid import UUID

from django_scopes import scope

from amparo.web.accounts.models import Agency
from amparo.web.common.events import Event
from amparo.web.matches.actions.scans import match_later_by_policy
from amparo.web.matches.models import HashList


def list_imported(event: Event) -> None:
    with scope(agency=Agency.objects.get(pk=event.agency_id)):
        found = HashList.objects.select_related("agency").get(pk=UUID(event.object.removeprefix("list:")))
        match_later_by_policy(found)
