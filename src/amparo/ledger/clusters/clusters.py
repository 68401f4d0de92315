"""Entities: sets of addresses that heuristics join. Which transaction joined these two, and what if it had not.

An entity is an inference by the heuristics named, never a statement of who owns or controls an address.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from amparo import _kernels
from amparo.base import Progress, gettext_noop, silent
from amparo.ledger.clusters import files
from amparo.ledger.clusters.build import HEURISTICS, NOTHING, Kept, block_marks, build, co_spend_skips
from amparo.ledger.clusters.coinjoin import Shape
from amparo.ledger.clusters.errors import ClustersStale, UnknownAddress, UnknownHeuristic, UnknownTransaction
from amparo.ledger.clusters.files import Held, Manifest, Settings
from amparo.ledger.clusters.view import ChainView
from amparo.ledger.clusters.whatif import Evidence, Split, evidence, shortest
from amparo.ledger.errors import NotLoaded
from amparo.ledger.store import Store

#: Sides of a merge above this many addresses are worth a person's look.
LARGE: Final = 10_000
#: What one hop of a path says, by heuristic.
HOP_WORDS: Final = {
    "co-spend": gettext_noop("Transaction %(tx)s spends from both %(a)s and %(b)s."),
    "same-key": gettext_noop("%(a)s and %(b)s are two forms of one public key; the second first appears in %(tx)s."),
}


class Hop(NamedTuple):
    """One step: `heuristic` joins `a` and `b` by transaction `tx`."""

    a: int
    b: int
    tx: int
    heuristic: str


class Why(NamedTuple):
    """Why two addresses stand in one entity: the path between them in the forest.

    `joined_by`: the largest transaction on the path, which first made one entity of the two. `undecidable`: those on
    it that could be a PayJoin of two owners, which nobody can tell from the chain.
    """

    hops: tuple[Hop, ...]
    joined_by: int
    undecidable: tuple[int, ...] = ()


class Entity(NamedTuple):
    root: int  # smallest address
    size: int
    first_merge: int | None  # transaction; None for an address that stands alone
    last_merge: int | None
    merges: Mapping[str, int]  # heuristic -> merges by it


class Alarm(NamedTuple):
    """A merge worth a person's look: two large entities, or tags of different actors on its two sides."""

    tx: int
    a: int
    b: int
    heuristic: str
    size_a: int
    size_b: int
    large: bool
    actors: bool


