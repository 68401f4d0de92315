"""Findings composed from confirmed matches; those from kept traces stand in compose_trace."""

from amparo.base import Recipe
from amparo.findings import Finding, Level, Statement
from amparo.media.robustness import known_error
from amparo.web.matches.models import Match


def from_match(number: str, match: Match, reviewers: list[str], dissenters: list[str]) -> Finding:
    """Two files with the same digest: derived. Two similar pictures: inferred, with PDQ's error beside it."""
    near = match.signal == "pdq"
    item, exhibit = match.item.display, match.exhibit.number
    facts = {"item": item, "exhibit": exhibit, "list": str(match.hash_list), "label": match.label or "-"}
    facts |= {"distance": match.distance} if near else {"signal": match.signal}
    template = ("match.near" if near else "match.exact") + ("" if len(reviewers) > 1 else "-single")
    against = []
    if len(reviewers) < 2:
        against.append(Statement("match.single-review", {"officer": ", ".join(reviewers)}))
    if dissenters:
        against.append(Statement("match.dissent", {"officers": ", ".join(dissenters)}))
    return Finding(
        id=number,
        claim=Statement(template, facts),
        level=Level.INFERRED if near else Level.DERIVED,
        inputs=(f"{exhibit}/{item}",),
        recipe=Recipe.from_dict(match.recipe),
        against=tuple(against),
        known_error=_known_error(match.scan.threshold) if near else None,
    )


def _known_error(threshold: int) -> Statement:
    """What was measured at the scan's threshold; where nothing was, that there is an error."""
    known = known_error(threshold)
    if known is None:
        return Statement("pdq.known-error", {"threshold": threshold})
    return Statement("pdq.measured-error", known._asdict())
