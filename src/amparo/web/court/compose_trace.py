"""Findings composed from kept traces: over blocks, and over the books of a case."""

from collections.abc import Mapping
from typing import Any, Final

from amparo.base import Recipe, canonical_digest
from amparo.findings import Finding, Level, Statement
from amparo.ledger.calibrate import Rates, rates
from amparo.web.court.money import Amounts, in_blocks, line_in_words, lines_of
from amparo.web.exhibits.catalogue import unsaved_row
from amparo.web.traces.models import Book, BookFile, TraceResult
from amparo.web.traces.picture import is_over_accounts

#: Stop rule that rests on a heuristic -> its name in the table of error rates.
HEURISTICS: Final = {"mixer": "CoinJoin, left out", "cluster": "co-spend"}
#: Kept are only results whose amounts add up.
ADDS_UP: Final = Statement("trace.adds-up", {})
#: So many starts stand in the sentence; the report lists them all.
STARTS: Final = 3


def from_trace(number: str, found: TraceResult) -> Finding:
    """A flow of amounts by one rule: computed exactly, under a convention that stands beside it.

    It is inferred where a heuristic ended an amount, or where a join is only inferred; else derived.
    """
    return _over_accounts(number, found) if is_over_accounts(found) else _over_blocks(number, found)


def _over_blocks(number: str, found: TraceResult) -> Finding:
    totals, back = found.totals, found.trace.direction == "backward"
    names = ("fee", "stopped", "gap", "minted" if back else "held")
    facts = {"seeded": totals["claims"], "seed": seeds_in_words(found), "rule": found.rule}
    facts |= {name: totals.get(name, 0) for name in names}
    rest = {name: totals[name] for name in ("destroyed", "absorbed")}
    txids = sorted({each["txid"] for each in found.result["outputs"]})
    used = heuristics_in(found)
    return Finding(
        id=number,
        claim=Statement("trace.flow-back" if back else "trace.flow", facts),
        level=Level.INFERRED if used else Level.DERIVED,
        inputs=tuple(f"{found.result['chain']['network']}:{txid}" for txid in txids),
        recipe=Recipe.from_dict(found.recipe),
        supports=(*([Statement("trace.rest", rest)] if any(rest.values()) else ()), ADDS_UP),
        against=(
            Statement("trace.convention", {"rule": found.rule}),
            *_services(found),
            *(Statement("trace.heuristic", _ended(found, stop)) for stop in used),
        ),
        known_error=measured_error(HEURISTICS[used[0]]) if used else None,
    )


def seeds_in_words(found: TraceResult) -> str:
    """The starts, shortened: `9:0; 170:1 … (+12)`."""
    starts = [_start(found, each) for each in found.trace.starts]
    more = f" … (+{len(starts) - STARTS})" if len(starts) > STARTS else ""
    return "; ".join(starts[:STARTS]) + more


def _start(found: TraceResult, text: str) -> str:
    """A line of a book by its day and reference; any other start as it was typed."""
    ledger, _, place = text.rpartition("@")
    numbers = place.split(":")
    if not is_over_accounts(found) or len(numbers) != 3 or not all(each.isdecimal() for each in numbers):
        return text
    position = tuple(map(int, numbers))
    lines = lines_of(found.result)
    return line_in_words(ledger, position, lines) if (ledger, position) in lines else text


def heuristics_in(found: TraceResult) -> list[str]:
    """Stop rules that rest on a heuristic and ended an amount."""
    if is_over_accounts(found):
        return []
    return [stop for stop in HEURISTICS if found.totals["stopped_by_reason"].get(stop)]


def _ended(found: TraceResult, stop: str) -> dict[str, Any]:
    outputs = [each for each in found.result["outputs"] if each["stop"] == stop]
    facts = {"outputs": len(outputs), "satoshi": found.totals["stopped_by_reason"][stop]}
    return facts | rates().of(HEURISTICS[stop]).facts()


def measured_error(heuristic: str) -> Statement:
    """The measured rate of `heuristic`, with the digest of the table it stands in."""
    rate = rates().of(heuristic)
    facts = {**rate.facts(), "lower": f"{rate.lower:.4f}", "economy": rate.economy}
    return Statement("heuristic.measured-error", facts | {"table": canonical_digest(table_of(rates()))})


def table_of(table: Rates) -> Mapping[str, Any]:
    """The table of error rates as it stands in a bundle."""
    return table.as_dict()


def find_rates(digest: str) -> Mapping[str, Any] | None:
    """The table with that digest, if this version ships it."""
    table = table_of(rates())
    return table if canonical_digest(table) == digest else None


def _services(found: TraceResult) -> list[Statement]:
    ended = [each for each in found.result["outputs"] if each["stop"] == "service"]
    if not ended:
        return []
    amount = in_blocks(found).text(sum(each["tainted"] for each in ended))
    return [Statement("trace.services", {"outputs": len(ended), "amount": amount})]


def _over_accounts(number: str, found: TraceResult) -> Finding:
    back = found.result["parameters"]["direction"] == "backward"
    joins = found.result["joins"]
    levels = [each["level"] for each in joins]
    return Finding(
        id=number,
        claim=Statement("trace.accounts-back" if back else "trace.accounts", _account_facts(found, back=back)),
        level=Level.INFERRED if "inferred" in levels else Level.DERIVED,
        inputs=tuple(dict.fromkeys(ref_of(each) for each in files_of(found))),
        recipe=Recipe.from_dict(found.recipe),
        against=(
            Statement("trace.accounts-convention", {"rule": found.rule}),
            *([_joins(levels)] if joins else ()),
            Statement("trace.account-proof", {}),
            *_problems(found),
        ),
        supports=(ADDS_UP,),
        known_error=_joins_error(found.result["joins"]) if joins else None,
    )


def _joins_error(joins: list[Mapping[str, Any]]) -> Statement:
    return Statement("trace.joins-error", {"confidence": min(each["confidence"] for each in joins)})


def _account_facts(found: TraceResult, *, back: bool) -> dict[str, Any]:
    amounts = Amounts(found.result)
    held, left = ("opening", "entered") if back else ("held", "left")
    ends = {"held": (held,), "left": (left, "repaid", "credit", "elsewhere")}
    facts: dict[str, Any] = {name: amounts.ended(*states) for name, states in ends.items()}
    facts |= {name: amounts.total(name) for name in ("fee", "gap")}
    facts |= {"seeded": amounts.total("claims"), "stopped": amounts.stopped(), "seed": seeds_in_words(found)}
    ledgers = {each["ledger"] for each in found.result["steps"]}
    return facts | {"rule": found.rule, "ledgers": len(ledgers), "joins": len(found.result["joins"])}


def _joins(levels: list[str]) -> Statement:
    counts = {level: levels.count(level) for level in ("observed", "derived", "inferred")}
    return Statement("trace.joins", {"count": len(levels), **counts})


def _problems(found: TraceResult) -> list[Statement]:
    books: list[Book] = [each for each in found.trace.books.all() if each.facts.get("problems")]
    return [Statement("trace.problems", {"book": str(each), "count": each.facts["problems"]}) for each in books]


def files_of(found: TraceResult) -> list[BookFile]:
    """The files behind the books of an account trace."""
    files = BookFile.objects.filter(book__traces=found.trace).select_related("book", "exhibit__case")
    return list(files.order_by("book__made", "added"))


def ref_of(file: BookFile) -> str:
    """How a finding cites the item: by exhibit and by the name people know it by."""
    return f"{file.exhibit.number}/{unsaved_row(file.exhibit, file.path).display}"
