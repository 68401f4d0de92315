"""Mutations: import a list, start a scan, review a match, reveal a picture."""

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from amparo.base import SkipCount, clean_text, gettext_noop
from amparo.media import LISTS, build_index
from amparo.web.accounts.models import Agency, Person
from amparo.web.accounts.permissions import require
from amparo.web.audit.actions import record
from amparo.web.cases.authorisation import require_authorisation
from amparo.web.common.home import folder
from amparo.web.common.jobs import start_job
from amparo.web.exhibits import rules
from amparo.web.exhibits.actions import mark_restricted
from amparo.web.exhibits.errors import ItemClosed
from amparo.web.exhibits.models import Catalogue, Exhibit
from amparo.web.matches import news
from amparo.web.matches.errors import ListMayNotMeet, ListRefused, NothingToScan, RevealNeedsReason, ReviewRefused
from amparo.web.matches.files import sha256_of
from amparo.web.matches.models import PURPOSES, Exposure, HashList, Match, Review, Scan

HERE_ALREADY: Final = gettext_noop("this version of it is here already")


def index_folder(hash_list: HashList) -> Path:
    return folder("index") / str(hash_list.agency_id) / str(hash_list.pk)


def import_list(
    *, actor: Person, path: Path, name: str, version: str, purpose: str, source: str, format: str = "csv"
) -> HashList:
    """Read a list file into an index. Bad lines are left out, counted and kept as examples.

    Raises NotAllowed, ListMayNotMeet, ListRefused; a file that breaks off leaves no partial list.
    """
    require(actor, "lists.import")
    _check_purpose(actor.agency, purpose)
    if HashList.objects.filter(agency=actor.agency, name=name, version=version).exists():
        raise ListRefused(why=HERE_ALREADY)
    new = HashList(agency=actor.agency, name=name, version=version, purpose=purpose, source=source, format=format)
    new.source_sha256 = sha256_of(path)
    manifest = {"list": name, "version": version, "purpose": purpose, "source_sha256": new.source_sha256}
    with path.open("rb") as stream:
        report = build_index(LISTS[format].read(stream), index_folder(new), manifest)
    _note_skips(new, report.skipped)
    new.entries, new.index_digest, new.imported_by = report.entries, report.digest, actor
    try:
        _keep_list(new, actor)
    except ListRefused:
        shutil.rmtree(index_folder(new))
        raise
    return new


def _keep_list(new: HashList, actor: Person) -> None:
    if not new.entries:
        raise ListRefused(why=gettext_noop("no line of it could be read"))
    try:
        with transaction.atomic():
            new.save()
            record(
                news.LIST_IMPORTED,
                actor=actor.actor,
                agency_id=actor.agency_id,
                object=f"list:{new.pk}",
                after=f"sha256:{new.index_digest}",
                facts={"purpose": new.purpose, "entries": new.entries, "skipped": new.skipped_total},
            )
    except IntegrityError:
        raise ListRefused(why=HERE_ALREADY) from None


def _check_purpose(agency: Agency, purpose: str) -> None:
    if purpose not in PURPOSES or (purpose == "training") is not agency.is_exercise:
        raise ListMayNotMeet(purpose=purpose)


def _note_skips(new: HashList, skipped: SkipCount) -> None:
    new.skipped = dict(skipped.counts)
    new.skipped_examples = [each._asdict() for each in skipped.examples[:50]]


@transaction.atomic
def withdraw_list(*, actor: Person, hash_list: HashList) -> None:
    """A withdrawn list is not used in new scans; what it matched before stays, marked."""
    require(actor, "lists.import")
    if not HashList.objects.filter(pk=hash_list.pk, withdrawn=None).update(withdrawn=timezone.now()):
        return
    record(news.LIST_WITHDRAWN, actor=actor.actor, agency_id=actor.agency_id, object=f"list:{hash_list.pk}")


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
        _check_purpose(actor.agency, each.purpose)
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
    _record(
        news.SCAN_STARTED, actor, exhibit, f"scan:{scan.pk}", auth=scan.authorisations, facts={"lists": len(chosen)}
    )
    return scan


@transaction.atomic
def review(*, actor: Person, match: Match, decision: str, note: str = "") -> Match:
    """Take one person's judgement; as many different confirming persons as the policy asks make it confirmed.

    A rejection against a confirmation makes it disputed, until one side leads by as many persons as the policy asks.
    Raises NotAllowed, ReviewRefused.
    """
    require(actor, "matches.review")
    match = Match.objects.select_for_update().get(pk=match.pk)
    if match.state == Match.State.CONFIRMED:
        raise ReviewRefused(why=gettext_noop("it is confirmed already"))
    try:
        with transaction.atomic():
            Review.objects.create(match=match, person=actor, decision=Review.Decision(decision), note=note)
    except IntegrityError:
        raise ReviewRefused(why=gettext_noop("you have judged this match already")) from None
    match.state = _state_after(match)
    match.save(update_fields=["state"])
    _record(news.REVIEWED, actor, match.exhibit, f"match:{match.pk}", facts={"decision": decision})
    if match.state == Match.State.CONFIRMED:
        _confirm(actor, match)
    return match


def _state_after(match: Match) -> str:
    decisions = list(match.reviews.values_list("decision", flat=True))
    needed = match.exhibit.case.agency.policy["match_confirmations"]
    confirmed, rejected = decisions.count("confirm"), decisions.count("reject")
    ahead = confirmed - rejected
    if ahead >= needed:
        return Match.State.CONFIRMED
    if confirmed and rejected and -ahead < needed:
        return Match.State.DISPUTED
    return Match.State.REJECTED if rejected else Match.State.POSSIBLE


def _confirm(actor: Person, match: Match) -> None:
    """Known abuse material is restricted from the moment it is confirmed; court hears of it by the event."""
    if match.restricts:
        mark_restricted(actor=actor, item=match.item, why=f"confirmed match with {match.hash_list}")
    _record(news.CONFIRMED, actor, match.exhibit, f"match:{match.pk}", facts={"match": str(match.pk)})


@transaction.atomic
def reveal(*, actor: Person, match: Match, reason: str) -> Exposure:
    """Show one picture to one person, with a reason: a custody event, and a line in their exposure ledger.

    Restricted material too, but never what the authorisation closes. Raises NotAllowed, RevealNeedsReason, ItemClosed.
    """
    require(actor, "media.reveal")
    reason = clean_text(reason).strip()
    if not reason:
        raise RevealNeedsReason
    allowed = rules.allowance(match.exhibit)
    if not allowed.covers(match.item.mime, match.item.mtime):
        raise ItemClosed(why=rules.OUTSIDE)
    if rules.is_unviewed(match.exhibit, match.item) and not allowed.unviewed:
        raise ItemClosed(why=rules.UNVIEWED)
    exposure = Exposure.objects.create(person=actor, match=match, reason=reason[:200])
    _record(news.REVEALED, actor, match.exhibit, f"match:{match.pk}", reason=exposure.reason, auth=allowed.numbers)
    return exposure


def _record(action: str, actor: Person, exhibit: Exhibit, about: str, **rest: Any) -> None:
    case = exhibit.case
    record(action, actor=actor.actor, agency_id=case.agency_id, case_id=case.pk, object=about, **rest)
