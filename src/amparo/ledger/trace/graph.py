"""The arrays a walk reads, as the kernel wants them, held once a store."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from amparo import _kernels
from amparo.ledger.addresses import normal
from amparo.ledger.errors import BadAddress
from amparo.ledger.store import Store
from amparo.ledger.trace.stops import StopReason

#: Stop reason -> the kernel's number.
STOP_NUMBERS: Final = {reason: number for number, reason in enumerate(StopReason, start=1)}
_NAMES: Final = ("value", "spent_by", "stype", "first_out", "first_in", "prev_out", "first_tx", "block_time")
_KEPT: Final = 8  # sets of addresses remembered a store


@dataclass(frozen=True, eq=False)
class Graph:
    """Plain views of a store's arrays, and the kernel's handle on them. `base` = height of block 0."""

    value: NDArray[np.int64]
    spent_by: NDArray[np.uint32]
    stype: NDArray[np.uint8]
    first_out: NDArray[np.uint64]
    first_in: NDArray[np.uint64]
    prev_out: NDArray[np.uint64]
    first_tx: NDArray[np.uint64]
    block_time: NDArray[np.int64]
    addr: NDArray[np.uint32] | None = None
    given: NDArray[np.int64] | None = None
    base: int = 0
    native: Any = field(init=False, repr=False)
    kept: dict[Any, Any] = field(default_factory=dict, repr=False)
    kept_sets: dict[frozenset[str], Any] = field(default_factory=dict, repr=False)
    kept_by_owner: WeakKeyDictionary[Any, Any] = field(default_factory=WeakKeyDictionary, repr=False)

    def __post_init__(self) -> None:
        arrays = {name: getattr(self, name) for name in (*_NAMES, "addr", "given")}
        object.__setattr__(self, "native", _kernels.TraceGraph(**arrays))

    def tx_at_height(self, height: int) -> int:
        """The first transaction of the block at `height`; of one after the tip, the number of transactions."""
        block = min(max(height - self.base, 0), len(self.first_tx) - 1)
        return int(self.first_tx[block])

    def txs_of(self, outputs: NDArray[np.uint64]) -> NDArray[np.int64]:
        return np.searchsorted(self.first_out, outputs, side="right") - 1

    def blocks_of(self, txs: NDArray[Any]) -> NDArray[np.int64]:
        return np.searchsorted(self.first_tx, txs.astype(np.uint64), side="right") - 1


_GRAPHS: Final[WeakKeyDictionary[Store, Graph]] = WeakKeyDictionary()


def graph_of(store: Store) -> Graph:
    """The graph of a store; made once."""
    if (found := _GRAPHS.get(store)) is None:
        arrays: dict[str, Any] = {name: np.asarray(store.array(name)) for name in (*_NAMES, "addr")}
        try:
            given = np.asarray(store.array("given_value"))
        except KeyError:
            given = None
        found = _GRAPHS[store] = Graph(**arrays, given=given, base=store.manifest.report.first_height or 0)
    return found


def address_keys(store: Store, graph: Graph, stops: Mapping[StopReason, frozenset[str]]) -> Any:
    """The kernel's set of addresses to stop at, None where there is none. Addresses of other chains are no stops."""
    wanted = tuple((reason, texts) for reason, texts in stops.items() if texts)
    if not wanted:
        return None
    if wanted not in graph.kept:
        while len(graph.kept) >= _KEPT:
            del graph.kept[next(iter(graph.kept))]
        graph.kept[wanted] = _keys(store, wanted)
    return graph.kept[wanted]


def address_ids(
    store: Store, graph: Graph, texts: Callable[[], Iterable[str]], owner: object, version: int
) -> NDArray[np.uint32]:
    """Ids of the loaded addresses among `texts`; kept while `owner` lives and has this version."""
    kept: Any = graph.kept_sets if isinstance(owner, frozenset) else graph.kept_by_owner
    while len(kept) >= _KEPT and owner not in kept:
        del kept[next(iter(kept))]
    if kept.get(owner, (None,))[0] != version:
        found = sorted({key for text in texts() for key in _ids(store, text)})
        kept[owner] = (version, np.array(found, dtype=np.uint32))
    ids: NDArray[np.uint32] = kept[owner][1]
    return ids


def _keys(store: Store, wanted: Iterable[tuple[StopReason, frozenset[str]]]) -> Any:
    keys: list[int] = []
    numbers: list[int] = []
    for reason, texts in wanted:
        found = [key for text in texts for key in _ids(store, text)]
        keys.extend(found)
        numbers.extend([STOP_NUMBERS[reason]] * len(found))
    return _kernels.TraceKeys(np.array(keys, dtype=np.uint64), np.array(numbers, dtype=np.uint8))


def _ids(store: Store, text: str) -> tuple[int, ...]:
    try:
        return store.address_ids(normal(text))
    except BadAddress:
        return ()
