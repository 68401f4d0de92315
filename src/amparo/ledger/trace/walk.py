"""Run the kernel's walk: claims on outputs, carried through transactions by one taint rule, forward or back.

    claims = held + fee + absorbed + stopped + destroyed + gap + minted          exact, on every run, or no result

Dense ids are in chain order: forward the smallest waiting transaction, back the largest, has all its marks; each is
visited once. A claim on an output is never overwritten by what arrives there from other claims: satoshis claimed
twice go to `absorbed`. A transaction that also spends outputs which are not loaded has unknown total and fee; what
would pass through it is booked as `gap`. tests/reference/walk.py is the plain Python twin.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

import numpy as np
from numpy.typing import NDArray

from amparo import _kernels
from amparo.base import Progress, silent
from amparo.ledger.errors import AmbiguousClaim, NotConserved, ValueCreated
from amparo.ledger.taint.rule import FeePolicy
from amparo.ledger.trace.columns import Columns
from amparo.ledger.trace.errors import AmountTooLarge, LinksDamaged
from amparo.ledger.trace.graph import Graph
from amparo.ledger.trace.states import Totals
from amparo.ledger.trace.stops import StopReason, StopRules

#: Output -> satoshi claimed on it.
Claim = Mapping[int, int]
RULE_NUMBERS: Final = {"poison": 0, "haircut": 1, "fifo": 2, "lifo": 3, "tiho": 4}
FEE_NUMBERS: Final = {FeePolicy.LAST: 0, FeePolicy.FIRST: 1, FeePolicy.PRORATA: 2}
SLICE: Final = 200_000  # transactions between two calls of progress
_INT64: Final = 2**63 - 1
_DAY: Final = 86_400


@dataclass(frozen=True, eq=False)
class Walls:
    """Stop sets as the kernel takes them: of addresses, of sorted transactions, a row a transaction or address."""

    keys: Any = None
    mixer_txs: NDArray[np.uint64] | None = None
    mixer_bits: NDArray[np.uint16] | None = None
    large: NDArray[np.uint8] | None = None


def walk(
    graph: Graph,
    claims: Claim,
    rule: str,
    *,
    fee: FeePolicy = FeePolicy.LAST,
    stops: StopRules | None = None,
    walls: Walls | None = None,
    backward: bool = False,
    progress: Progress = silent,
) -> Columns:
    """Follow `claims` (output -> satoshi, each within its value).

    Raises NotConserved if the satoshis do not add up, ValueCreated on a transaction that pays out more than it
    takes in, AmbiguousClaim (with the output's number) where the rule cannot tell a partial claim from what
    arrives, LinksDamaged, AmountTooLarge.
    """
    walls = walls or Walls()
    asked = _asked(graph, stops or StopRules())
    kernel = _kernels.trace_walk(
        *(graph.native, RULE_NUMBERS[rule], FEE_NUMBERS[fee], backward, asked),
        *(walls.keys, walls.mixer_txs, walls.mixer_bits, walls.large),
    )
    outputs = np.array(sorted(claims), dtype=np.uint64)
    found = kernel.seed(outputs, np.array([claims[each] for each in outputs.tolist()], dtype=np.int64))
    while found == "more":
        found = kernel.advance(SLICE)
        progress(kernel.steps, None, "transactions")
    totals = _totals(kernel.totals(), backward=backward)
    if found != "done":
        _refuse(graph, found, kernel.fault_at, totals)
    if rule != "poison" and totals.found != totals.claims:
        raise NotConserved(claims=totals.claims, found=totals.found)
    return Columns(kernel.columns(), totals)


def _asked(graph: Graph, stops: StopRules) -> Any:
    asked = _kernels.TraceStops()
    asked.max_hops = -1 if stops.max_hops is None else min(stops.max_hops, _INT64)
    asked.floor = -1 if stops.floor is None else min(stops.floor, _INT64)
    if stops.first_height is not None:
        asked.first_tx = graph.tx_at_height(stops.first_height)
    if stops.last_height is not None:
        asked.end_tx = graph.tx_at_height(stops.last_height + 1)
    if stops.first_time is not None:
        asked.first_time = stops.first_time
    if stops.last_time is not None:
        asked.last_time = stops.last_time
    if stops.dormant_days is not None:
        asked.dormant = stops.dormant_days * _DAY
    asked.max_steps = stops.max_transactions
    return asked


def _totals(found: Mapping[str, Any], *, backward: bool) -> Totals:
    stopped = {reason: amount for reason, amount in zip(StopReason, found["stopped"][1:], strict=True) if amount}
    plain = {name: found[name] for name in ("claims", "held", "fee", "absorbed", "destroyed", "gap")}
    return Totals(stopped=stopped, minted=found["minted"] if backward else None, **plain)


def _refuse(graph: Graph, fault: str, at: int, totals: Totals) -> NoReturn:
    if fault == "value-created":
        paid = sum(graph.value[int(graph.first_out[at]) : int(graph.first_out[at + 1])].tolist())
        spent = graph.prev_out[int(graph.first_in[at]) : int(graph.first_in[at + 1])].tolist()
        known = sum(int(graph.value[each]) for each in spent if each < len(graph.value))
        raise ValueCreated(txid=at, paid=paid, taken=known)
    if fault == "ambiguous":
        raise AmbiguousClaim(output=at)
    if fault == "too-large":
        raise AmountTooLarge(tx=at)
    if fault == "damaged":
        raise LinksDamaged(tx=at)
    raise NotConserved(claims=totals.claims, found=totals.found)
