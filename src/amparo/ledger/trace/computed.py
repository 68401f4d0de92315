"""The parts of a computed result, made from its columns when somebody asks for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amparo.ledger.scripts import ScriptKind
from amparo.ledger.store import Store
from amparo.ledger.store.layout import UNRESOLVED
from amparo.ledger.taint import TaintRule
from amparo.ledger.taint.rule import FeePolicy
from amparo.ledger.trace.columns import Columns
from amparo.ledger.trace.graph import Graph
from amparo.ledger.trace.notes import NOTES, Note
from amparo.ledger.trace.result import BACKWARD
from amparo.ledger.trace.rows import Namer, TraceOutput, TraceStep, outputs_of, steps_of
from amparo.ledger.trace.states import State
from amparo.ledger.trace.stops import StopReason, StopRules
from amparo.ledger.trace.walk import Claim


@dataclass(frozen=True, eq=False)
class Question:
    """What a walk is asked."""

    store: Store
    graph: Graph
    claims: Claim
    rule: TaintRule[Any]
    fee: FeePolicy
    stops: StopRules
    direction: str


@dataclass(frozen=True, eq=False)
class Computed:
    """What the walk was asked and what it found."""

    asked: Question
    columns: Columns

    @property
    def store(self) -> Store:
        return self.asked.store

    @property
    def graph(self) -> Graph:
        return self.asked.graph

    def outputs(self) -> list[TraceOutput]:
        return outputs_of(self.store, self.graph, self.columns)

    def steps(self) -> list[TraceStep]:
        return steps_of(self.store, self.graph, self.columns)

    def parameters(self) -> Mapping[str, Any]:
        """Of sets of addresses and transactions to stop at only those that were met: the others had no effect."""
        stops = self.asked.stops.as_dict() | {"services": self._addresses(StopReason.SERVICE)}
        for name, met in (("mixers", self._mixers()), ("clusters", self._addresses(StopReason.CLUSTER))):
            stops.pop(name, None)
            if met:
                stops[name] = met
        return {"seeds": self._seeds(), "rule": self.asked.rule.name, "fee": self.asked.fee.value, "stops": stops}

    def _seeds(self) -> list[dict[str, Any]]:
        outputs = np.array(sorted(self.asked.claims), dtype=np.uint64)
        txs = self.graph.txs_of(outputs)
        vouts = (outputs.astype(np.int64) - self.graph.first_out[txs].astype(np.int64)).tolist()
        namer = Namer(self.store, self.graph)
        return [
            {"output": f"{ref}/{vout}", "txid": txid, "vout": vout, "amount": self.asked.claims[output]}
            for output, ref, vout, txid in zip(outputs.tolist(), namer.refs(txs), vouts, namer.txids(txs), strict=True)
        ]

    def _addresses(self, reason: StopReason) -> list[str]:
        ended = self.columns.output[self.columns.rows_in(State.STOPPED, reason)]
        if not len(ended) or self.graph.addr is None:
            return []
        found = {self.store.address_text(each) for each in np.unique(self.graph.addr[ended]).tolist()}
        return sorted(each for each in found if each is not None)

    def _mixers(self) -> list[str]:
        ended = self.columns.output[self.columns.rows_in(State.STOPPED, StopReason.MIXER)]
        back = self.asked.direction == BACKWARD
        txs = self.graph.txs_of(ended) if back else self.graph.spent_by[ended].astype(np.int64)
        return sorted(Namer(self.store, self.graph).txids(np.unique(txs)))

    def notes(self) -> list[Note]:
        rule, back = self.asked.rule, self.asked.direction == BACKWARD
        notes = [Note("convention" if rule.conserves else "reach-only", {"rule": rule.name})]
        if rule.name == "haircut":
            notes.append(Note("back-share" if back else "fee-share", {"rule": rule.name}))
        if back:
            notes.append(Note("back", {"satoshi": self.columns.totals.minted}))
        else:
            notes.append(Note("tip", {"tip": self.store.manifest.report.tip}))
        return [*notes, *self._gap_notes(), *self._stop_notes(), *self._key_notes()]

    def _gap_notes(self) -> list[Note]:
        report, totals, notes = self.store.manifest.report, self.columns.totals, []
        if report.window is not None:
            facts = {"window": report.window, "unresolved": report.unresolved, "inputs": report.inputs}
            notes.append(Note("window", facts))
        if f"source-{report.source}" in NOTES:
            notes.append(Note(f"source-{report.source}", {}))
        unresolved = int(np.count_nonzero(self.columns.step("unresolved")))
        if unresolved and self.asked.rule.conserves:
            notes.append(Note("gap", {"transactions": unresolved, "satoshi": totals.gap}))
        elif unresolved:
            notes.append(Note("gap-reach", {"transactions": unresolved}))
        if given := self._given_inputs():
            notes.append(Note("given", {"inputs": given}))
        if totals.absorbed:
            notes.append(Note("absorbed", {"satoshi": totals.absorbed}))
        return notes

    def _given_inputs(self) -> int:
        """Inputs of the steps whose outputs are not loaded but whose amounts are given."""
        if self.graph.given is None:
            return 0
        inputs = _ranges(self.graph.first_in, self.columns.step("tx"))
        outside = self.graph.prev_out[inputs] == UNRESOLVED
        return int(np.count_nonzero(outside & (self.graph.given[inputs] >= 0)))

    def _stop_notes(self) -> list[Note]:
        return [
            Note(
                "stopped",
                {
                    "reason": reason.value,
                    "satoshi": amount,
                    "outputs": len(self.columns.rows_in(State.STOPPED, reason)),
                },
            )
            for reason, amount in sorted(self.columns.totals.stopped.items())
        ]

    def _key_notes(self) -> list[Note]:
        keys = int(np.count_nonzero(self.graph.stype[self.columns.output] == ScriptKind.P2PK))
        return [Note("key-address", {"outputs": keys})] if keys else []


def _ranges(firsts: NDArray[np.uint64], rows: NDArray[Any]) -> NDArray[np.int64]:
    """All numbers in firsts[row] to firsts[row + 1] of each row."""
    wide = rows.astype(np.int64)
    starts, ends = firsts[wide].astype(np.int64), firsts[wide + 1].astype(np.int64)
    lengths = ends - starts
    found: NDArray[np.int64] = np.arange(int(lengths.sum())) + np.repeat(
        starts - (np.cumsum(lengths) - lengths), lengths
    )
    return found
