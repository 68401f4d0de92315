"""Mutations of the negative bank: one person proposes, another agrees; anybody who reviews may end an entry."""

from django.db import transaction
from django.utils import timezone

from amparo.base import clean_text, gettext_noop
from amparo.web.accounts.models import Person
from amparo.web.accounts.permissions import require
from amparo.web.audit.actions import record
from amparo.web.matches import news
from amparo.web.matches.errors import NegativeRefused
from amparo.web.matches.models import Match, NegativeEntry
from amparo.web.matches.policy import policy


@transaction.atomic
def propose_negative(
    *, actor: Person, reason: str, match: Match | None = None, sha256: str = "", pdq: str = ""
) -> NegativeEntry:
    """Propose a picture that is not what a list says: the item of a rejected match, or one by its digests.

    It is in force once a second person agrees; at once, where the agency's policy asks for one person only.
    Raises NotAllowed, NegativeRefused.
    """
    require(actor, "matches.review")
    reason = clean_text(reason).strip()[:300]
    if not reason:
        raise NegativeRefused(why=gettext_noop("it needs a reason"))
    if match is not None:
        if match.state != Match.State.REJECTED:
            raise NegativeRefused(why=gettext_noop("only what was rejected can be kept in it"))
        sha256, pdq = match.item.sha256, (match.pdqs or "").partition(" ")[0]
    if not sha256 and not pdq:
        raise NegativeRefused(why=gettext_noop("there is no digest of the picture"))
    if NegativeEntry.objects.filter(agency=actor.agency, sha256=sha256, pdq=pdq, ended=None).exists():
        raise NegativeRefused(why=gettext_noop("the picture is in it already"))
    made = NegativeEntry.objects.create(
        agency=actor.agency, sha256=sha256, pdq=pdq, reason=reason, match=match, proposed_by=actor
    )
    _note(news.NEGATIVE_PROPOSED, actor, made, reason)
    if policy(actor.agency, "match_confirmations") < 2:
        _agree(actor, made)
    return made


@transaction.atomic
def agree_to_negative(*, actor: Person, negative: NegativeEntry) -> None:
    """Agree, as a second person. Raises NotAllowed, NegativeRefused."""
    require(actor, "matches.review")
    if negative.proposed_by_id == actor.pk and policy(actor.agency, "match_confirmations") > 1:
        raise NegativeRefused(why=gettext_noop("you proposed it yourself"))
    _agree(actor, negative)


def _agree(actor: Person, negative: NegativeEntry) -> None:
    waiting = NegativeEntry.objects.filter(pk=negative.pk, agreed=None, ended=None)
    if not waiting.update(agreed=timezone.now(), agreed_by=actor):
        raise NegativeRefused(why=gettext_noop("it does not wait for anybody"))
    _note(news.NEGATIVE_AGREED, actor, negative, None)


@transaction.atomic
def end_negative(*, actor: Person, negative: NegativeEntry) -> None:
    """Take it out: later scans find such pictures again. Raises NotAllowed, NegativeRefused."""
    require(actor, "matches.review")
    if not NegativeEntry.objects.filter(pk=negative.pk, ended=None).update(ended=timezone.now(), ended_by=actor):
        raise NegativeRefused(why=gettext_noop("it was taken out before"))
    _note(news.NEGATIVE_ENDED, actor, negative, None)


def _note(action: str, actor: Person, negative: NegativeEntry, reason: str | None) -> None:
    record(action, actor=actor.actor, agency_id=actor.agency_id, object=f"negative:{negative.pk}", reason=reason)
