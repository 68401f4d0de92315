"""A sign-in is news for the agency's log (no address, no browser: staff too are shown the least)."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver

from amparo.web.accounts import news
from amparo.web.accounts.models import Person
from amparo.web.audit.actions import record


@receiver(user_logged_in)
def note_sign_in(sender: type, user: Person, **rest: Any) -> None:
    record(news.SIGNED_IN, actor=user.actor, agency_id=user.agency_id, object=f"person:{user.pk}")
