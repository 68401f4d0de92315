"""Mutations of scans: start one."""

from collections.abc import Iterable

from django.db import transaction

from amparo.base import gettext_noop
from amparo.web.accounts.models import Person
from amparo.web.accounts.permissions import require
from amparo.web.cases.authorisation import require_authorisation
from amparo.web.common.jobs import start_job
from amparo.web.exhibits.models import Catalogue, Exhibit
from amparo.web.matches import news
from amparo.web.matches.actions.lists import check_purpose
from amparo.web.matches.actions.noting import record_in_case
from amparo.web.matches.errors import NothingToScan
from amparo.web.matches.models import HashList, Scan


@transaction.atomic
def start_scan(*, actor: Person, exhibit: Exhibit, lists: Iterable[HashList], threshold: int = 31) -> Scan:
    """Queue the comparison of one exhibit with some lists. Raises NotAllowed, OutsideAuthorisation, NothingToScan."""
    require(actor, "matches.scan")
    limits = require_authorisation(exhibit.case, "pictures", exhibit=exhibit.number)
    chosen = [each for each in lists if each.withdrawn is None and each.agency_id == exhibit.case.agency_id]
    if not chosen:
        raise NothingToScan(exhibit=exhibit.number, why=gettext_noop("no list was chosen"))
    if not Catalogue.objects.filter(exhibit=exhibit).exists():
        raise NothingToScan(exhibit=exhibit.number, why=gettext_noop("its items are not listed yet"))
    for each in chosen:
        check_purpose(actor.agency, each.purpose)
    scan = Scan.objects.create(
        exhibit=exhibit, threshold=threshold, authorisations=" ".join(limits.numbers), started_by=actor
    )
    scan.lists.set(chosen)
    job = start_job(
        "matches.scan",
        agency_id=exhibit.case.agency_id,
        case_id=exhibit.case_id,
        actor_id=actor.pk,
        subject=f"{exhibit.number}: {', '.join(map(str, chosen))}",
        parameters={"scan": str(scan.pk)},
    )
    scan.job_id = job.pk
    scan.save(update_fields=["job_id"])
    record_in_case(
        news.SCAN_STARTED, actor, exhibit, f"scan:{scan.pk}", auth=scan.authorisations, facts={"lists": len(chosen)}
    )
    return scan
