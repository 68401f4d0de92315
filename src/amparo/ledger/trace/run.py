"""Run a trace on a store: seeds people type -> claims -> walk -> a result people can read and anybody can re-run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amparo.base import Progress, silent
from amparo.ledger.addresses import normal, render
from amparo.ledger.errors import AmbiguousClaim, AmountNeedsOneOutput, ClaimedTwice, ClaimOutOfRange, NoSeeds, NotLoaded
from amparo.ledger.store import OutputRow, Store
from amparo.ledger.taint import TAINT_RULES, TaintRule, fee_policy
from amparo.ledger.trace.notes import Note
from amparo.ledger.trace.result import TraceOutput, TraceResult, TraceStep
from amparo.ledger.trace.stops import StopReason, StopRules
from amparo.ledger.trace.walk import Reach, State, Step, Walk, walk


@dataclass(frozen=True, slots=True)
class Seed:
    """Where a trace starts: `height:pos`, `height:pos/vout`, `txid` or `txid:vout`; no vout = all its outputs.

    `amount` in satoshi claims a part of one output (its first satoshis, for ordered rules); None = all of it.
    """

    ref: str
    amount: int | None = None


def trace(
    store: Store,
    seeds: Sequence[Seed],
    rule: str,
    *,
    stops: StopRules | None = None,
    fee: str = "last",
    progress: Progress = silent,
) -> TraceResult:
    """Follow `seeds` forward by the taint rule called `rule`.

    Raises UnknownEntry, UnknownFeePolicy, BadReference, NotLoaded, NoSeeds and other L3xx errors; never returns
    a result that does not add up.
    """
    stops = stops or StopRules()
    chosen, policy = TAINT_RULES[rule], fee_policy(fee)
    rows, claims = _claims(store, seeds)
    services = _Services(store, stops.services)
    try:
        walked = walk(store, claims, chosen, fee=policy, stops=stops, is_service=services.is_service, progress=progress)
    except AmbiguousClaim as error:
        raise AmbiguousClaim(output=store.output(_number(error)).ref) from None
    parameters = {
        "seeds": [_seed_dict(row, claims[row.output]) for row in rows],
        "rule": rule,
        "fee": policy.value,
        "stops": {**stops.as_dict(), "services": sorted(services.hit)},
    }
    return _result(store, chosen, walked, parameters)


def rerun_trace(store_dir: Path, parameters: Mapping[str, Any]) -> str:
    """Compute a trace again from its recipe's parameters; return the digest of the result."""
    store = Store.open(store_dir)
    for seed in parameters["seeds"]:
        if store.find(seed["output"])[0].txid != seed["txid"]:
            raise NotLoaded(text=f"{seed['txid']}:{seed['vout']}")
    seeds = [Seed(seed["output"], seed["amount"]) for seed in parameters["seeds"]]
    stops = StopRules.from_dict(parameters["stops"])
    return trace(store, seeds, parameters["rule"], stops=stops, fee=parameters["fee"]).digest


class _Services:
    """Which outputs pay a service; remembers the addresses that were met, for the recipe."""

    def __init__(self, store: Store, addresses: frozenset[str]) -> None:
        self.store = store
        self.addresses = {normal(each) for each in addresses}
        self.hit: set[str] = set()

    def is_service(self, output: int) -> bool:
        if not self.addresses:
            return False
        script = self.store.script(output)
        address = render(script.kind, script.payload, self.store.network)
        if address is None or address not in self.addresses:
            return False
        self.hit.add(address)
        return True


def _number(error: AmbiguousClaim) -> int:
    output = error.facts["output"]
    return output if isinstance(output, int) else 0


def _seed_dict(row: OutputRow, amount: int) -> dict[str, Any]:
    return {"output": row.ref, "txid": row.txid, "vout": row.vout, "amount": amount}


