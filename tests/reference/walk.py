"""The forward walk in plain Python, one object an output: what the native walk is checked against.

    claims = held + fee + absorbed + stopped + destroyed + gap          exact, on every run, or no result

Dense ids are in chain order, so the smallest waiting transaction id is always one whose parents are done; each
transaction is visited once. A claim on an output is never overwritten by what arrives there from other claims:
satoshis claimed twice go to `absorbed`. A transaction that also spends outputs which are not loaded has unknown
total and fee; what would pass through it is booked as `gap`.
"""

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from amparo.base import Progress, silent
from amparo.ledger.errors import AmbiguousClaim, NotConserved, ValueCreated
from amparo.ledger.taint import Funding, TaintRule
from amparo.ledger.taint.rule import FeePolicy
from amparo.ledger.trace.states import State, Totals
from amparo.ledger.trace.stops import StopReason, StopRules

M = TypeVar("M")
#: Output -> satoshi claimed on it.
Claim = Mapping[int, int]


class FlowGraph(Protocol):
    """What a walk needs to know; `Store` is one. Ids are dense and in chain order."""

    def value(self, output: int) -> int: ...
    def spender(self, output: int) -> int | None: ...
    def outputs_of(self, tx: int) -> range: ...
    def inputs_of(self, tx: int) -> list[int | None]: ...
    def is_unspendable(self, output: int) -> bool: ...
    def height_of(self, tx: int) -> int: ...
    def txid(self, tx: int) -> str: ...


