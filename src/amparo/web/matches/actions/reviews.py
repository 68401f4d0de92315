"""Mutations of matches: review one, reveal its picture."""

from django.db import IntegrityError, transaction

from amparo.base import clean_text, gettext_noop
from amparo.web.accounts.models import Person
from amparo.web.accounts.permissions import require
from amparo.web.exhibits import rules
from amparo.web.exhibits.actions import mark_restricted
from amparo.web.exhibits.errors import ItemClosed
from amparo.web.matches import news
from amparo.web.matches.actions.noting import record_in_case
from amparo.web.matches.errors import RevealNeedsReason, ReviewRefused
from amparo.web.matches.models import Exposure, Match, Review


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
    record_in_case(news.REVIEWED, actor, match.exhibit, f"match:{match.pk}", facts={"decision": decision})
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
    record_in_case(news.CONFIRMED, actor, match.exhibit, f"match:{match.pk}", facts={"match": str(match.pk)})


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
    record_in_case(
        news.REVEALED, actor, match.exhibit, f"match:{match.pk}", reason=exposure.reason, auth=allowed.numbers
    )
    return exposure