def _claims(store: Store, seeds: Sequence[Seed]) -> tuple[list[OutputRow], dict[int, int]]:
    """The claimed outputs in chain order, and the satoshi claimed on each."""
    rows: dict[int, OutputRow] = {}
    claims: dict[int, int] = {}
    for seed in seeds:
        found = store.find(seed.ref)
        if seed.amount is not None and len(found) > 1:
            raise AmountNeedsOneOutput(seed=seed.ref, outputs=len(found))
        for row in found:
            amount = row.value if seed.amount is None else seed.amount
            if len(found) > 1 and not row.value:
                continue
            if not 0 < amount <= row.value:
                raise ClaimOutOfRange(output=row.ref, amount=amount, value=row.value)
            if claims.setdefault(row.output, amount) != amount:
                raise ClaimedTwice(output=row.ref)
            rows[row.output] = row
    if not claims:
        raise NoSeeds()
    return [rows[output] for output in sorted(rows)], claims


def _result(store: Store, rule: TaintRule[Any], walked: Walk[Any], parameters: Mapping[str, Any]) -> TraceResult:
    report = store.manifest.report
    outputs = tuple(_output(store, rule, output, reach) for output, reach in walked.reached.items())
    chain = {
        "network": report.network,
        "tip": report.tip,
        "last_height": report.last_height,
        "window": report.window,
        "data": store.manifest.data_digest,
    }
    return TraceResult(
        parameters=parameters,
        chain=chain,
        conserves=rule.conserves,
        outputs=outputs,
        steps=tuple(_step(store, each) for each in walked.steps),
        totals=walked.totals,
        notes=tuple(_notes(store, rule, walked, outputs)),
        inputs={"chain": store.manifest.data_digest, **{name: sha for name, _, sha in store.manifest.source_files}},
    )


def _output(store: Store, rule: TaintRule[Any], output: int, reach: Reach[Any]) -> TraceOutput:
    row = store.output(output)
    return TraceOutput(
        ref=row.ref,
        txid=row.txid,
        vout=row.vout,
        address=row.address,
        script=row.script,
        value=row.value,
        tainted=rule.amount(reach.mark, row.value),
        claim=reach.claim,
        absorbed=reach.absorbed,
        hop=reach.hop,
        state=reach.state,
        stop=None if reach.stop is None else reach.stop.value,
        spent_by=row.spent_by,
    )


def _step(store: Store, step: Step) -> TraceStep:
    row = store.tx(step.tx)
    return TraceStep(
        ref=row.ref,
        txid=row.txid,
        height=row.block.height,
        position=row.position,
        time=row.block.time,
        hop=step.hop,
        tainted=step.tainted,
        moved=step.moved,
        fee=step.fee,
        absorbed=step.absorbed,
        gap=step.gap,
        unresolved=step.unresolved,
    )


def _notes(store: Store, rule: TaintRule[Any], walked: Walk[Any], outputs: Sequence[TraceOutput]) -> list[Note]:
    report, totals = store.manifest.report, walked.totals
    notes = [Note("convention" if rule.conserves else "reach-only", {"rule": rule.name})]
    if rule.name == "haircut":
        notes.append(Note("fee-share", {"rule": rule.name}))
    notes.append(Note("tip", {"tip": report.tip}))
    if report.window is not None:
        facts = {"window": report.window, "unresolved": report.unresolved, "inputs": report.inputs}
        notes.append(Note("window", facts))
    unresolved = sum(1 for step in walked.steps if step.unresolved)
    if unresolved and rule.conserves:
        notes.append(Note("gap", {"transactions": unresolved, "satoshi": totals.gap}))
    elif unresolved:
        notes.append(Note("gap-reach", {"transactions": unresolved}))
    if totals.absorbed:
        notes.append(Note("absorbed", {"satoshi": totals.absorbed}))
    notes.extend(_stop_notes(totals.stopped, outputs))
    keys = sum(1 for each in outputs if each.script == "p2pk")
    return [*notes, Note("key-address", {"outputs": keys})] if keys else notes


def _stop_notes(stopped: Mapping[StopReason, int], outputs: Sequence[TraceOutput]) -> list[Note]:
    return [
        Note(
            "stopped",
            {
                "reason": reason.value,
                "satoshi": amount,
                "outputs": sum(1 for each in outputs if each.state is State.STOPPED and each.stop == reason.value),
            },
        )
        for reason, amount in sorted(stopped.items())
    ]
