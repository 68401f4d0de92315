"""Mutation of breaks: what a person did when one was suggested."""

from amparo.web.accounts.models import Person
from amparo.web.accounts.permissions import require
from amparo.web.matches.models import Pause


def answer_break(*, actor: Person, answer: str) -> Pause:
    """Keep it for the person alone; it stands in no log, so that nobody can make an appraisal of it."""
    require(actor, "matches.review")
    return Pause.objects.create(person=actor, answer=Pause.Answer(answer))
