"""What follows a scan and a confirmation: bytes that are known need no look, and look-alikes stand together."""

from uuid import UUID

from django_scopes import scope

from amparo.web.accounts.models import Agency
from amparo.web.cases.models import Case
from amparo.web.common.events import Event
from amparo.web.matches.actions.known import settle_known
from amparo.web.matches.grouping import regroup
from amparo.web.matches.models import Match


def scan_done(event: Event) -> None:
    agency = Agency.objects.get(pk=event.agency_id)
    with scope(agency=agency):
        case = Case.objects.get(pk=event.case_id)
        settle_known(agency, Match.objects.filter(exhibit__case=case))
        regroup(case)


def match_confirmed(event: Event) -> None:
    """The same bytes in other places of the agency need no look any more."""
    agency = Agency.objects.get(pk=event.agency_id)
    with scope(agency=agency):
        match = Match.objects.select_related("item").get(pk=UUID(str(event.facts["match"])))
        if match.item.sha256:
            settle_known(agency, Match.objects.filter(item__sha256=match.item.sha256))
