"""Mutations of unknown material: have it grouped, and its cameras and places taken over as sightings."""

from collections.abc import Iterable

from django.db import transaction

from amparo.base import gettext_noop
from amparo.observables import Observable
from amparo.observables.observable import Validity
from amparo.web.accounts.models import Person
from amparo.web.accounts.permissions import require
from amparo.web.audit.actions import record
from amparo.web.cases.authorisation import require_authorisation
from amparo.web.cases.models import Case
from amparo.web.common.jobs import start_job
from amparo.web.common.models import Job
from amparo.web.exhibits.models import Exhibit
from amparo.web.matches import news
from amparo.web.matches.errors import NothingToGroup
from amparo.web.matches.seen import last_seen
from amparo.web.matches.unknown import Unknown
from amparo.web.sightings.actions import keep

GROUP_UNKNOWN = "matches.unknown"


@transaction.atomic
def group_unknown(*, actor: Person, case: Case) -> Job:
    """Queue the grouping of what no list knows. It looks into people's own pictures, so a person asks for it.

    Raises NotAllowed, OutsideAuthorisation, NothingToGroup.
    """
    require(actor, "matches.scan")
    limits = require_authorisation(case, "pictures")
    if not any(last_seen(each) for each in Exhibit.objects.filter(case=case)):
        raise NothingToGroup(why=gettext_noop("no exhibit of the case was scanned to its end"))
    job = start_job(GROUP_UNKNOWN, agency_id=case.agency_id, case_id=case.pk, actor_id=actor.pk, subject=case.number)
    record(
        news.GROUPED,
        actor=actor.actor, agency_id=case.agency_id, case_id=case.pk, object=f"case:{case.pk}",
        auth=" ".join(limits.numbers),
    )  # fmt: skip
    return job


@transaction.atomic
def keep_hints(case: Case, pictures: Iterable[Unknown]) -> None:
    """Keep cameras and places that pictures name as sightings; a second time changes nothing."""
    for each in pictures:
        values = {"camera": each.camera, "geo": each.place}
        found = [Observable(kind, value, value, 0, "exif", Validity.FORMAT) for kind, value in values.items() if value]
        if found:
            keep(case, each.exhibit, each.path, found, data_kind="pictures", item_day=each.day)
