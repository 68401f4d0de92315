"""Mutations of scans: start one, match a later list against what was scanned before, decide on a quarantined entry."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from amparo.base import clean_text, gettext_noop
from amparo.web.accounts.models import Person
from amparo.web.accounts.permissions import require
from amparo.web.audit.actions import record
from amparo.web.audit.actors import SYSTEM
from amparo.web.cases.authorisation import limits, require_authorisation
from amparo.web.cases.models import Case
from amparo.web.common.jobs import start_job
from amparo.web.common.models import Job
from amparo.web.exhibits.models import Catalogue, Exhibit
from amparo.web.matches import news
from amparo.web.matches.actions.lists import check_purpose
from amparo.web.matches.actions.noting import record_in_case
from amparo.web.matches.errors import NothingToScan, QuarantineRefused
from amparo.web.matches.models import HashList, Match, Quarantine, Scan
from amparo.web.matches.negative import current_bank
from amparo.web.matches.policy import policy
from amparo.web.matches.seen import last_seen

SCAN, RETRO = "matches.scan", "matches.retro"


@transaction.atomic
def start_scan(
    *,
    actor: Person,
    exhibit: Exhibit,
    lists: Iterable[HashList],
    threshold: int = 31,
    known_good: Iterable[HashList] = (),
) -> Scan:
    """Queue the comparison of one exhibit with some lists. `known_good`: lists of harmless files to leave out.

    Raises NotAllowed, OutsideAuthorisation, NothingToScan.
    """
    require(actor, "matches.scan")
    found = require_authorisation(exhibit.case, "pictures", exhibit=exhibit.number)
    chosen = [each for each in _usable(lists, exhibit) if not each.is_known_good]
    if not chosen:
        raise NothingToScan(exhibit=exhibit.number, why=gettext_noop("no list was chosen"))
    if not Catalogue.objects.filter(exhibit=exhibit).exists():
        raise NothingToScan(exhibit=exhibit.number, why=gettext_noop("its items are not listed yet"))
    for each in chosen:
        check_purpose(actor.agency, each.purpose)
    scan = Scan(exhibit=exhibit, threshold=threshold, authorisations=" ".join(found.numbers), started_by=actor)
    _begin(scan, SCAN, chosen, [each for each in _usable(known_good, exhibit) if each.is_known_good])
    _note(news.SCAN_STARTED, scan, len(chosen))
    return scan


def _usable(lists: Iterable[HashList], exhibit: Exhibit) -> list[HashList]:
    return [each for each in lists if each.withdrawn is None and each.agency_id == exhibit.case.agency_id]


def _begin(scan: Scan, kind: str, lists: list[HashList], known_good: list[HashList]) -> None:
    """Save the scan and queue its job."""
    exhibit = scan.exhibit
    scan.negative = current_bank(exhibit.case.agency)
    scan.save()
    scan.lists.set(lists)
    scan.known_good.set(known_good)
    job = start_job(
        kind,
        agency_id=exhibit.case.agency_id,
        case_id=exhibit.case_id,
        actor_id=scan.started_by_id,
        subject=f"{exhibit.number}: {', '.join(map(str, lists))}",
        parameters={"scan": str(scan.pk)},
    )
    scan.job_id = job.pk
    scan.save(update_fields=["job_id"])


def _note(action: str, scan: Scan, lists: int) -> None:
    facts: dict[str, object] = {"lists": lists}
    if scan.is_later:
        facts["later"] = True
    case = scan.exhibit.case
    record(
        action,
        actor=SYSTEM if scan.by_policy else scan.started_by.actor,
        agency_id=case.agency_id, case_id=case.pk, object=f"scan:{scan.pk}", auth=scan.authorisations, facts=facts,
    )  # fmt: skip


def seen_without(hash_list: HashList, cases: Iterable[Case]) -> list[Scan]:
    """The newest scan of each exhibit of `cases` that was scanned, never with this list, and may be looked at today."""
    if hash_list.is_known_good or hash_list.withdrawn is not None:
        return []
    found = []
    exhibits = Exhibit.objects.filter(case__in=list(cases), scans__finished__isnull=False).distinct()
    for exhibit in exhibits.exclude(pk__in=_met(hash_list)).select_related("case__agency"):
        before = last_seen(exhibit)
        if before is not None and limits(exhibit.case, "pictures", exhibit=exhibit.number) is not None:
            found.append(before)
    return found


def _met(hash_list: HashList) -> set[UUID]:
    """The exhibits that were compared with the list or are being so; a scan that failed counts for nothing."""
    scans = list(Scan.objects.filter(lists=hash_list).values_list("exhibit_id", "finished", "job_id"))
    going = Job.objects.filter(
        pk__in=[job for _, finished, job in scans if finished is None and job],
        state__in=[Job.State.WAITING, Job.State.RUNNING],
    )
    under_way = set(going.values_list("pk", flat=True))
    return {exhibit for exhibit, finished, job in scans if finished is not None or job in under_way}


@transaction.atomic
def match_later(*, actor: Person, hash_list: HashList, cases: Iterable[Case]) -> list[Scan]:
    """Queue the comparison of a list with what was scanned before in `cases`, without reading the media again.

    `cases`: those the person is a member of. Raises NotAllowed, ListMayNotMeet, NothingToScan.
    """
    require(actor, "matches.scan")
    check_purpose(actor.agency, hash_list.purpose)
    before = seen_without(hash_list, cases)
    if not before:
        raise NothingToScan(exhibit="-", why=gettext_noop("nothing was scanned before that this list has not met"))
    return [_later(each, hash_list, actor, by_policy=False) for each in before]


@transaction.atomic
def match_later_by_policy(hash_list: HashList) -> list[Scan]:
    """The same for all cases of the agency, where it wishes so for every new list. Idempotent; for its news."""
    if policy(hash_list.agency, "match_later") != "always":
        return []
    before = seen_without(hash_list, Case.objects.filter(agency=hash_list.agency))
    return [_later(each, hash_list, each.started_by, by_policy=True) for each in before]


def _later(before: Scan, hash_list: HashList, actor: Person, *, by_policy: bool) -> Scan:
    found = require_authorisation(before.exhibit.case, "pictures", exhibit=before.exhibit.number)
    scan = Scan(
        exhibit=before.exhibit, threshold=before.threshold, authorisations=" ".join(found.numbers), started_by=actor,
        retro_of=before, by_policy=by_policy,
    )  # fmt: skip
    _begin(scan, RETRO, [hash_list], [])
    _note(news.SCAN_STARTED, scan, 1)
    return scan


@transaction.atomic
def decide_quarantine(*, actor: Person, quarantine: Quarantine, decision: str, reason: str) -> Quarantine:
    """Lift it, so that its matches are judged one by one, or close it: nobody has to look at them.

    Raises NotAllowed, QuarantineRefused.
    """
    require(actor, "matches.review")
    reason = clean_text(reason).strip()
    if not reason:
        raise QuarantineRefused(why=gettext_noop("it needs a reason"))
    states = {"lift": Quarantine.State.LIFTED, "close": Quarantine.State.CLOSED}
    waiting = Quarantine.objects.filter(pk=quarantine.pk, state=Quarantine.State.HELD)
    done = waiting.update(state=states[decision], decided_by=actor, decided=timezone.now(), reason=reason[:300])
    if not done:
        raise QuarantineRefused(why=gettext_noop("somebody has decided already"))
    held = Match.objects.filter(
        exhibit=quarantine.exhibit,
        hash_list=quarantine.hash_list,
        entry_row=quarantine.entry_row,
        state=Match.State.HELD,
    )
    if decision == "lift":
        held.update(state=Match.State.POSSIBLE)
    record_in_case(
        news.QUARANTINE_DECIDED, actor, quarantine.exhibit, f"quarantine:{quarantine.pk}", reason=reason[:300],
        facts={"decision": decision, "pictures": quarantine.pictures, "row": quarantine.entry_row},
    )  # fmt: skip
    quarantine.refresh_from_db()
    return quarantine
