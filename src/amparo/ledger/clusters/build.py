"""Build the entities of a chain, or go on from an older build after blocks were added or cut.

Co-spend: the addresses that pay one transaction are joined (not in a coinbase, not in an excluded CoinJoin shape).
Same key: a key's P2PK and P2PKH addresses are joined by the transaction with which the second one first appears.
Both in the order of transactions, so that the merges are the minimum spanning forest by time: the rows before a
transaction span exactly what was joined before it.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from amparo import _kernels
from amparo.base import Progress, silent
from amparo.ledger.clusters.coinjoin import excluded, kinds
from amparo.ledger.clusters.errors import UnknownHeuristic, UnknownTransaction
from amparo.ledger.clusters.files import Basis, Held, Settings, basis_of, publish
from amparo.ledger.clusters.view import RUN, ChainView
from amparo.ledger.scripts import ScriptKind
from amparo.ledger.store import Store

#: Numbers stand in `kind.bin`; names in settings, results and reports.
HEURISTICS: Final = ("co-spend", "same-key")


class Kept(NamedTuple):
    """What of an older build still stands: everything before transaction `start`."""

    start: int
    shapes: NDArray[np.uint16]
    forest: NDArray[np.uint32]
    kind: NDArray[np.uint8]


NOTHING: Final = Kept(0, np.zeros(0, np.uint16), np.zeros((0, 3), np.uint32), np.zeros(0, np.uint8))


def build_arrays(
    view: ChainView, settings: Settings, kept: Kept = NOTHING, progress: Progress = silent
) -> dict[str, NDArray[Any]]:
    """All arrays of `files.ARRAYS` but `block` and `first_tx`. Raises UnknownHeuristic, UnknownTransaction."""
    _check_held(view, settings.held)
    found = kinds(view, exchanges=settings.exchanges, gates=settings.gates, start=kept.start)
    shapes = np.concatenate([kept.shapes, found])
    same_key = same_key_edges(view, settings.held)
    root, forest, kind = _join(view, co_spend_skips(shapes, settings.held), same_key, kept, progress)
    parent, row = _kernels.forest_tree(root, forest)
    groups, starts, members = _kernels.group_members(root)
    merged: dict[str, NDArray[Any]] = {
        "shapes": shapes,
        "root": root,
        "forest": forest,
        "kind": kind,
        "same_key": same_key,
    }
    trees: dict[str, NDArray[Any]] = {
        "parent": parent,
        "row": row,
        "group_root": groups,
        "group_start": starts,
        "member": members,
    }
    return merged | trees


def build(
    source: Store | ChainView, folder: Path, settings: Settings, kept: Kept = NOTHING, progress: Progress = silent
) -> None:
    """Build and publish into `folder`. Raises ClustersNotWritten besides what `build_arrays` raises."""
    view = ChainView.of(source)
    store = source if isinstance(source, Store) else None
    if store is not None:
        held = tuple(Held(each.tx, each.heuristic, each.reason, store.txid(each.tx)) for each in settings.held)
        settings = replace(settings, held=held)
    arrays = build_arrays(view, settings, kept, progress) | _blocks(store, view)
    publish(folder, arrays, _basis(store, view), settings)


def co_spend_skips(shapes: NDArray[np.uint16], held: tuple[Held, ...]) -> NDArray[np.uint8]:
    """1 for each transaction whose inputs are not joined."""
    skips = excluded(shapes).astype(np.uint8)
    skips[[each.tx for each in held if each.heuristic == HEURISTICS[0]]] = 1
    return skips


def same_key_edges(view: ChainView, held: tuple[Held, ...] = ()) -> NDArray[np.uint32]:
    """Rows (P2PK address, P2PKH address, tx) in the order of transactions."""
    if view.addr_stype is None or view.addr_payload is None or view.addr_first is None:
        return np.zeros((0, 3), np.uint32)
    bare = np.flatnonzero(np.asarray(view.addr_stype) == ScriptKind.P2PK)
    hashed = np.flatnonzero(np.asarray(view.addr_stype) == ScriptKind.P2PKH)
    if not len(bare) or not len(hashed):
        return np.zeros((0, 3), np.uint32)
    keys = _key_hashes(view.addr_payload[bare])
    order = np.argsort(keys)
    at_most = len(keys) - 1
    pairs = []
    for part in np.array_split(hashed, 1 + len(hashed) // RUN):
        wanted = _key_hashes(view.addr_payload[part])
        at = order[np.minimum(np.searchsorted(keys, wanted, sorter=order), at_most)]
        same = keys[at] == wanted
        pairs.append(np.stack([bare[at[same]], part[same]], axis=1))
    joined = np.concatenate(pairs)
    txs = view.tx_of(np.asarray(view.addr_first)[joined].max(axis=1))
    rows = np.concatenate([joined, txs[:, None]], axis=1)
    rows = rows[np.lexsort((rows[:, 0], rows[:, 2]))].astype(np.uint32)
    return rows[~np.isin(rows[:, 2], [each.tx for each in held if each.heuristic == HEURISTICS[1]])]


def _key_hashes(payload: NDArray[np.uint8]) -> NDArray[Any]:
    """The HASH160 of each key as one text; a last byte that is not zero keeps trailing zeros."""
    rows = np.ones((len(payload), 21), np.uint8)
    rows[:, :20] = payload[:, :20]
    return rows.reshape(-1).view("S21")


def _join(
    view: ChainView, skips: NDArray[np.uint8], same_key: NDArray[np.uint32], kept: Kept, progress: Progress
) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint8]]:
    sets = _kernels.UnionFind(view.n_addresses)
    sets.add_edges(np.ascontiguousarray(kept.forest))
    sets.take_forest()
    rows: list[NDArray[np.uint32]] = [np.asarray(kept.forest)]
    kind: list[NDArray[np.uint8]] = [np.asarray(kept.kind)]
    for low in range(kept.start, view.n_tx, RUN):
        high = min(low + RUN, view.n_tx)
        first_in = np.ascontiguousarray(view.first_in[low : high + 1])
        members = view.in_addr(int(first_in[0]), int(first_in[-1]))
        first, last = np.searchsorted(same_key[:, 2], [low, high])
        sets.add(first_in, members, low, skips[low:high], np.ascontiguousarray(same_key[first:last]))
        more, their_kind = sets.take_forest()
        rows.append(more)
        kind.append(their_kind)
        progress(high, view.n_tx, "transactions")
    return sets.finish(), np.concatenate(rows), np.concatenate(kind)


def _check_held(view: ChainView, held: tuple[Held, ...]) -> None:
    for each in held:
        if each.heuristic not in HEURISTICS:
            raise UnknownHeuristic(name=each.heuristic, known=", ".join(HEURISTICS))
        if not 0 <= each.tx < view.n_tx:
            raise UnknownTransaction(tx=each.tx)


def _basis(store: Store | None, view: ChainView) -> Basis:
    return basis_of(store, view.network, view.n_tx, view.n_stored, view.n_addresses)


def _blocks(store: Store | None, view: ChainView) -> dict[str, NDArray[Any]]:
    """Marks of the blocks, to find later how much of the chain is still the same."""
    if store is None:
        return {"block": np.zeros(0, np.uint64), "first_tx": np.zeros(1, np.uint64)}
    return {"block": block_marks(store), "first_tx": np.asarray(view.first_tx)}


def block_marks(store: Store) -> NDArray[np.uint64]:
    hashes = np.asarray(store.array("block_hash"))[:, :8]
    return np.ascontiguousarray(hashes).reshape(-1).view("<u8")
