"""Mutations: make a finding, enter an offence, build a bundle, hand it over."""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils import timezone

from amparo.findings import Finding as FindingValue
from amparo.web.accounts.models import Person
from amparo.web.accounts.permissions import require
from amparo.web.audit.actions import record
from amparo.web.cases.actions import next_number
from amparo.web.cases.authorisation import DATA_KINDS, limits, require_authorisation
from amparo.web.cases.models import Case
from amparo.web.common.errors import NotAllowed
from amparo.web.common.jobs import start_job
from amparo.web.court import news
from amparo.web.court.closing import require_open
from amparo.web.court.compose import from_match
from amparo.web.court.compose_trace import from_trace
from amparo.web.court.errors import (
    NoSum,
    NotAReader,
    NotConfirmed,
    NothingToBundle,
    NotOfThisCase,
    WithdrawalNeedsReason,
)
from amparo.web.court.models import Bundle, BundleReader, Element, Finding, Offence
from amparo.web.matches.models import Match
from amparo.web.traces.models import TraceResult


@transaction.atomic
def keep_match(*, actor: Person, match: Match) -> Finding:
    """Make the finding of a confirmed match; a second call returns the first one. Raises NotConfirmed.

    The permission is the review's: whoever gave the last confirmation made the finding by it.
    """
    require(actor, "matches.review")
    if match.state != Match.State.CONFIRMED:
        raise NotConfirmed
    existing = Finding.objects.filter(match=match).first()
    if existing:
        return existing
    reviewers, dissenters = (_who(match, decision) for decision in ("confirm", "reject"))
    value = from_match(_number(match.case, "F"), match, reviewers, dissenters)
    return _keep(actor, match.case, value, reviewers=reviewers, match=match)


def _who(match: Match, decision: str) -> list[str]:
    return list(match.reviews.filter(decision=decision).values_list("person__username", flat=True))


@transaction.atomic
def keep_trace(*, actor: Person, found: TraceResult) -> Finding:
    """Make the finding of one trace by one rule; a second call returns the first one. Raises NoSum."""
    require(actor, "findings.make")
    if not found.result["conserves"]:
        raise NoSum(rule=found.rule)
    existing = Finding.objects.filter(trace_result=found).first()
    if existing:
        return existing
    case = found.trace.case
    return _keep(actor, case, from_trace(_number(case, "F"), found), trace_result=found)


def _keep(actor: Person, case: Case, value: FindingValue, **fields: Any) -> Finding:
    finding = Finding.objects.create(case=case, number=value.id, body=value.as_dict(), author=actor, **fields)
    _record(news.FINDING_MADE, actor, case, f"finding:{finding.pk}", facts={"number": value.id, "level": value.level})
    return finding


@transaction.atomic
def withdraw_finding(*, actor: Person, finding: Finding, reason: str) -> None:
    """Take a finding back, with a reason: it stays on the page, marked, and no new bundle holds it.

    Bundles that were signed with it stay as they are. Raises NotAllowed, WithdrawalNeedsReason.
    """
    require(actor, "findings.make")
    if not reason.strip():
        raise WithdrawalNeedsReason
    if Finding.objects.filter(pk=finding.pk, withdrawn=None).update(withdrawn=timezone.now()):
        facts = {"number": finding.number}
        about = f"finding:{finding.pk}"
        _record(news.FINDING_WITHDRAWN, actor, finding.case, about, reason=reason.strip()[:200], facts=facts)


def _number(case: Case, letter: str) -> str:
    return f"{letter}{next_number(case.agency, f'{letter}:{case.pk}')}"


@transaction.atomic
def enter_offence(*, actor: Person, case: Case, name: str, law: str, elements: Collection[str]) -> Offence:
    """Enter an offence with its elements, in the order the law names them."""
    require(actor, "findings.make")
    offence = Offence.objects.create(case=case, name=name, law=law)
    for position, text in enumerate(elements, 1):
        Element.objects.create(offence=offence, position=position, text=text)
    _record(news.OFFENCE_ENTERED, actor, case, f"offence:{offence.pk}", facts={"elements": len(elements)})
    return offence


