"""One economy as the heuristics see it, and its truth in the same numbers: what `measure` works on."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amparo.base import Progress, silent
from amparo.ledger.calibrate.economy import COINJOINS, UNDECIDABLE, Economy, Truth, TxKind
from amparo.ledger.clusters import ChainView, Clusters
from amparo.ledger.load import load
from amparo.ledger.store import Store
from amparo.ledger.store.layout import NO_ADDRESS

Column = NDArray[Any]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Case:
    """Columns by transaction, output and address; `owner` is of an address, `payer` of a transaction's first input."""

    name: str
    truth: Truth
    view: ChainView
    clusters: Clusters
    store: Store
    first_in: Column
    first_out: Column
    prev_out: Column
    addr: Column
    out_tx: Column  # the transaction of each output
    in_addr: Column
    owner: Column
    payer: Column
    payer_address: Column

    @property
    def joint(self) -> Mask:
        """Transactions of two owners that look like one's: reported apart."""
        return self.kind_is(UNDECIDABLE)

    @property
    def coinjoins(self) -> Mask:
        return self.kind_is(COINJOINS)

    def kind_is(self, kinds: frozenset[TxKind]) -> Mask:
        return np.isin(self.truth.tx_kind, [int(kind) for kind in kinds])

    @property
    def named(self) -> Mask:
        """Outputs that have an address."""
        found: Mask = self.addr != NO_ADDRESS
        return found


def make_case(economy: Economy, folder: Path, progress: Progress = silent) -> Case:
    """Load the economy into a store under `folder`, build its entities, put the truth beside them."""
    load(economy, folder / "store", progress=progress)
    store = Store.open(folder / "store")
    clusters = Clusters.build(store, folder / "clusters", progress=progress)
    return case_of(economy.name, store, clusters, economy.truth)


def case_of(name: str, store: Store, clusters: Clusters, truth: Truth) -> Case:
    """The case of a store whose every input is resolved."""
    first_in, first_out, prev_out = (
        np.asarray(store.array(each)).astype(np.int64) for each in ("first_in", "first_out", "prev_out")
    )
    addr = np.asarray(store.array("addr")).astype(np.int64)
    spends = np.flatnonzero(np.diff(first_in))
    payer = np.full(len(first_in) - 1, -1, np.int64)
    payer_address = np.full(len(first_in) - 1, NO_ADDRESS, np.int64)
    payer[spends] = truth.out_owner[prev_out[first_in[spends]]]
    payer_address[spends] = addr[prev_out[first_in[spends]]]
    return Case(
        name=name,
        truth=truth,
        view=ChainView.of(store),
        clusters=clusters,
        store=store,
        first_in=first_in,
        first_out=first_out,
        prev_out=prev_out,
        addr=addr,
        out_tx=np.repeat(np.arange(len(first_out) - 1), np.diff(first_out)),
        in_addr=addr[prev_out],
        owner=truth.out_owner[np.asarray(store.array("addr_first")).astype(np.int64)].astype(np.int64),
        payer=payer,
        payer_address=payer_address,
    )
