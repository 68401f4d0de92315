"""Rows of a trace as people read them, made from columns when somebody asks."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amparo.ledger.addresses import render
from amparo.ledger.scripts import PAYLOAD_SIZE, ScriptKind
from amparo.ledger.store import Store
from amparo.ledger.store.layout import UNSPENT
from amparo.ledger.trace.columns import Columns
from amparo.ledger.trace.graph import Graph
from amparo.ledger.trace.states import STATES, State
from amparo.ledger.trace.stops import StopReason

_STOPS = (None, *(reason.value for reason in StopReason))


@dataclass(frozen=True, slots=True)
class TraceOutput:
    """One reached output. Amounts in satoshi; `address` None where the script has none.

    `claim` is what a seed claimed here, None elsewhere. `spent_by` is the ref of the loaded transaction that
    spends it, None while unspent. `stop` names the stop rule that ended the trace here.
    """

    ref: str
    txid: str
    vout: int
    address: str | None
    script: str
    value: int
    tainted: int
    claim: int | None
    absorbed: int
    hop: int
    state: State
    stop: str | None
    spent_by: str | None

    def as_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__} | {"state": self.state.value}


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One transaction passed through; tainted = moved + fee + absorbed + gap for rules that conserve value.

    `height` is None where the window does not say it; `time` is the block's, seconds since 1970 UTC.
    """

    ref: str
    txid: str
    height: int | None
    position: int
    time: int
    hop: int
    tainted: int
    moved: int
    fee: int
    absorbed: int
    gap: int
    unresolved: int

    def as_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, eq=False)
class Namer:
    """References, ids and addresses of many rows at once."""

    store: Store
    graph: Graph

    def places(self, txs: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """(block, height or number in the window, position) of each transaction."""
        blocks = self.graph.blocks_of(txs)
        return blocks, blocks + self.graph.base, txs.astype(np.int64) - self.graph.first_tx[blocks].astype(np.int64)

    def refs(self, txs: NDArray[Any]) -> list[str]:
        _, heights, positions = self.places(txs)
        return [f"{height}:{at}" for height, at in zip(heights.tolist(), positions.tolist(), strict=True)]

    def txids(self, txs: NDArray[Any]) -> list[str]:
        found = np.ascontiguousarray(self.store.array("txid")[txs][:, ::-1]).tobytes().hex()
        return [found[at : at + 64] for at in range(0, len(found), 64)]

    def scripts(self, outputs: NDArray[Any]) -> list[tuple[str, str | None]]:
        """(name of the script kind, address or None) of each output."""
        kinds = self.graph.stype[outputs].tolist()
        payloads = self.store.array("payload")[outputs]
        found = []
        for number, payload in zip(kinds, payloads, strict=True):
            kind = ScriptKind(number)
            size = PAYLOAD_SIZE.get(kind, 32)
            found.append((kind.name.lower(), render(kind, payload.tobytes()[:size], self.store.network)))
        return found

    def spenders(self, outputs: NDArray[Any]) -> list[str | None]:
        txs = self.graph.spent_by[outputs]
        spent = txs != UNSPENT
        refs = iter(self.refs(txs[spent]))
        return [next(refs) if each else None for each in spent.tolist()]


def outputs_of(
    store: Store, graph: Graph, columns: Columns, rows: NDArray[np.int64] | None = None
) -> list[TraceOutput]:
    """Rows of `columns`, all of them or those numbered."""
    chosen = np.arange(len(columns.output)) if rows is None else rows
    ids = columns.output[chosen]
    namer, txs = Namer(store, graph), graph.txs_of(ids)
    vouts = (ids.astype(np.int64) - graph.first_out[txs].astype(np.int64)).tolist()
    plain = (columns.tainted, columns.claim, columns.absorbed, columns.hop, columns.state, columns.stop)
    return [
        TraceOutput(
            ref=f"{ref}/{vout}",
            txid=txid,
            vout=vout,
            address=address,
            script=script,
            value=value,
            tainted=tainted,
            claim=None if claim < 0 else claim,
            absorbed=absorbed,
            hop=hop,
            state=STATES[state],
            stop=_STOPS[stop],
            spent_by=spender,
        )
        for ref, vout, txid, (script, address), value, spender, tainted, claim, absorbed, hop, state, stop in zip(
            *(namer.refs(txs), vouts, namer.txids(txs), namer.scripts(ids), graph.value[ids].tolist()),
            *(namer.spenders(ids), *(each[chosen].tolist() for each in plain)),
            strict=True,
        )
    ]


def steps_of(store: Store, graph: Graph, columns: Columns) -> list[TraceStep]:
    txs = columns.step("tx")
    namer = Namer(store, graph)
    blocks, heights, positions = namer.places(txs)
    known = store.manifest.report.first_height is not None
    names = ("hop", "tainted", "moved", "fee", "absorbed", "gap", "unresolved")
    plain = zip(*(columns.step(name).tolist() for name in names), strict=True)
    return [
        TraceStep(f"{height}:{position}", txid, height if known else None, position, time, *rest)
        for height, position, txid, time, rest in zip(
            *(heights.tolist(), positions.tolist(), namer.txids(txs), graph.block_time[blocks].tolist(), plain),
            strict=True,
        )
    ]