@transaction.atomic
def support(*, actor: Person, element: Element, finding: Finding) -> None:
    """Put a finding under an element: what it may show is for the court to say. Raises NotAllowed, NotOfThisCase."""
    require(actor, "findings.make")
    if finding.case_id != element.offence.case_id:
        raise NotOfThisCase(finding=finding.number)
    element.findings.add(finding)
    facts = {"finding": finding.number}
    _record(news.ELEMENT_SUPPORTED, actor, finding.case, f"element:{element.pk}", facts=facts)


@transaction.atomic
def start_bundle(*, actor: Person, case: Case, languages: Collection[str]) -> Bundle:
    """Queue the writing and signing of a court bundle. Raises NotAllowed, OutsideAuthorisation, NothingToBundle."""
    require(actor, "bundles.build")
    auth = _authorisations(case)
    if not Finding.objects.filter(case=case, withdrawn=None).exists():
        raise NothingToBundle(case=case.number)
    bundle = Bundle.objects.create(case=case, number=_number(case, "B"), languages=list(languages), built_by=actor)
    job = start_job(
        "court.bundle",
        agency_id=case.agency_id,
        case_id=case.pk,
        actor_id=actor.pk,
        subject=bundle.number,
        parameters={"bundle": str(bundle.pk)},
    )
    bundle.job_id = job.pk
    bundle.save(update_fields=["job_id"])
    _record(news.BUNDLE_STARTED, actor, case, f"bundle:{bundle.pk}", auth=auth, facts={"number": bundle.number})
    return bundle


def _authorisations(case: Case) -> str:
    """All that are valid today, "A1 A2". Raises OutsideAuthorisation if none is."""
    found = [limits(case, kind) for kind in DATA_KINDS]
    numbers = sorted({number for each in found if each for number in each.numbers})
    if not numbers:
        require_authorisation(case, "files")
    return " ".join(numbers)


@transaction.atomic
def hand_over(*, actor: Person, bundle: Bundle, username: str) -> BundleReader:
    """Let a judge, defence or expert read this one bundle. Raises NotAllowed, NotAReader."""
    require(actor, "bundles.build")
    person = Person.objects.filter(username=username, agency=bundle.case.agency, is_active=True).first()
    if person is None or not person.may("bundles.read"):
        raise NotAReader(username=username)
    reader, _ = BundleReader.objects.get_or_create(bundle=bundle, person=person)
    _record(news.BUNDLE_HANDED, actor, bundle.case, f"bundle:{bundle.pk}", facts={"to": username})
    return reader


def may_read(person: Person, bundle: Bundle) -> bool:
    """A member of the case who may see findings, or a reader of this one bundle."""
    if person.may("bundles.read") and bundle.readers.filter(person=person).exists():
        return True
    return person.may("findings.see") and bundle.case.memberships.filter(person=person).exists()


@transaction.atomic
def note_taken(*, actor: Person, bundle: Bundle) -> None:
    """A download is a custody event, written before the first byte leaves. Raises NotAllowed, BundleClosed."""
    _require_reader(actor, bundle)
    require_open(bundle)
    after = f"sha256:{bundle.digest}"
    _record(news.BUNDLE_TAKEN, actor, bundle.case, f"bundle:{bundle.pk}", after=after)


@transaction.atomic
def note_read(*, actor: Person, bundle: Bundle, language: str) -> None:
    """Who read the report on the desk stands in the custody log too. Raises NotAllowed."""
    _require_reader(actor, bundle)
    facts = {"number": bundle.number, "language": language}
    _record(news.BUNDLE_READ, actor, bundle.case, f"bundle:{bundle.pk}", facts=facts)


def _require_reader(actor: Person, bundle: Bundle) -> None:
    if not may_read(actor, bundle):
        raise NotAllowed(permission="bundles.read")


def _record(action: str, actor: Person, case: Case, about: str, **rest: Any) -> None:
    record(action, actor=actor.actor, agency_id=case.agency_id, case_id=case.pk, object=about, **rest)
