"""Findings composed from what the rooms below found: a confirmed match, a kept trace."""

from amparo.base import Recipe
from amparo.findings import Finding, Level, Statement
from amparo.web.matches.models import Match
from amparo.web.traces.models import TraceResult


def from_match(number: str, match: Match, reviewers: list[str]) -> Finding:
    """Two files with the same digest: derived. Two similar pictures: inferred, with PDQ's error beside it."""
    near = match.signal == "pdq"
    item, exhibit = match.item.display, match.exhibit.number
    facts = {"item": item, "exhibit": exhibit, "list": str(match.hash_list), "label": match.label}
    claim = (
        Statement("match.near", {**facts, "distance": match.distance})
        if near
        else Statement("match.exact", {**facts, "signal": match.signal})
    )
    alone = Statement("match.single-review", {"officer": ", ".join(reviewers)})
    return Finding(
        id=number,
        claim=claim,
        level=Level.INFERRED if near else Level.DERIVED,
        inputs=(f"{exhibit}/{item}",),
        recipe=Recipe.from_dict(match.recipe),
        against=(alone,) if len(reviewers) < 2 else (),
        known_error=Statement("pdq.known-error", {"threshold": match.scan.threshold}) if near else None,
    )


def from_trace(number: str, found: TraceResult) -> Finding:
    """A flow of amounts by one rule: derived exactly, under a convention that stands beside it."""
    totals = found.totals
    facts = {
        "seeded": totals["claims"],
        "seed": found.trace.seed,
        "rule": found.rule,
        "held": totals["held"],
        "fee": totals["fee"],
        "stopped": totals["stopped"],
        "gap": totals["gap"],
    }
    txids = sorted({each["txid"] for each in found.result["outputs"]})
    return Finding(
        id=number,
        claim=Statement("trace.flow", facts),
        level=Level.DERIVED,
        inputs=tuple(f"{found.trace.chain.network}:{txid}" for txid in txids),
        recipe=Recipe.from_dict(found.recipe),
        against=(Statement("trace.convention", {"rule": found.rule}),),
    )