@dataclass(slots=True)
class Reach(Generic[M]):
    """One reached output. `claim` is None except on seeds; `absorbed` = satoshis that arrived claimed already."""

    mark: M
    hop: int
    claim: int | None = None
    absorbed: int = 0
    state: State = State.WAITING
    stop: StopReason | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One transaction the trace went through, amounts in traced satoshi; tainted = moved + fee + absorbed + gap."""

    tx: int
    hop: int
    tainted: int
    moved: int
    fee: int
    absorbed: int
    gap: int
    unresolved: int  # inputs whose outputs are not loaded


@dataclass(frozen=True, slots=True)
class Walk(Generic[M]):
    """`reached` in output order."""

    reached: Mapping[int, Reach[M]]
    steps: tuple[Step, ...]
    totals: Totals


def walk(
    graph: FlowGraph,
    claims: Claim,
    rule: TaintRule[M],
    *,
    fee: FeePolicy = FeePolicy.LAST,
    stops: StopRules | None = None,
    is_service: Callable[[int], bool] = lambda output: False,
    progress: Progress = silent,
) -> Walk[M]:
    """Follow `claims` (output -> satoshi, each within its value) forward.

    Raises NotConserved if the satoshis do not add up, ValueCreated on a transaction that pays out more than it
    takes in, AmbiguousClaim where the rule cannot tell a partial claim from what arrives.
    """
    walker = _Walker(graph, rule, fee, stops or StopRules(), is_service)
    walker.seed(claims)
    while walker.waiting:
        walker.step(heapq.heappop(walker.waiting))
        progress(len(walker.steps), None, "transactions")
    totals = walker.totals(claims)
    if rule.conserves and totals.found != totals.claims:
        raise NotConserved(claims=totals.claims, found=totals.found)
    return Walk(dict(sorted(walker.reached.items())), tuple(walker.steps), totals)


@dataclass(slots=True)
class _Walker(Generic[M]):
    graph: FlowGraph
    rule: TaintRule[M]
    fee: FeePolicy
    stops: StopRules
    is_service: Callable[[int], bool]
    reached: dict[int, Reach[M]] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    queued: set[int] = field(default_factory=set)

    def seed(self, claims: Claim) -> None:
        for output, amount in sorted(claims.items()):
            mark = self.rule.claim(self.graph.value(output), amount)
            self._settle(output, Reach(mark, hop=0, claim=amount))

    def step(self, tx: int) -> None:
        inputs = self.graph.inputs_of(tx)
        traced = [self.reached[each] for each in inputs if each is not None and self._is_waiting(each)]
        if len(self.steps) >= self.stops.max_transactions:
            for reach in traced:
                reach.state, reach.stop = State.STOPPED, StopReason.BUDGET
            return
        unresolved = inputs.count(None)
        hop = 1 + min(reach.hop for reach in traced)
        tainted = self._sum(each for each in inputs if each is not None and self._is_waiting(each))
        if unresolved and self.rule.conserves:
            for reach in traced:
                reach.state = State.GAP
            self.steps.append(Step(tx, hop, tainted, 0, 0, 0, tainted, unresolved))
            return
        moved, fee, absorbed = self._move(tx, inputs, hop)
        for reach in traced:
            reach.state = State.SPENT
        self.steps.append(Step(tx, hop, tainted, moved, fee, absorbed, 0, unresolved))

    def _move(self, tx: int, inputs: list[int | None], hop: int) -> tuple[int, int, int]:
        """Apply the rule to one transaction; return traced satoshi moved on, to the fee, and absorbed."""
        outputs = self.graph.outputs_of(tx)
        values = [self.graph.value(each) for each in outputs]
        fundings = [self._funding(each) for each in inputs]
        taken = sum(each.value for each in fundings)
        if None not in inputs and taken < sum(values):
            raise ValueCreated(txid=self.graph.txid(tx), paid=sum(values), taken=taken)
        marks, fee = self.rule.move(fundings, values, self.fee)
        moved = absorbed = 0
        for output, mark, value in zip(outputs, marks, values, strict=True):
            amount = self.rule.amount(mark, value)
            if not amount:
                continue
            twice = self._arrive(output, mark, hop)
            moved, absorbed = moved + amount - twice, absorbed + twice
        return moved, fee, absorbed

    def _funding(self, output: int | None) -> Funding[M]:
        if output is None:
            return Funding(0, self.rule.clean)
        mark = self.reached[output].mark if self._is_waiting(output) else self.rule.clean
        return Funding(self.graph.value(output), mark)

    def _arrive(self, output: int, mark: M, hop: int) -> int:
        """Book a mark on an output; return the satoshis of it that are claimed there already."""
        seed = self.reached.get(output)
        if seed is None:
            self._settle(output, Reach(mark, hop))
            return 0
        whole = seed.claim == self.graph.value(output)
        joined = self.rule.merge(seed.mark, mark, whole=whole)
        if joined is None:
            raise AmbiguousClaim(output=output)
        seed.mark, twice = joined
        seed.absorbed += twice
        return twice

    def _settle(self, output: int, reach: Reach[M]) -> None:
        """Decide whether the trace goes on from here, and queue the spending transaction if so."""
        self.reached[output] = reach
        spender = self.graph.spender(output)
        if reach.claim is None and self.is_service(output):
            reach.state, reach.stop = State.STOPPED, StopReason.SERVICE
        elif self.graph.is_unspendable(output):
            reach.state = State.DESTROYED
        elif spender is None:
            reach.state = State.HELD
        elif (reason := self._stop(output, reach, spender)) is not None:
            reach.state, reach.stop = State.STOPPED, reason
        elif spender not in self.queued:
            self.queued.add(spender)
            heapq.heappush(self.waiting, spender)

    def _stop(self, output: int, reach: Reach[M], spender: int) -> StopReason | None:
        stops = self.stops
        if stops.max_hops is not None and reach.hop >= stops.max_hops:
            return StopReason.HOPS
        if stops.floor is not None and self.rule.amount(reach.mark, self.graph.value(output)) < stops.floor:
            return StopReason.FLOOR
        if stops.last_height is not None and self.graph.height_of(spender) > stops.last_height:
            return StopReason.HEIGHT
        return None

    def _is_waiting(self, output: int) -> bool:
        reach = self.reached.get(output)
        return reach is not None and reach.state is State.WAITING

    def _sum(self, outputs: Any) -> int:
        return sum(self.rule.amount(self.reached[each].mark, self.graph.value(each)) for each in outputs)

    def totals(self, claims: Claim) -> Totals:
        by_state = dict.fromkeys(State, 0)
        stopped: dict[StopReason, int] = {}
        for output, reach in self.reached.items():
            amount = self.rule.amount(reach.mark, self.graph.value(output))
            by_state[reach.state] += amount
            if reach.stop is not None:
                stopped[reach.stop] = stopped.get(reach.stop, 0) + amount
        return Totals(
            claims=sum(claims.values()),
            held=by_state[State.HELD],
            fee=sum(step.fee for step in self.steps),
            absorbed=sum(reach.absorbed for reach in self.reached.values()),
            stopped=stopped,
            destroyed=by_state[State.DESTROYED],
            gap=by_state[State.GAP],
        )