class Clusters:
    """Entities of one chain, memory-mapped. `view` reads the chain they stand on."""

    def __init__(self, folder: Path, manifest: Manifest, view: ChainView) -> None:
        self.folder = folder
        self.manifest = manifest
        self.view = view
        self._arrays = files.map_all(folder, manifest)

    @classmethod
    def build(
        cls,
        source: Store | ChainView,
        folder: Path,
        *,
        exchanges: Iterable[int] = (),
        held: Iterable[Held] = (),
        gates: bool = True,
        progress: Progress = silent,
    ) -> "Clusters":
        """Build the entities of `source` into `folder`; an older build there is replaced when the new one is done."""
        settings = Settings(tuple(sorted(set(exchanges))), tuple(held), gates)
        build(source, folder, settings, progress=progress)
        return cls(folder, Manifest.read(folder), ChainView.of(source))

    @classmethod
    def open(cls, folder: Path, source: Store | ChainView) -> "Clusters":
        """Raises NoClusters, ClustersVersion, ClustersDamaged; ClustersStale where the store has moved on."""
        manifest = Manifest.read(folder)
        view = ChainView.of(source)
        tip = source.tip if isinstance(source, Store) else None
        digest = source.manifest.data_digest if isinstance(source, Store) else None
        basis = manifest.basis
        if (basis.transactions, basis.addresses, basis.data_digest) != (view.n_tx, view.n_stored, digest):
            raise ClustersStale(stands=basis.tip, tip=tip)
        return cls(folder, manifest, view)

    @classmethod
    def update(
        cls, source: Store, folder: Path, *, exchanges: Iterable[int] | None = None, progress: Progress = silent
    ) -> "Clusters":
        """Bring an older build to the store's tip: only what was added or cut is worked again, same settings.

        `exchanges`: the tagged addresses as they are now; where they differ, all is built anew. None keeps the old
        ones, but for addresses that a reorganisation cut away: their numbers may mean others now.
        """
        manifest = Manifest.read(folder)
        settings = manifest.settings
        wanted = settings.exchanges if exchanges is None else tuple(sorted(set(exchanges)))
        if wanted != settings.exchanges:
            held = _still_there(source, settings, 0).held
            build(source, folder, Settings(wanted, held, settings.gates), progress=progress)
        elif manifest.basis.data_digest != source.manifest.data_digest:
            build(source, folder, *_what_stands(source, folder, manifest), progress=progress)
        return cls.open(folder, source)

    def verify(self) -> None:
        """Hash every array against the manifest. Raises ClustersDamaged."""
        files.verify(self.folder, self.manifest)

    # Entities.

    @property
    def held(self) -> tuple[Held, ...]:
        return self.manifest.settings.held

    @property
    def shapes(self) -> NDArray[np.uint16]:
        """CoinJoin shapes of each transaction, as the build judged them."""
        return self._arrays["shapes"]

    @property
    def roots(self) -> NDArray[np.uint32]:
        """The root of every address: the smallest address of its entity."""
        return self._arrays["root"]

    @property
    def forest(self) -> NDArray[np.uint32]:
        """Rows (a, b, tx), one a merge, in the order of time."""
        return self._arrays["forest"]

    @property
    def n_addresses(self) -> int:
        return len(self.roots)

    def root(self, address: int) -> int:
        """Raises UnknownAddress."""
        if not 0 <= address < self.n_addresses:
            raise UnknownAddress(address=address)
        return int(self.roots[address])

    def members(self, address: int, limit: int | None = None) -> NDArray[np.uint32]:
        """Addresses of the entity of `address`, ascending, the first `limit` of them."""
        start, end = self._span(self.root(address))
        if start == end:
            return np.array([address], np.uint32)
        return self._arrays["member"][start : end if limit is None else min(end, start + limit)]

    def size(self, address: int) -> int:
        start, end = self._span(self.root(address))
        return max(1, end - start)

    def entity(self, address: int) -> Entity:
        rows = self._rows_of(address)
        txs, counts = self.forest[rows, 2], np.bincount(self._arrays["kind"][rows], minlength=len(HEURISTICS))
        merges = {name: int(counts[number]) for number, name in enumerate(HEURISTICS)}
        first, last = (int(txs.min()), int(txs.max())) if len(txs) else (None, None)
        return Entity(self.root(address), self.size(address), first, last, merges)

    def largest(self, count: int = 10) -> tuple[tuple[int, int], ...]:
        """(root, size) of the largest entities."""
        sizes = np.diff(self._arrays["group_start"]).astype(np.int64)
        order = np.argsort(-sizes, kind="stable")[:count]
        roots = self._arrays["group_root"]
        return tuple((int(roots[each]), int(sizes[each])) for each in order)

    @property
    def components(self) -> int:
        """Entities, those of one address included."""
        return self.n_addresses - len(self.forest)

    # Why.

    def why(self, a: int, b: int) -> Why | None:
        """The path in the forest that joins `a` and `b`; None where they are two entities. Raises UnknownAddress."""
        if self.root(a) != self.root(b):
            return None
        found = _kernels.tree_path(self._arrays["parent"], self._arrays["row"], a, b)
        if found is None:
            return None
        nodes, rows = found
        hops = tuple(
            Hop(int(x), int(y), int(self.forest[row, 2]), HEURISTICS[int(self._arrays["kind"][row])])
            for x, y, row in zip(nodes[:-1], nodes[1:], rows, strict=True)
        )
        unsure = tuple(hop.tx for hop in hops if hop.heuristic == HEURISTICS[0] and self._may_be_payjoin(hop.tx))
        return Why(hops, max((hop.tx for hop in hops), default=-1), unsure)

    def _may_be_payjoin(self, tx: int) -> bool:
        return bool(int(self.shapes[tx]) & Shape.PAYJOIN)

    def shortest(self, a: int, b: int) -> tuple[Hop, ...] | None:
        """The fewest hops over all evidence of the entity, not the forest alone: a second, often shorter proof."""
        if self.root(a) != self.root(b):
            return None
        return tuple(Hop(x, y, tx, HEURISTICS[kind]) for x, y, tx, kind in shortest(self._evidence(a), a, b))

    # What if.

    def without(self, address: int, *, txs: Collection[int] = (), heuristics: Collection[str] = ()) -> Split:
        """What the entity of `address` falls into without these transactions, or without whole heuristics.

        Worked on all evidence, so that an edge that was never needed takes over. Raises UnknownHeuristic.
        """
        for name in heuristics:
            if name not in HEURISTICS:
                raise UnknownHeuristic(name=name, known=", ".join(HEURISTICS))
        return self._evidence(address).without(txs, [HEURISTICS.index(each) for each in heuristics])

    def as_of(self, when: int | datetime) -> "AsOf":
        """The entities before transaction `when`, or at a point in time (aware). Raises UnknownTransaction."""
        cut = self._tx_at(when) if isinstance(when, datetime) else when
        if not 0 <= cut <= self.view.n_tx:
            raise UnknownTransaction(tx=cut)
        rows = int(np.searchsorted(self.forest[:, 2], cut))
        return AsOf(cut, self.n_addresses, np.ascontiguousarray(self.forest[:rows]))

    def alarms(self, large: int = LARGE, tags: Mapping[int, Iterable[str]] | None = None) -> tuple[Alarm, ...]:
        """Merges of two entities both larger than `large`, or whose sides carry tags of different actors.

        `tags`: address -> actors tagged there.
        """
        at, actors = tag_columns(tags or {})
        found = _kernels.merge_alarms(self.n_addresses, np.ascontiguousarray(self.forest), large, at, actors)
        return tuple(self._alarm(*row) for row in found.tolist())

    def _alarm(self, row: int, size_a: int, size_b: int, why: int) -> Alarm:
        a, b, tx = self.forest[row].tolist()
        heuristic = HEURISTICS[int(self._arrays["kind"][row])]
        return Alarm(tx, a, b, heuristic, size_a, size_b, bool(why & 1), bool(why & 2))

    def _span(self, root: int) -> tuple[int, int]:
        roots = self._arrays["group_root"]
        at = int(np.searchsorted(roots, root))
        if at == len(roots) or int(roots[at]) != root:
            return 0, 0
        start, end = self._arrays["group_start"][at : at + 2].tolist()
        return start, end

    def _rows_of(self, address: int) -> NDArray[np.int64]:
        """Forest rows of the entity: each member but the root hangs on one."""
        rows = self._arrays["row"][self.members(address)]
        found: NDArray[np.int64] = rows[rows != files.NO_ROW].astype(np.int64)
        return found

    def _evidence(self, address: int) -> Evidence:
        skips = co_spend_skips(np.asarray(self.shapes), self.held)
        return evidence(self.view, np.asarray(self.members(address)), skips, self._arrays["same_key"])

    def _tx_at(self, when: datetime) -> int:
        """The first transaction of the first block that is later than `when`."""
        if when.tzinfo is None:
            raise ValueError("a time needs its zone")
        if self.view.block_time is None or self.view.first_tx is None:
            raise ValueError("this view has no blocks")
        later = np.flatnonzero(np.asarray(self.view.block_time) > when.timestamp())
        return int(self.view.first_tx[later[0]]) if len(later) else self.view.n_tx


