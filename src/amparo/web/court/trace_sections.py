"""What a report says of a kept trace beyond its sentence: what was asked, assumed, reached, marked, step by step."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

from amparo.bundle import Cell, Grid, Section, Words, result_path
from amparo.bundle.words import TRACE
from amparo.ledger import NOTES, STOP_REASONS, TAINT_RULES
from amparo.ledger.calibrate import CAUTION
from amparo.ledger.taint.rule import FEE_POLICIES, FeePolicy
from amparo.web.court.compose_trace import heuristics_in
from amparo.web.court.money import in_blocks
from amparo.web.traces.compare import compared
from amparo.web.traces.models import Trace, TraceMark, TraceResult
from amparo.web.traces.show import STATES
from amparo.web.traces.worklist import parties

#: Rows of a table that a report prints; the result's file holds them all.
ROWS: Final = 200
STARTS: Final = 50
MARKS: Final = {TraceMark.Kind.HIGHLIGHT: "highlight", TraceMark.Kind.NOTE: "note", TraceMark.Kind.PIN: "pin"}


def say(key: str, **facts: object) -> Words:
    return Words(TRACE[key], facts)


def sections_of(found: TraceResult) -> tuple[Section, ...]:
    """Everything about a trace over blocks, in the order a court reads it. The scope must be active."""
    every = (
        question(found, [*_chain(found)], TAINT_RULES[found.rule]),
        Section(TRACE["assumptions"], lines=tuple(_notes(found))),
        _ends(found),
        _stops(found),
        rules(found),
        _services(found),
        _places(found),
        marks(found),
        _steps(found),
        whole_result(found),
    )
    return tuple(each for each in every if not each.is_empty)


def question(found: TraceResult, place: list[tuple[str, Cell]], rule: Any) -> Section:
    """What was asked, of what, and by which rule. `place`: where it was looked for."""
    trace = found.trace
    pairs: list[tuple[str, Cell]] = [(TRACE["question"], trace.question or "-"), (TRACE["trace"], trace.number), *place]
    pairs += [(TRACE["starts"], "; ".join(trace.starts[:STARTS])), (TRACE["direction"], say(trace.direction))]
    if trace.left_out:
        pairs.append((TRACE["left_out"], "; ".join(map(str, trace.left_out[:STARTS]))))
    pairs += [(TRACE["rule"], found.rule), (TRACE["meaning"], Words(rule.meaning)), (TRACE["law"], Words(rule.legal))]
    pairs += [(TRACE["stop rule"], each) for each in _asked(trace)] or [(TRACE["stop rule"], say("no stop"))]
    pairs.append((TRACE["run by"], f"{trace.started_by.username}, {moment(trace.started)}"))
    return Section(TRACE["asked"], tuple(pairs))


def _chain(found: TraceResult) -> Iterator[tuple[str, Cell]]:
    chain, told = found.trace.chain, found.result["chain"]
    if chain is not None:
        blocks = {"name": chain.name, "network": chain.network, "blocks": chain.blocks, "tip": told["tip"]}
        yield TRACE["blocks"], say("chain", **blocks)
    fee = found.result["parameters"]["fee"]
    if found.rule != "haircut":
        yield TRACE["fee"], Words(FEE_POLICIES[FeePolicy(fee)])


def _asked(trace: Trace) -> Iterator[Words]:
    """The stop rules a person set."""
    if trace.max_hops is not None:
        yield say("stop hops", hops=trace.max_hops)
    if trace.floor is not None:
        yield say("stop floor", amount=trace.floor)
    if trace.at_services:
        yield say("stop services")
    if trace.at_mixers:
        yield say("stop mixers")
    if trace.dormant_days is not None:
        yield say("stop dormant", days=trace.dormant_days)
    if trace.until is not None:
        yield say("stop date", date=trace.until.isoformat())


def _notes(found: TraceResult) -> Iterator[Words]:
    for each in found.result["notes"]:
        yield Words(NOTES[each["name"]], each["facts"])
    if heuristics_in(found):
        yield Words(CAUTION)


def _ends(found: TraceResult) -> Section:
    """The identity: claims = the sum of the others."""
    totals, unit = found.totals, in_blocks(found)
    parts = ["claims", "held", "fee", "absorbed", "stopped", "destroyed", "gap", "minted"]
    rows = tuple(
        (say(f"part {part}"), unit.text(totals[part]), str(totals[part]))
        for part in parts
        if part == "claims" or totals.get(part)
    )
    table = Grid((TRACE["part"], unit.symbol, unit.small), rows, (2, 1, 1))
    return Section(TRACE["ends"], table=table, after=(say("adds up"),) if found.result["conserves"] else ())


def _stops(found: TraceResult) -> Section:
    unit, counts = in_blocks(found), Counter(each["stop"] for each in found.result["outputs"])
    rows = tuple(
        (Words(STOP_REASONS[reason]), str(counts[reason]), unit.text(amount))  # type: ignore[index]
        for reason, amount in sorted(found.totals["stopped_by_reason"].items())
    )
    return Section(TRACE["stops"], table=Grid((TRACE["stop rule"], TRACE["places"], TRACE["amount"]), rows, (3, 1, 1)))


def rules(found: TraceResult) -> Section:
    """Every rule of the trace, side by side; the one the case names is marked, with where that comes from."""
    preferred = found.trace.case.preferred_rule
    rows = []
    for row in compared(found.trace.results.all(), preferred):
        name: Cell = say("preferred rule", rule=row.rule) if row.preferred else row.rule
        rows.append((name, Words(row.meaning), Words(row.legal), *(each or "-" for each in row.amounts)))
    head = ("rule", "meaning", "law", "held", "fees", "stopped", "gap")
    table = Grid(tuple(TRACE[each] for each in head), tuple(rows), (4, 6, 6, 5, 4, 4, 4))
    why = say("preferred" if found.rule == preferred else "other than preferred", rule=preferred, used=found.rule)
    return Section(TRACE["rules"], table=table, after=(why,))


def _services(found: TraceResult) -> Section:
    rows = []
    for party in parties(found):
        said = "; ".join(party.said) or "-"
        for each in party.items:
            rows.append(
                (party.name, said, each.time, each.account, " ".join((each.amount, each.fiat)).strip(), each.ref)
            )
    head = ("service", "said by", "date", "address", "amount", "output")
    table = Grid(tuple(TRACE[each] for each in head), tuple(rows[:ROWS]), (2, 2, 1, 2, 2, 3), (3, 5))
    return Section(TRACE["services"], table=table, after=(*cut(found, rows), *([say("tags said")] if rows else [])))


def _places(found: TraceResult) -> Section:
    """Where the trace ended: every reached output that did not pass its value on."""
    unit = in_blocks(found)
    outputs = sorted(found.result["outputs"], key=lambda each: (-each["tainted"], each["ref"]))
    rows: list[tuple[Cell, ...]] = [
        (each["ref"], each["txid"], each["address"] or "-", unit.text(each["tainted"]), _state(each))
        for each in outputs
        if each["state"] != "spent"
    ]
    head = ("output", "transaction", "address", "amount", "state")
    table = Grid(tuple(TRACE[each] for each in head), tuple(rows[:ROWS]), (2, 5, 4, 3, 4), (0, 1, 2))
    return Section(TRACE["places reached"], table=table, after=tuple(cut(found, rows)))


def _state(output: dict[str, Any]) -> Words:
    return Words(STOP_REASONS[output["stop"]] if output["stop"] else STATES[output["state"]])


def marks(found: TraceResult) -> Section:
    """What a person marked: said apart from what was computed."""
    rows = tuple(
        (say(MARKS[TraceMark.Kind(each.kind)]), each.key, each.text or "-", each.made_by.username, moment(each.made))
        for each in found.trace.marks.select_related("made_by")[:ROWS]
    )
    head = ("mark", "place", "note", "person", "time")
    table = Grid(tuple(TRACE[each] for each in head), rows, (1, 2, 3, 1, 1), (1,))
    return Section(TRACE["marks"], table=table, after=(say("by hand"),) if rows else ())


def _steps(found: TraceResult) -> Section:
    unit = in_blocks(found)
    steps = found.result["steps"]
    rows = tuple(
        (
            str(each["hop"]),
            each["txid"],
            "-" if each["height"] is None else str(each["height"]),
            moment(datetime.fromtimestamp(each["time"], UTC)),
            unit.text(each["tainted"]),
            unit.text(each["fee"]),
        )
        for each in steps[:ROWS]
    )
    head = ("hop", "transaction", "block", "time", "amount", "fee paid")
    table = Grid(tuple(TRACE[each] for each in head), rows, (0, 6, 0, 2, 2, 2), (1,))
    return Section(TRACE["steps"], table=table, after=(*cut(found, steps), say("steps proven")))


def cut(found: TraceResult, rows: Iterable[object]) -> Iterator[Words]:
    """What a table left out, and where it stands."""
    total = len(list(rows))
    if total > ROWS:
        yield say("cut", shown=ROWS, total=total, file=result_path(found.recipe["output"]))


def whole_result(found: TraceResult) -> Section:
    """The files with every row, of each rule: their digests are those that the recipes name."""
    rows = tuple(
        (each.rule, result_path(each.recipe["output"]), each.recipe["output"]) for each in found.trace.results.all()
    )
    table = Grid((TRACE["rule"], TRACE["file"], "SHA-256"), rows, (1, 2, 4), (1, 2))
    return Section(TRACE["whole result"], lines=(say("whole"),), table=table)


def moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"
