"""Change as a layer over the entities: computed on demand, never stored among the co-spend merges, gone when dropped.

In each transaction the output with the highest measured confidence is taken for its change, if no other output
reaches the same, and if it reaches the floor that the person chose. The strongest edges come first. The guard
refuses an edge between two large entities or between tags of different actors: one wrong change edge there would
join half of a chain (Moeser & Narayanan 2021, arXiv 2107.05749).
"""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from amparo import _kernels
from amparo.ledger.clusters.change import Bits, Predicate, first_payers, predicates
from amparo.ledger.clusters.clusters import Clusters, tag_columns
from amparo.ledger.clusters.confidence import Confidence
from amparo.ledger.clusters.view import RUN, ChainView
from amparo.ledger.store.layout import NO_ADDRESS

#: No change edge joins two entities that are both larger. On made economies ten costs 1 in 300 edges and halves the
#: wrong pairs of addresses that a guard of a hundred lets through: few wrong edges do most of the harm.
GUARD: Final = 10
_JOINED: Final = np.uint16(Predicate.REUSED | Predicate.SAME_CLUSTER)


class Candidates(NamedTuple):
    """The output taken for change in each transaction that has one; ascending tx."""

    tx: NDArray[np.uint32]
    output: NDArray[np.uint64]
    payer: NDArray[np.uint32]  # an input address
    address: NDArray[np.uint32]  # the output's
    bits: NDArray[np.uint16]
    confidence: NDArray[np.float64]


class ChangeEdge(NamedTuple):
    """By the tests in `bits`, measured precision at least `confidence`, `output` of `tx` is change."""

    tx: int
    output: int
    payer: int
    address: int
    bits: int
    confidence: float


class Refused(NamedTuple):
    edge: ChangeEdge
    large: bool  # both sides larger than the guard
    actors: bool  # tags of different actors


def candidates(view: ChainView, bits: Bits, table: Confidence, floor: float) -> Candidates:
    """In each transaction the one output with the highest confidence, at least `floor`."""
    parts = [_of_run(view, low, bits, table, floor) for low in range(0, max(1, view.n_tx), RUN)]
    return Candidates(*(np.concatenate(each) for each in zip(*parts, strict=True)))


def _of_run(view: ChainView, low: int, bits: Bits, table: Confidence, floor: float) -> Candidates:
    run = view.run(low, min(low + RUN, view.n_tx))
    first = run.first_out - run.first_out[0]
    mine = bits[int(run.first_out[0]) : int(run.first_out[-1])]
    confidence = np.where(mine != 0, table.of(mine), 0.0)
    tx = np.repeat(np.arange(run.high - run.low), np.diff(first).astype(np.int64))
    best = np.zeros(run.high - run.low)
    np.maximum.at(best, tx, confidence)
    top = (confidence == best[tx]) & (confidence >= floor) & (confidence > 0)
    alone = top & (np.bincount(tx[top], minlength=len(best))[tx] == 1)
    payer = first_payers(run)
    at = np.flatnonzero(alone & (payer[tx] != NO_ADDRESS))
    return Candidates(
        (run.low + tx[at]).astype(np.uint32),
        run.first_out[0] + at.astype(np.uint64),
        payer[tx[at]],
        run.out_addr[at],
        mine[at],
        confidence[at],
    )


class ChangeLayer:
    """The entities with change edges of at least `floor` added, for one question; the entities stay as they are."""

    def __init__(
        self,
        clusters: Clusters,
        table: Confidence,
        floor: float,
        *,
        bits: Bits | None = None,
        guard: int = GUARD,
        tags: Mapping[int, Iterable[str]] | None = None,
    ) -> None:
        self.clusters = clusters
        self.table = table
        self.floor = floor
        self.guard = guard
        view = clusters.view
        found = candidates(view, predicates(view, np.asarray(clusters.shapes)) if bits is None else bits, table, floor)
        #: Every output taken for change, those that pay the payers' own entity included.
        self.change = found
        order = np.argsort(-found.confidence, kind="stable")
        order = order[(found.bits[order] & _JOINED) == 0]
        self._edges = Candidates(*(column[order] for column in found))
        self.roots: NDArray[np.uint32] = np.array(clusters.roots)
        at, actors = tag_columns(tags or {})
        payer, address = self._edges.payer, self._edges.address
        self._why = _kernels.guarded_merge(self.roots, payer, address, guard, at, actors)

    @property
    def edges(self) -> tuple[ChangeEdge, ...]:
        """The edges that were taken, the strongest first."""
        return tuple(self._edge(at) for at in np.flatnonzero(self._why == 0).tolist())

    @cached_property
    def refused(self) -> tuple[Refused, ...]:
        return tuple(
            Refused(self._edge(at), bool(self._why[at] & 1), bool(self._why[at] & 2))
            for at in np.flatnonzero(self._why != 0).tolist()
        )

    def root(self, address: int) -> int:
        self.clusters.root(address)
        return int(self.roots[address])

    def members(self, address: int) -> NDArray[np.int64]:
        return np.flatnonzero(self.roots == self.root(address))

    def edges_of(self, address: int) -> tuple[ChangeEdge, ...]:
        """The change edges inside the entity of `address`."""
        inside = (self._why == 0) & (self.roots[self._edges.payer] == self.root(address))
        return tuple(self._edge(at) for at in np.flatnonzero(inside).tolist())

    def _edge(self, at: int) -> ChangeEdge:
        tx, output, payer, address, bits = (int(column[at]) for column in self._edges[:5])
        return ChangeEdge(tx, output, payer, address, bits, float(self._edges.confidence[at]))
