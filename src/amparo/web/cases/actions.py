"""Mutations of a case: open it, say who needs to know, on what authority, and about whom it is."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from amparo.base import AmparoError, gettext_noop
from amparo.web.accounts.models import Agency, Person
from amparo.web.accounts.permissions import require
from amparo.web.audit.actions import record
from amparo.web.cases import news
from amparo.web.cases.authorisation import DATA_KINDS
from amparo.web.cases.models import Authorisation, Case, CasePerson, Counter, Membership


class AuthorisationDoesNotFit(AmparoError):
    code = "W302"
    sentence = gettext_noop("This authorisation cannot be entered: %(why)s.")
    advice = gettext_noop("Check the dates and the kinds of data, then enter it again.")


class NotOneOfUs(AmparoError):
    code = "W303"
    sentence = gettext_noop("%(username)s is not an active member of your agency.")
    advice = gettext_noop("Only persons of the same agency can be members of its cases; use a referral for others.")


def next_number(agency: Agency, name: str) -> int:
    """Count up one of the agency's counters, inside the surrounding transaction."""
    counter, _ = Counter.objects.select_for_update().get_or_create(agency=agency, name=name)
    counter.last += 1
    counter.save(update_fields=["last"])
    return counter.last


@transaction.atomic
def open_case(*, actor: Person, title: str, authorisation: dict[str, Any], crime_types: Iterable[str] = ()) -> Case:
    """Open a case under its first authorisation; the actor becomes its first member.

    `authorisation` holds the keywords of `authorise`. Raises NotAllowed, AuthorisationDoesNotFit.
    """
    require(actor, "cases.open")
    year = timezone.now().year
    number = f"{year}-{next_number(actor.agency, f'case:{year}'):04d}"
    case = Case.objects.create(agency=actor.agency, number=number, title=title, crime_types=list(crime_types))
    Membership.objects.create(case=case, person=actor)
    record(
        news.OPENED,
        actor=actor.actor, agency_id=case.agency_id, case_id=case.pk, object=f"case:{case.pk}",
        facts={"number": number, "crime_types": list(crime_types)},
    )  # fmt: skip
    _enter_authorisation(actor, case, **authorisation)
    return case


@transaction.atomic
def authorise(*, actor: Person, case: Case, **fields: Any) -> Authorisation:
    """Enter a further authorisation. Raises NotAllowed, AuthorisationDoesNotFit."""
    require(actor, "cases.manage")
    return _enter_authorisation(actor, case, **fields)


def _enter_authorisation(
    actor: Person,
    case: Case,
    *,
    kind: str,
    reference: str,
    issuer: str,
    valid_from: date,
    valid_to: date | None = None,
    data_kinds: Iterable[str],
    exhibits: Iterable[str] = (),
    persons: Iterable[str] = (),
    items_from: date | None = None,
    items_to: date | None = None,
    unviewed_files: bool = False,
) -> Authorisation:
    kinds = sorted(set(data_kinds))
    if unknown := set(kinds) - DATA_KINDS.keys():
        raise AuthorisationDoesNotFit(why=f"unknown kinds of data: {', '.join(sorted(unknown))}")
    if (valid_to and valid_to < valid_from) or (items_from and items_to and items_to < items_from):
        raise AuthorisationDoesNotFit(why=gettext_noop("it ends before it begins"))
    entered = Authorisation.objects.create(
        case=case,
        number=f"A{next_number(case.agency, f'authorisation:{case.pk}')}",
        kind=Authorisation.Kind(kind),
        reference=reference,
        issuer=issuer,
        valid_from=valid_from,
        valid_to=valid_to,
        data_kinds=kinds,
        exhibits=sorted(exhibits),
        persons=sorted(persons),
        items_from=items_from,
        items_to=items_to,
        unviewed_files=unviewed_files,
    )
    record(
        news.AUTHORISED,
        actor=actor.actor, agency_id=case.agency_id, case_id=case.pk, object=f"authorisation:{entered.pk}",
        auth=entered.number, facts={"kind": kind, "data_kinds": kinds},
    )  # fmt: skip
    return entered


@transaction.atomic
def add_member(*, actor: Person, case: Case, username: str) -> Membership:
    """Let a colleague see the case. Raises NotAllowed, NotOneOfUs."""
    require(actor, "cases.manage")
    person = Person.objects.filter(username=username, agency=case.agency, is_active=True).first()
    if person is None:
        raise NotOneOfUs(username=username)
    membership, created = Membership.objects.get_or_create(case=case, person=person)
    if created:
        _note(actor, case, news.MEMBER_ADDED, person)
    return membership


@transaction.atomic
def remove_member(*, actor: Person, case: Case, person: Person) -> None:
    require(actor, "cases.manage")
    if Membership.objects.filter(case=case, person=person).delete()[0]:
        _note(actor, case, news.MEMBER_REMOVED, person)


def _note(actor: Person, case: Case, action: str, person: Person) -> None:
    record(action, actor=actor.actor, agency_id=case.agency_id, case_id=case.pk, object=f"person:{person.pk}")


@transaction.atomic
def enter_person(*, actor: Person, case: Case, category: str, name: str = "", **fields: Any) -> CasePerson:
    """Enter somebody into the case by category; logs and findings call them P1, P2 …"""
    require(actor, "cases.manage")
    person = CasePerson.objects.create(
        case=case,
        number=f"P{next_number(case.agency, f'people:{case.pk}')}",
        category=CasePerson.Category(category),
        name=name,
        **fields,
    )
    record(
        news.PERSON_ENTERED,
        actor=actor.actor, agency_id=case.agency_id, case_id=case.pk, object=f"case-person:{person.number}",
        facts={"category": category},
    )  # fmt: skip
    return person


@transaction.atomic
def move_person(*, actor: Person, person: CasePerson, category: str, outcome: str, reason: str) -> None:
    """Change category or outcome ("unfounded" is one), with a reason."""
    require(actor, "cases.manage")
    before = person.category
    person.category = CasePerson.Category(category)
    person.outcome = CasePerson.Outcome(outcome)
    person.save(update_fields=["category", "outcome"])
    case = person.case
    record(
        news.PERSON_MOVED,
        actor=actor.actor, agency_id=case.agency_id, case_id=case.pk, object=f"case-person:{person.number}",
        reason=reason, facts={"from": before, "to": category, "outcome": outcome},
    )  # fmt: skip
