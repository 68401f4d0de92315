"""Mutations of accounts: persons, roles, tokens, policy."""

import hashlib
import secrets
from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from amparo.base import AmparoError, gettext_noop
from amparo.web.accounts import news
from amparo.web.accounts.models import Agency, ApiToken, Person, RoleGrant
from amparo.web.accounts.permissions import require
from amparo.web.accounts.roles import EXERCISE_ROLES, ROLES
from amparo.web.audit.actions import record
from amparo.web.audit.actors import Actor


class RoleDoesNotFit(AmparoError):
    code = "W201"
    sentence = gettext_noop("The role %(role)s cannot be given in the agency %(agency)s.")
    advice = gettext_noop("Trainer and learner belong into an agency of kind exercise; choose a known role otherwise.")


class SeatIsNotYours(AmparoError):
    code = "W203"
    sentence = gettext_noop("The overseer's seat cannot be given, changed or ended from the desk.")
    advice = gettext_noop("It is filled on the server, by the body that oversees the unit.")


class UsernameTaken(AmparoError):
    code = "W202"
    sentence = gettext_noop("There is already a person called %(username)s.")
    advice = gettext_noop("Choose another username.")


@transaction.atomic
def add_agency(*, actor: Actor, slug: str, name: str, **fields: Any) -> Agency:
    """Make an agency. Only `amparo init` and the demo call this: an agency cannot be made from the desk."""
    agency = Agency.objects.create(slug=slug, name=name, **fields)
    record(news.POLICY_CHANGED, actor=actor, agency_id=agency.pk, object=f"agency:{agency.pk}", facts=agency.policy)
    return agency


@transaction.atomic
def change_policy(
    *, actor: Person, permission: str, wanted: Mapping[str, Any], usual: Mapping[str, Any], reason: str
) -> dict[str, Any]:
    """Set keys of the policy of the actor's agency and record it: all of it, and what was changed under "before".

    `usual`: what holds for a key that was never set. Returns what was changed, as it stood before; a decision that
    changes nothing is recorded too, for its reason. Whoever calls this has checked the values. Raises NotAllowed.
    """
    require(actor, permission)
    agency = Agency.objects.select_for_update().get(pk=actor.agency_id)
    now = {**usual, **agency.policy}
    before = {name: now.get(name) for name, value in wanted.items() if now.get(name) != value}
    agency.policy = {**agency.policy, **wanted}
    agency.save(update_fields=["policy"])
    record(
        news.POLICY_CHANGED,
        actor=actor.actor, agency_id=agency.pk, object=f"agency:{agency.pk}", reason=reason,
        facts={**agency.policy, "before": before},
    )  # fmt: skip
    return before


@transaction.atomic
def found_person(*, actor: Actor, agency: Agency, username: str, password: str, roles: Collection[str]) -> Person:
    """The first persons of an agency, made by `amparo init` on the server itself."""
    return _make_person(actor=actor, agency=agency, username=username, password=password, roles=roles)


@transaction.atomic
def add_person(*, actor: Person, username: str, password: str, roles: Collection[str]) -> Person:
    """Add a person to the actor's own agency. Raises NotAllowed, UsernameTaken, RoleDoesNotFit."""
    require(actor, "accounts.manage")
    if "overseer" in roles:
        raise SeatIsNotYours
    return _make_person(actor=actor.actor, agency=actor.agency, username=username, password=password, roles=roles)


def _make_person(*, actor: Actor, agency: Agency, username: str, password: str, roles: Collection[str]) -> Person:
    if Person.objects.filter(username=username).exists():
        raise UsernameTaken(username=username)
    person = Person.objects.create_user(username=username, password=password, agency=agency)
    for role in roles:
        _grant(person, role)
    record(
        news.PERSON_ADDED, actor=actor, agency_id=agency.pk, object=f"person:{person.pk}", facts={"roles": list(roles)}
    )
    return person


@transaction.atomic
def set_roles(*, actor: Person, person: Person, roles: Collection[str]) -> None:
    """Replace a colleague's roles. Nobody changes their own, and the overseer's seat is not the unit's to change."""
    require(actor, "accounts.manage")
    if "overseer" in {*roles, *person.roles}:
        raise SeatIsNotYours
    if person.agency_id != actor.agency_id or person.pk == actor.pk:
        raise RoleDoesNotFit(role=", ".join(roles), agency=actor.agency.name)
    person.grants.all().delete()
    for role in roles:
        _grant(person, role)
    record(
        news.ROLES_CHANGED,
        actor=actor.actor, agency_id=actor.agency_id, object=f"person:{person.pk}", facts={"roles": list(roles)},
    )  # fmt: skip


def _grant(person: Person, role: str) -> None:
    if role not in ROLES or (role in EXERCISE_ROLES and not person.agency.is_exercise):
        raise RoleDoesNotFit(role=role, agency=person.agency.name)
    RoleGrant.objects.create(person=person, role=role)


@transaction.atomic
def end_access(*, actor: Person, person: Person) -> None:
    """Somebody leaves: they can no longer sign in; what they did stays in the logs under their name."""
    require(actor, "accounts.manage")
    if "overseer" in person.roles:
        raise SeatIsNotYours
    Person.objects.filter(pk=person.pk, agency=actor.agency).exclude(pk=actor.pk).update(is_active=False)
    record(news.PERSON_LEFT, actor=actor.actor, agency_id=actor.agency_id, object=f"person:{person.pk}")


def choose_language(*, actor: Person, language: str) -> None:
    """Everybody chooses their own language; no permission, and no news: it says nothing about the work."""
    if language in dict(settings.LANGUAGES):
        Person.objects.filter(pk=actor.pk).update(language=language)


class NewToken(NamedTuple):
    token: ApiToken
    secret: str  # shown once


@transaction.atomic
def make_token(*, actor: Person, name: str, scopes: Iterable[str], purpose: str, days: int = 90) -> NewToken:
    """Make an API token that can do no more than its maker. Only the digest is kept."""
    require(actor, "tokens.manage")
    for scope in scopes:
        require(actor, scope)
    secret = "amparo_" + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        agency=actor.agency,
        person=actor,
        name=name,
        digest=token_digest(secret),
        scopes=sorted(scopes),
        purpose=ApiToken.Purpose(purpose),
        expires=timezone.now() + timedelta(days=days),
    )
    record(
        news.TOKEN_MADE,
        actor=actor.actor, agency_id=actor.agency_id, object=f"token:{token.pk}",
        facts={"scopes": token.scopes, "purpose": token.purpose},
    )  # fmt: skip
    return NewToken(token, secret)


@transaction.atomic
def revoke_token(*, actor: Person, token: ApiToken) -> None:
    require(actor, "tokens.manage")
    ApiToken.objects.filter(pk=token.pk, agency=actor.agency, revoked=None).update(revoked=timezone.now())
    record(news.TOKEN_REVOKED, actor=actor.actor, agency_id=actor.agency_id, object=f"token:{token.pk}")


def token_digest(secret: str) -> str:
    """256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
