"""The facts that a tip is assessed with: what the unit's lists, reports, cases and earlier tips say."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.db.models import Avg, Count, Q

from amparo.base import utc_now
from amparo.exchange.tips import SenderScore, TipFacts, assess
from amparo.exchange.tips import Tip as Read
from amparo.web.accounts.models import Agency
from amparo.web.tips.models import Tip, TipFile

#: Words in a list's label or category that stand for the most severe classes, and for widely spread material.
SEVERE: Final = frozenset({"a", "a1", "1", "category a", "baseline", "most severe"})
VIRAL: Final = frozenset({"viral", "meme", "widely spread"})


def _marked(known: Iterable[Mapping[str, Any]], words: frozenset[str]) -> bool:
    return any(str(each.get("label", "")).strip().casefold() in words for each in known)


def facts_of(tip: Tip, files: Iterable[TipFile], alike: int, agency: Agency, sender: SenderScore | None) -> TipFacts:
    """What is known besides the tip. `alike`: other reports about the same account."""
    known = [each.known for each in files if each.known]
    return TipFacts(
        known=len(known),
        known_severe=sum(_marked(each, SEVERE) for each in known),
        known_viral=sum(_marked(each, VIRAL) for each in known),
        reports=tip.report_links,
        cases=tip.case_links,
        tips=alike,
        sender=sender,
        country=agency.country or None,
        now=utc_now(),
    )


def assessed(tip: Tip, read: Read, facts: TipFacts) -> None:
    """Set danger, actionability and their reasons."""
    found = assess(read, facts)
    tip.danger, tip.is_danger = found.danger, found.is_danger
    tip.actionability, tip.reasons = found.actionability, list(found.reasons)


def sender_scores(agency: Agency) -> dict[str, SenderScore]:
    """What came of each sender's tips so far."""
    state = Tip.State
    rows = (
        Tip.objects.filter(agency=agency)
        .order_by()
        .values("esp")
        .annotate(
            tips=Count("pk"),
            cases=Count("pk", filter=Q(state=state.IN_CASE)),
            no_action=Count("pk", filter=Q(state=state.NO_ACTION)),
            duplicates=Count("pk", filter=Q(state=state.DUPLICATE)),
            mean=Avg("actionability"),
        )
    )
    return {
        row["esp"]: SenderScore(
            row["esp"], row["tips"], row["cases"], row["no_action"], row["duplicates"], int(row["mean"])
        )
        for row in rows
    }
