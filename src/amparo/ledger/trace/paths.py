"""A path between two things: outputs, transactions, addresses, or all the addresses of an entity.

A path is a run of outputs, each made by the transaction that spends the one before. It shows that value could flow
this way; how much did, a rule says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amparo.base import Progress, silent
from amparo.ledger.store import Store
from amparo.ledger.taint import TAINT_RULES, fee_policy
from amparo.ledger.trace.columns import STATE_NUMBERS, Columns
from amparo.ledger.trace.graph import Graph, graph_of
from amparo.ledger.trace.rows import TraceOutput, outputs_of
from amparo.ledger.trace.seeds import outputs_named
from amparo.ledger.trace.states import State
from amparo.ledger.trace.stops import StopRules
from amparo.ledger.trace.walk import walk

#: A reference, an address, or several of them (an entity's addresses).
Place = str | Sequence[str]


@dataclass(frozen=True, slots=True)
class Path:
    """`outputs` from the start to the end, each with what the rule traces to it. `arrived`: satoshis the rule brings to
    all outputs of the end (of poison: their whole value). `hops` = len(outputs) - 1.
    """

    rule: str
    outputs: tuple[TraceOutput, ...]
    arrived: int
    reached: int  # outputs of the end that are reached at all

    @property
    def hops(self) -> int:
        return len(self.outputs) - 1

    def as_dict(self) -> dict[str, Any]:
        outputs = [each.as_dict() for each in self.outputs]
        return {"rule": self.rule, "outputs": outputs, "arrived": self.arrived, "reached": self.reached}


@dataclass(frozen=True, slots=True)
class Paths:
    """`shortest` is None where the end is not reached; then `complete` says whether everything was looked at."""

    shortest: Path | None
    by_rule: Mapping[str, Path]
    complete: bool

    def as_dict(self) -> dict[str, Any]:
        shortest = None if self.shortest is None else self.shortest.as_dict()
        by_rule = {rule: path.as_dict() for rule, path in self.by_rule.items()}
        return {"shortest": shortest, "by_rule": by_rule, "complete": self.complete}


def path_between(
    store: Store,
    start: Place,
    end: Place,
    *,
    rules: Sequence[str] = ("fifo", "haircut"),
    stops: StopRules | None = None,
    fee: str = "last",
    progress: Progress = silent,
) -> Paths:
    """The shortest way value could take from `start` to `end`, and for each of `rules` the way most of it took.

    Bounded by `stops` (of it only hops, heights, times and the number of transactions). Raises BadReference,
    NotLoaded, NothingPaid, TooManyOutputs.
    """
    graph, limits, policy = graph_of(store), _limits(stops or StopRules()), fee_policy(fee)
    sources, targets = _outputs(store, graph, start), _outputs(store, graph, end)
    claims = {each: int(graph.value[each]) for each in sources.tolist() if graph.value[each]}
    reach = walk(graph, claims, "poison", stops=limits, progress=progress)
    shortest = _path(store, graph, reach, "poison", targets)
    by_rule = {}
    for rule in rules if shortest else ():
        columns = walk(graph, claims, TAINT_RULES[rule].name, fee=policy, stops=limits, progress=progress)
        if (path := _path(store, graph, columns, rule, targets)) is not None:
            by_rule[rule] = path
    return Paths(shortest, by_rule, complete=not reach.totals.stopped)


def _limits(stops: StopRules) -> StopRules:
    return StopRules(
        max_hops=stops.max_hops,
        last_height=stops.last_height,
        last_time=stops.last_time,
        max_transactions=stops.max_transactions,
    )


def _outputs(store: Store, graph: Graph, place: Place) -> NDArray[np.uint64]:
    texts = (place,) if isinstance(place, str) else place
    return np.unique(np.array([each for text in texts for each in outputs_named(store, graph, text)], dtype=np.uint64))


def _path(store: Store, graph: Graph, columns: Columns, rule: str, targets: NDArray[np.uint64]) -> Path | None:
    """To the nearest target (poison), or back from the one that most arrives at, over the inputs that bring most."""
    rows = np.flatnonzero(np.isin(columns.output, targets) & (columns.tainted > 0))
    if not len(rows):
        return None
    weights = -columns.hop[rows].astype(np.int64) if rule == "poison" else columns.tainted[rows]
    row = int(rows[int(np.argmax(weights))])
    chain = [row]
    while columns.claim[row] < 0:
        row = _before(graph, columns, row, rule)
        chain.append(row)
    outputs = outputs_of(store, graph, columns, np.array(chain[::-1], dtype=np.int64))
    return Path(rule, tuple(outputs), sum(columns.tainted[rows].tolist()), len(rows))


def _before(graph: Graph, columns: Columns, row: int, rule: str) -> int:
    """The row of the input this one came through: one hop nearer (poison), or with most traced satoshis."""
    tx = int(graph.txs_of(columns.output[row : row + 1])[0])
    spent = np.sort(graph.prev_out[int(graph.first_in[tx]) : int(graph.first_in[tx + 1])])
    at = np.searchsorted(columns.output, spent)
    known = at[at < len(columns.output)]
    known = known[np.isin(columns.output[known], spent) & (columns.state[known] == STATE_NUMBERS[State.SPENT])]
    if rule == "poison":
        return int(known[int(np.argmin(columns.hop[known]))])
    return int(known[int(np.argmax(columns.tainted[known]))])
