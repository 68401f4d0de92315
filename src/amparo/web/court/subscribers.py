"""News that court listens to."""

from django_scopes import scope

from amparo.web.accounts.models import Agency, Person
from amparo.web.common.events import Event
from amparo.web.court.actions import keep_match
from amparo.web.matches.models import Match


def keep_confirmed_match(event: Event) -> None:
    """A confirmed match becomes a finding by itself; delivered twice, it stays one."""
    with scope(agency=Agency.objects.get(pk=event.agency_id)):
        match = Match.objects.select_related("exhibit__case__agency", "item", "hash_list", "scan").get(
            pk=event.facts["match"]
        )
        keep_match(actor=Person.objects.get(pk=event.actor_id), match=match)
