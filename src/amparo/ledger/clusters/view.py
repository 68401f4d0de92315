"""What the heuristics read of a chain: columns of inputs and outputs, a run of transactions at a time.

An input's address, amount and script kind come from the output it spends. Where that lies outside of the loaded
blocks, what the source said of it counts (undo files, a node, a table); its address then gets a number behind the
store's own, in the order of the inputs, unless the store knows it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from amparo.ledger.scripts import ScriptKind
from amparo.ledger.store import Store
from amparo.ledger.store.layout import NO_ADDRESS, UNRESOLVED

Column = NDArray[Any]
#: Transactions read at once: some 60 MB with their inputs and outputs.
RUN: Final = 400_000
_ADDRESSES: Final = 1 << 20  # rows of the address table compared at once
_WITHOUT: Final = (ScriptKind.OTHER, ScriptKind.OP_RETURN, ScriptKind.MULTISIG, ScriptKind.WITNESS)


class GivenInputs(NamedTuple):
    """Inputs whose output is not loaded and of which the source said something; ascending by `at`."""

    at: NDArray[np.uint64]  # number of the input
    addr: NDArray[np.uint32]
    value: NDArray[np.int64]
    stype: NDArray[np.uint8]


NO_GIVEN: Final = GivenInputs(
    np.zeros(0, np.uint64), np.zeros(0, np.uint32), np.zeros(0, np.int64), np.zeros(0, np.uint8)
)


RunColumns = tuple[
    NDArray[np.uint64],
    NDArray[np.uint64],
    NDArray[np.uint32],
    NDArray[np.int64],
    NDArray[np.uint8],
    NDArray[np.uint32],
    NDArray[np.int64],
    NDArray[np.uint8],
]


class Run(NamedTuple):
    """Whole transactions low..high-1: columns of their inputs and outputs, as the kernels take them."""

    low: int
    high: int
    first_in: NDArray[np.uint64]
    first_out: NDArray[np.uint64]
    in_addr: NDArray[np.uint32]
    in_value: NDArray[np.int64]
    in_stype: NDArray[np.uint8]
    out_addr: NDArray[np.uint32]
    out_value: NDArray[np.int64]
    out_stype: NDArray[np.uint8]

    @property
    def columns(self) -> RunColumns:
        return self[2:]


@dataclass(frozen=True)
class ChainView:
    """Arrays named as in `amparo.ledger.store.layout`; what is None there is not needed by the caller."""

    first_in: Column
    first_out: Column
    prev_out: Column
    addr: Column
    value: Column
    stype: Column
    spent_by: Column
    n_stored: int  # addresses of the store; ids from here on were only given
    given: GivenInputs = NO_GIVEN
    network: str = "bitcoin"
    tx_version: Column | None = None
    tx_locktime: Column | None = None
    tx_flags: Column | None = None
    tx_size: Column | None = None
    tx_weight: Column | None = None
    first_tx: Column | None = None
    block_time: Column | None = None
    addr_stype: Column | None = None
    addr_payload: Column | None = None
    addr_first: Column | None = None
    addr_start: Column | None = None
    addr_outs: Column | None = None

    @classmethod
    def of(cls, source: "Store | ChainView") -> "ChainView":
        if isinstance(source, ChainView):
            return source
        names = set(cls.__dataclass_fields__) - {"n_stored", "given", "network"}
        arrays: dict[str, Any] = {name: source.array(name) for name in names}
        view = cls(**arrays, n_stored=source.n_addresses, network=source.network.name)
        return view if source.manifest.array("given_value") is None else replace(view, given=_given(view, source))

    @property
    def n_tx(self) -> int:
        return len(self.first_in) - 1

    @property
    def n_addresses(self) -> int:
        """Addresses of the store, and those only given."""
        given = self.given.addr[self.given.addr != NO_ADDRESS]
        return max(self.n_stored, int(given.max()) + 1 if len(given) else 0)

    def in_addr(self, low: int, high: int) -> NDArray[np.uint32]:
        """Addresses of inputs low..high-1, NO_ADDRESS where there is none or it is not known."""
        return self._spent(low, high, self.addr, self.given.addr, NO_ADDRESS)

    def in_value(self, low: int, high: int) -> NDArray[np.int64]:
        """Amounts of inputs low..high-1, -1 where not known."""
        return self._spent(low, high, self.value, self.given.value, -1)

    def in_stype(self, low: int, high: int) -> NDArray[np.uint8]:
        return self._spent(low, high, self.stype, self.given.stype, 0)

    def _spent(self, low: int, high: int, column: Column, given: Column, missing: int) -> Column:
        outs = self.prev_out[low:high]
        known = outs != UNRESOLVED
        if known.all():
            return np.ascontiguousarray(column[outs])
        found = np.full(high - low, missing, dtype=column.dtype)
        found[known] = column[outs[known]]
        first, last = np.searchsorted(self.given.at, np.array([low, high], dtype=np.uint64))
        found[self.given.at[first:last].astype(np.int64) - low] = given[first:last]
        return found

    def runs(self, start: int = 0, size: int = RUN) -> Iterator[Run]:
        """All transactions from `start` on, `size` at a time."""
        for low in range(start, self.n_tx, size):
            yield self.run(low, min(low + size, self.n_tx))

    def run(self, low: int, high: int) -> Run:
        first_in, first_out = (np.asarray(each[low : high + 1]) for each in (self.first_in, self.first_out))
        inputs, outputs = (int(first_in[0]), int(first_in[-1])), slice(int(first_out[0]), int(first_out[-1]))
        out = (np.ascontiguousarray(each[outputs]) for each in (self.addr, self.value, self.stype))
        spent = (self.in_addr(*inputs), self.in_value(*inputs), self.in_stype(*inputs))
        return Run(low, high, np.ascontiguousarray(first_in), np.ascontiguousarray(first_out), *spent, *out)

    def tx_of(self, outputs: Column) -> NDArray[np.int64]:
        found: NDArray[np.int64] = np.searchsorted(self.first_out, outputs, side="right") - 1
        return found

    def times(self, low: int, high: int) -> NDArray[np.int64]:
        """The block time of transactions low..high-1. Needs first_tx and block_time."""
        if self.first_tx is None or self.block_time is None:
            raise ValueError("this view has no blocks")
        blocks = np.searchsorted(self.first_tx, np.arange(low, high, dtype=np.uint64), side="right") - 1
        return np.asarray(self.block_time[blocks])


def script_keys(stype: Column, payload: Column) -> Column:
    """One 33-byte text a script: payload, then kind. The kind is never 0 here, so no key ends in a zero."""
    rows = np.empty((len(stype), 33), np.uint8)
    rows[:, :32] = payload
    rows[:, 32] = stype
    return rows.reshape(-1).view("S33")


def _given(view: ChainView, store: Store) -> GivenInputs:
    missing = np.flatnonzero(np.asarray(view.prev_out) == UNRESOLVED)
    value = store.array("given_value")[missing]
    missing, value = missing[value >= 0], value[value >= 0]
    stype, payload = store.array("given_stype")[missing], store.array("given_payload")[missing]
    addr = np.full(len(missing), NO_ADDRESS, np.uint32)
    named = ~np.isin(stype, _WITHOUT)
    addr[named] = _numbers(view, script_keys(stype[named], payload[named]))
    return GivenInputs(missing.astype(np.uint64), addr, value, stype)


def _numbers(view: ChainView, keys: Column) -> NDArray[np.uint32]:
    """Address numbers of given scripts: the store's own, else new ones in the order of the inputs."""
    unique, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    numbers = np.full(len(unique), NO_ADDRESS, np.uint32)
    if view.addr_stype is not None and view.addr_payload is not None and len(unique):
        for start in range(0, view.n_stored, _ADDRESSES):
            part = slice(start, min(start + _ADDRESSES, view.n_stored))
            stored = script_keys(view.addr_stype[part], view.addr_payload[part])
            at = np.minimum(np.searchsorted(unique, stored), len(unique) - 1)
            hits = unique[at] == stored
            numbers[at[hits]] = start + np.flatnonzero(hits)
    new = np.flatnonzero(numbers == NO_ADDRESS)
    numbers[new[np.argsort(first[new])]] = view.n_stored + np.arange(len(new))
    found: NDArray[np.uint32] = numbers[inverse]
    return found
