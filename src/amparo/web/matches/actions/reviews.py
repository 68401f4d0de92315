"""Mutations of matches: review one or a group, take one out of its group, reveal a picture."""

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction

from amparo.base import clean_text, gettext_noop
from amparo.web.accounts.models import Person
from amparo.web.accounts.permissions import require
from amparo.web.exhibits import rules
from amparo.web.exhibits.actions import mark_restricted
from amparo.web.exhibits.catalogue import item_row, unsaved_row
from amparo.web.exhibits.errors import ItemClosed
from amparo.web.exhibits.models import Exhibit, Item
from amparo.web.matches import news
from amparo.web.matches.actions.noting import record_in_case
from amparo.web.matches.errors import RevealNeedsReason, ReviewRefused
from amparo.web.matches.grouping import AT_ONCE, members, open_to, regroup
from amparo.web.matches.grouping import seal as sealed
from amparo.web.matches.labels import labels_of, severity_of
from amparo.web.matches.models import Exposure, Match, Review
from amparo.web.matches.policy import policy


@transaction.atomic
def review(*, actor: Person, match: Match, decision: str, note: str = "", category: str | None = None) -> Match:
    """Take one person's judgement; as many different confirming persons as the policy asks make it confirmed.

    A rejection against a confirmation makes it disputed, until one side leads by as many persons as the policy asks.
    `category`: code of a label of the agency's set. Raises NotAllowed, ReviewRefused.
    """
    require(actor, "matches.review")
    match = Match.objects.select_for_update().get(pk=match.pk)
    if match.state == Match.State.CONFIRMED:
        raise ReviewRefused(why=gettext_noop("it is confirmed already"))
    judged = {"decision": Review.Decision(decision), "note": note, **_labelled(actor, category)}
    try:
        with transaction.atomic():
            Review.objects.create(match=match, person=actor, **judged)
    except IntegrityError:
        raise ReviewRefused(why=gettext_noop("you have judged this match already")) from None
    match.state = _state_after(match)
    match.save(update_fields=["state"])
    facts = {"decision": decision} | ({"category": category} if category else {})
    record_in_case(news.REVIEWED, actor, match.exhibit, f"match:{match.pk}", facts=facts)
    if match.state == Match.State.CONFIRMED:
        _confirm(actor, match)
    return match


def _labelled(actor: Person, category: str | None) -> dict[str, Any]:
    if not category:
        return {}
    labels = labels_of(actor.agency)
    label = labels.by_code(category)
    if label is None:
        raise ReviewRefused(why=gettext_noop("its category is none of the agency's label set"))
    return {"label_set": labels.name, "category": label.code, "severity": label.severity}


@transaction.atomic
def review_group(
    *, actor: Person, match: Match, decision: str, seal: str, note: str = "", category: str | None = None
) -> list[Match]:
    """Judge every match of the group of `match` that waits for this person, by one look at what leads it.

    `seal`: what the page offered (grouping.seal); if the group is another by now, nothing is judged. Each match gets
    a review of its own, as if judged alone. Raises NotAllowed, ReviewRefused.
    """
    require(actor, "matches.review")
    waiting = list(open_to(actor, members(match))[:AT_ONCE])
    if not waiting:
        raise ReviewRefused(why=gettext_noop("nothing of this group waits for you"))
    if seal != sealed(each.pk for each in waiting):
        raise ReviewRefused(why=gettext_noop("the group has changed since you saw it"))
    _lock(waiting)
    return [review(actor=actor, match=each, decision=decision, note=note, category=category) for each in waiting]


@transaction.atomic
def take_apart(*, actor: Person, matches: Iterable[Match]) -> int:
    """Take matches out of their group, each to be judged alone from now on. Returns how many."""
    require(actor, "matches.review")
    taken = [match for match in matches if not match.apart]
    _lock(taken)
    for match in taken:
        Match.objects.filter(pk=match.pk).update(apart=True, group=str(match.pk))
    for case in {match.exhibit.case for match in taken}:
        regroup(case)  # where the leader left, another leads
    for match in taken:
        record_in_case(news.APART, actor, match.exhibit, f"match:{match.pk}")
    return len(taken)


def _lock(matches: Iterable[Match]) -> None:
    """Hold all rows before the first line of the log: whoever holds one of them may wait for the log."""
    keys = [match.pk for match in matches]
    list(Match.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk", flat=True))


def _state_after(match: Match) -> str:
    decisions = list(match.reviews.values_list("decision", flat=True))
    needed = policy(match.exhibit.case.agency, "match_confirmations")
    confirmed, rejected = decisions.count("confirm"), decisions.count("reject")
    ahead = confirmed - rejected
    if ahead >= needed:
        return Match.State.CONFIRMED
    if confirmed and rejected and -ahead < needed:
        return Match.State.DISPUTED
    if match.known_from_id:  # an earlier confirmation of the same bytes weighs against one rejection
        return Match.State.KNOWN if not rejected else Match.State.DISPUTED if -ahead < needed else Match.State.REJECTED
    return Match.State.REJECTED if rejected else Match.State.POSSIBLE


def _confirm(actor: Person, match: Match) -> None:
    """Known abuse material is restricted from the moment it is confirmed; court hears of it by the event."""
    if match.restricts:
        mark_restricted(actor=actor, item=match.item, why=f"confirmed match with {match.hash_list}")
    record_in_case(news.CONFIRMED, actor, match.exhibit, f"match:{match.pk}", facts={"match": str(match.pk)})


@transaction.atomic
def reveal(*, actor: Person, match: Match, reason: str, frame: str | None = None) -> Exposure:
    """Show one picture to one person, with a reason: a custody event, and a line in their exposure ledger.

    Restricted material too, but never what the authorisation closes. `frame`: the second of a video that is shown.
    Raises NotAllowed, RevealNeedsReason, ItemClosed.
    """
    allowed = _require_reveal(actor, match.exhibit, match.item)
    exposure = Exposure.objects.create(
        person=actor, match=match, reason=_reason(reason), severity=severity_of(match), frame=frame
    )
    record_in_case(
        news.REVEALED, actor, match.exhibit, f"match:{match.pk}", reason=exposure.reason, auth=allowed.numbers,
        facts={"frame": frame} if frame else {},
    )  # fmt: skip
    return exposure


@transaction.atomic
def reveal_item(*, actor: Person, exhibit: Exhibit, path: str, reason: str) -> Exposure:
    """As `reveal`, for a picture that no list knows. Raises NoSuchItem too."""
    item = unsaved_row(exhibit, path)
    allowed = _require_reveal(actor, exhibit, item)
    reason = _reason(reason)
    item = item_row(exhibit, path)
    exposure = Exposure.objects.create(person=actor, item=item, reason=reason)
    record_in_case(news.REVEALED, actor, exhibit, str(item), reason=reason, auth=allowed.numbers)
    return exposure


def _require_reveal(actor: Person, exhibit: Exhibit, item: Item) -> rules.Allowance:
    require(actor, "media.reveal")
    allowed = rules.allowance(exhibit)
    if not allowed.covers(item.mime, item.mtime):
        raise ItemClosed(why=rules.OUTSIDE)
    if rules.is_unviewed(exhibit, item) and not allowed.unviewed:
        raise ItemClosed(why=rules.UNVIEWED)
    return allowed


def _reason(text: str) -> str:
    reason = clean_text(text).strip()
    if not reason:
        raise RevealNeedsReason
    return reason[:200]
