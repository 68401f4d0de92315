"""Mutation of matches whose very bytes were confirmed before: nobody has to look again."""

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from amparo.web.accounts.models import Agency
from amparo.web.audit.actions import record
from amparo.web.audit.actors import SYSTEM
from amparo.web.matches import news
from amparo.web.matches.models import Match
from amparo.web.matches.policy import policy


def settle_known(agency: Agency, matches: QuerySet[Match]) -> int:
    """Mark those of `matches` that nobody judged and whose bytes were confirmed before. Idempotent; returns how many.

    "Before": a match of the same agency and purpose, by as many different persons as the policy asks today. The item
    is restricted already then: the same bytes are so wherever they lie. The earlier decision stays with its case.
    """
    if not policy(agency, "known_confirmed"):
        return 0
    confirmed = Match.objects.filter(exhibit__case__agency=agency, state=Match.State.CONFIRMED).exclude(item__sha256="")
    open_ones = matches.filter(
        state=Match.State.POSSIBLE, known_from=None, reviews=None, item__sha256__in=confirmed.values("item__sha256")
    )
    settled = 0
    for match in open_ones.select_related("item", "hash_list", "exhibit__case").order_by("pk").iterator(500):
        earlier = _earlier(agency, match)
        if earlier is not None:
            settled += _settle(match, earlier)
    return settled


def _earlier(agency: Agency, match: Match) -> Match | None:
    confirmed = Match.objects.filter(
        exhibit__case__agency=agency,
        item__sha256=match.item.sha256,
        hash_list__purpose=match.hash_list.purpose,
        state=Match.State.CONFIRMED,
    ).annotate(persons=Count("reviews", filter=Q(reviews__decision="confirm")))
    enough = confirmed.filter(persons__gte=policy(agency, "match_confirmations"))
    return enough.select_related("exhibit__case").order_by("found", "pk").first()


@transaction.atomic
def _settle(match: Match, earlier: Match) -> int:
    """Only if it is still as it was found: a person's judgement goes first."""
    untouched = Match.objects.filter(pk=match.pk, state=Match.State.POSSIBLE, known_from=None)
    if not untouched.update(state=Match.State.KNOWN, known_from=earlier):
        return 0
    case = match.exhibit.case
    record(
        news.KNOWN,
        actor=SYSTEM, agency_id=case.agency_id, case_id=case.pk, object=f"match:{match.pk}",
        facts={"case": earlier.exhibit.case.number, "exhibit": earlier.exhibit.number},
    )  # fmt: skip
    return 1
