"""Run a trace on a store: seeds people type -> claims -> walk -> a result people can read and anybody can re-run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amparo.base import Progress, silent
from amparo.ledger.errors import AmbiguousClaim, NotLoaded, ValueCreated
from amparo.ledger.store import Store
from amparo.ledger.taint import TAINT_RULES, fee_policy
from amparo.ledger.taint.rule import FeePolicy
from amparo.ledger.trace.columns import Columns
from amparo.ledger.trace.computed import Computed, Question
from amparo.ledger.trace.errors import FeeHasNoWayBack, NoWayBack
from amparo.ledger.trace.graph import Graph, address_keys, graph_of
from amparo.ledger.trace.result import BACKWARD, FORWARD, TraceResult
from amparo.ledger.trace.seeds import Seed, claims_of
from amparo.ledger.trace.stops import StopReason, StopRules
from amparo.ledger.trace.walk import Walls, walk


@dataclass(frozen=True, eq=False)
class Marks:
    """What others know of a store, for the stop rules. `mixers`: a number a transaction, not 0 = not to be entered
    (clusters.coinjoin.excluded). `entity_size`: addresses of the entity each address is in (StopRules.max_entity).

    What of it a trace met stands in its recipe; the rest has no effect on it.
    """

    mixers: NDArray[Any] | None = None
    entity_size: NDArray[Any] | None = None


def trace(
    store: Store,
    seeds: Sequence[Seed],
    rule: str,
    *,
    stops: StopRules | None = None,
    fee: str = "last",
    marks: Marks | None = None,
    progress: Progress = silent,
) -> TraceResult:
    """Follow `seeds` forward by the taint rule called `rule`.

    Raises UnknownEntry, UnknownFeePolicy, BadReference, NotLoaded, NoSeeds and other L3xx errors; never returns
    a result that does not add up.
    """
    chosen, policy = TAINT_RULES[rule], fee_policy(fee)
    graph = graph_of(store)
    claims = claims_of(store, graph, seeds)
    asked = Question(store, graph, claims, chosen, policy, stops or StopRules(), FORWARD)
    return _traced(asked, marks or Marks(), progress)


def trace_back(
    store: Store,
    targets: Sequence[Seed],
    rule: str,
    *,
    stops: StopRules | None = None,
    fee: str = "last",
    marks: Marks | None = None,
    progress: Progress = silent,
) -> TraceResult:
    """Where the satoshis of `targets` came from, by `fifo`, `lifo` (exact inverses), `haircut` or `poison` (reach).

    haircut: each input gives its proportion of what is wanted of a transaction, by largest remainder: less than one
    satoshi an input and step from the exact fraction, and the sum is kept. Raises what `trace` raises, and NoWayBack
    for tiho, FeeHasNoWayBack for an ordered rule with the fee policy prorata.
    """
    chosen, policy = TAINT_RULES[rule], fee_policy(fee)
    if rule == "tiho":
        raise NoWayBack(rule=rule)
    if rule in ("fifo", "lifo") and policy is FeePolicy.PRORATA:
        raise FeeHasNoWayBack(rule=rule, fee=fee)
    graph = graph_of(store)
    claims = claims_of(store, graph, targets)
    asked = Question(store, graph, claims, chosen, policy, stops or StopRules(), BACKWARD)
    return _traced(asked, marks or Marks(), progress)


def rerun_trace(store_dir: Path, parameters: Mapping[str, Any]) -> str:
    """Compute a trace again from its recipe's parameters; return the digest of the result."""
    return _rerun(store_dir, parameters, trace)


def rerun_trace_back(store_dir: Path, parameters: Mapping[str, Any]) -> str:
    """As `rerun_trace`, of a trace back."""
    return _rerun(store_dir, parameters, trace_back)


def _rerun(store_dir: Path, parameters: Mapping[str, Any], follow: Any) -> str:
    store = Store.open(store_dir)
    for seed in parameters["seeds"]:
        if store.find(seed["output"])[0].txid != seed["txid"]:
            raise NotLoaded(text=f"{seed['txid']}:{seed['vout']}")
    seeds = [Seed(seed["output"], seed["amount"]) for seed in parameters["seeds"]]
    stops = StopRules.from_dict(parameters["stops"])
    result: TraceResult = follow(store, seeds, parameters["rule"], stops=stops, fee=parameters["fee"])
    return result.digest


def _traced(asked: Question, marks: Marks, progress: Progress) -> TraceResult:
    columns = _walked(asked, _walls(asked.store, asked.graph, asked.stops, marks), progress)
    manifest = asked.store.manifest
    report, digest = manifest.report, manifest.data_digest
    return TraceResult(
        chain={
            "network": report.network,
            "tip": report.tip,
            "last_height": report.last_height,
            "window": report.window,
            "data": digest,
        },
        rule=asked.rule.name,
        conserves=asked.rule.conserves,
        totals=columns.totals,
        inputs={"chain": digest, **{name: sha for name, _, sha in manifest.source_files}},
        parts=Computed(asked, columns),
        direction=asked.direction,
    )


def _walls(store: Store, graph: Graph, stops: StopRules, marks: Marks) -> Walls:
    keys = address_keys(store, graph, {StopReason.SERVICE: stops.services, StopReason.CLUSTER: stops.clusters})
    txs = None
    if stops.mixers and marks.mixers is None:
        txs = np.array(sorted(_tx_numbers(store, stops.mixers)), dtype=np.uint64)
    large = None
    if stops.max_entity is not None and marks.entity_size is not None:
        large = (marks.entity_size > stops.max_entity).astype(np.uint8)
    bits = None if marks.mixers is None else np.ascontiguousarray(marks.mixers, dtype=np.uint16)
    return Walls(keys, txs, bits, large)


def _tx_numbers(store: Store, txids: frozenset[str]) -> list[int]:
    """Of those that are loaded."""
    found = []
    for txid in txids:
        try:
            found.append(store.find_tx(txid).tx)
        except NotLoaded:
            continue
    return found


def _walked(asked: Question, walls: Walls, progress: Progress) -> Columns:
    """The walk, with what its errors name in words people can look up."""
    back = asked.direction == BACKWARD
    rule, store = asked.rule.name, asked.store
    try:
        return walk(
            *(asked.graph, asked.claims, rule),
            fee=asked.fee,
            stops=asked.stops,
            walls=walls,
            backward=back,
            progress=progress,
        )
    except AmbiguousClaim as error:
        raise AmbiguousClaim(output=store.output(int(str(error.facts["output"]))).ref) from None
    except ValueCreated as error:
        raise ValueCreated(**{**error.facts, "txid": store.txid(int(str(error.facts["txid"])))}) from None
