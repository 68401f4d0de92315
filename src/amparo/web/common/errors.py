"""Errors of the web, and the one helper that says an engine's error in the reader's language."""

from typing import NamedTuple

from django.utils.translation import gettext

from amparo.base import AmparoError, gettext_noop


class NotAllowed(AmparoError):
    """The person's roles do not hold the permission; the view answers 403, across agencies 404."""

    code = "W001"
    sentence = gettext_noop("Your roles do not include what this needs: %(permission)s.")
    advice = gettext_noop("Ask a supervisor to do it, or an administrator for the role.")


class NotFound(AmparoError):
    """The object does not exist, or is none of this person's business: both read the same."""

    code = "W002"
    sentence = gettext_noop("There is no such page.")
    advice = gettext_noop("Go back, or start from the desk.")


class NotReadable(AmparoError):
    """The request breaks off, or is not one that a browser sends."""

    code = "W004"
    sentence = gettext_noop("What was sent could not be read to its end.")
    advice = gettext_noop("Nothing was kept. Go back and send it again.")


class Said(NamedTuple):
    code: str
    sentence: str
    advice: str

    def __str__(self) -> str:
        return f"{self.sentence} {self.advice} ({self.code})"


def say(error: AmparoError) -> Said:
    """Return an error's code, sentence and advice in the active language, facts filled in.

    A fact that is itself a marked phrase ("it ends before it begins") is translated too; names pass unchanged.
    """
    facts = {name: gettext(fact) if isinstance(fact, str) and fact else fact for name, fact in error.facts.items()}
    return Said(error.code, gettext(error.sentence) % facts, gettext(error.advice) % facts)