class AsOf:
    """The entities as the evidence before transaction `tx` gives them."""

    def __init__(self, tx: int, n_addresses: int, forest: NDArray[np.uint32]) -> None:
        self.tx = tx
        self.forest = forest
        self.n_addresses = n_addresses

    @cached_property
    def roots(self) -> NDArray[np.uint32]:
        sets = _kernels.UnionFind(self.n_addresses, forest=False)
        sets.add_edges(self.forest)
        return sets.finish()

    def root(self, address: int) -> int:
        if not 0 <= address < self.n_addresses:
            raise UnknownAddress(address=address)
        return int(self.roots[address])

    def members(self, address: int) -> NDArray[np.int64]:
        return np.flatnonzero(self.roots == self.root(address))

    def size(self, address: int) -> int:
        return len(self.members(address))


def tag_columns(tags: Mapping[int, Iterable[str]]) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Tags as two columns: address, and a number for each actor."""
    pairs = sorted({(address, actor) for address, actors in tags.items() for actor in actors})
    numbers: dict[str, int] = {}
    actors = [numbers.setdefault(actor, len(numbers)) for _, actor in pairs]
    return np.array([address for address, _ in pairs], np.uint32), np.array(actors, np.uint32)


def _what_stands(store: Store, folder: Path, manifest: Manifest) -> tuple[Settings, Kept]:
    """How much of an older build is still true: everything before the first block that differs."""
    view, settings = ChainView.of(store), manifest.settings
    if manifest.basis.given or view.n_addresses > view.n_stored or manifest.basis.network != view.network:
        return _still_there(store, settings, 0), NOTHING
    held: dict[str, NDArray[Any]] = files.map_all(folder, manifest)
    old, new = held["block"], block_marks(store)
    common = min(len(old), len(new))
    differs = np.flatnonzero(old[:common] != new[:common])
    blocks = int(differs[0]) if len(differs) else common
    start = int(held["first_tx"][blocks])
    rows = int(np.searchsorted(held["forest"][:, 2], start))
    kept = Kept(start, held["shapes"][:start], held["forest"][:rows], held["kind"][:rows])
    if blocks < len(old):
        stable = int(np.searchsorted(store.array("addr_first"), store.array("first_out")[start]))
        settings = replace(settings, exchanges=tuple(each for each in settings.exchanges if each < stable))
    return _still_there(store, settings, start), kept


def _still_there(store: Store, settings: Settings, start: int) -> Settings:
    """Held edges follow their transaction by its id; a hold falls away with a transaction that is in no block now."""
    found = [_found_again(store, each) if each.tx >= start else each for each in settings.held]
    return replace(settings, held=tuple(each for each in found if each is not None))


def _found_again(store: Store, held: Held) -> Held | None:
    try:
        return None if held.txid is None else Held(store.find_tx(held.txid).tx, held.heuristic, held.reason, held.txid)
    except NotLoaded:
        return None
