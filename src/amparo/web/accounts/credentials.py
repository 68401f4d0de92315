"""Changes of a password or a second factor are news for the agency's log. The desk only: the portal has no allauth."""

from typing import Any

from allauth.account.signals import password_changed
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.dispatch import receiver

from amparo.web.accounts import news
from amparo.web.accounts.models import Person
from amparo.web.audit.actions import record


def _note(action: str, person: Person, **facts: str) -> None:
    record(action, actor=person.actor, agency_id=person.agency_id, object=f"person:{person.pk}", facts=facts)


@receiver(password_changed)
def note_password(sender: type, user: Person, **rest: Any) -> None:
    _note(news.PASSWORD_CHANGED, user)


@receiver(authenticator_added)
def note_factor_added(sender: type, user: Person, authenticator: Authenticator, **rest: Any) -> None:
    _note(news.SECOND_FACTOR_ADDED, user, kind=authenticator.type)


@receiver(authenticator_removed)
def note_factor_removed(sender: type, user: Person, authenticator: Authenticator, **rest: Any) -> None:
    _note(news.SECOND_FACTOR_REMOVED, user, kind=authenticator.type)
