"""Clustering by co-spending, with its spanning forest, against graphsense-clustering (Rust, two threads, Arrow in).

60 million addresses, 30 million edges at scale 1. Both get the same lists of input addresses, one list a
transaction, from the same files, each in a process of its own so that the memory told is its own. Times hold
everything from the lists to the mapping address -> smallest address of its set.

The lists are invented: half of the addresses uniform, half with a cubic preference for old ones (reuse); lengths
2 + geometric. Real chains have better locality, which helps both.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from amparo import _kernels
from amparo.ledger.clusters import Clusters
from bench.ledger_graph import graph_store
from bench.result import Result, best_of

ADDRESSES = 60_000_000
EDGES = 30_000_000
TIMES = 3
TRANSACTIONS = 5_000_000
Numbers = np.ndarray[Any, np.dtype[Any]]
Work = Callable[[Numbers, Numbers, int], tuple[Numbers, Numbers | None]]


def make_lists(folder: Path, addresses: int, edges: int) -> None:
    """`offsets.npy` (u4) and `members.npy` (u4): lists of two and more addresses, together `edges` more than lists."""
    random = np.random.default_rng(4)
    lengths = 2 + random.geometric(0.75, size=edges) - 1
    lists = int(np.searchsorted(np.cumsum(lengths - 1), edges)) + 1
    offsets = np.zeros(lists + 1, np.uint32)
    np.cumsum(lengths[:lists], out=offsets[1:])
    drawn = random.random(int(offsets[-1]))
    reused = random.random(len(drawn)) < 0.5
    drawn[reused] **= 3
    np.save(folder / "offsets.npy", offsets)
    np.save(folder / "members.npy", (drawn * addresses).astype(np.uint32))


def peer(offsets: Numbers, members: Numbers, addresses: int) -> tuple[Numbers, None]:
    import pyarrow as pa
    from gs_clustering import Clustering

    lists = pa.ListArray.from_arrays(pa.array(offsets.view(np.int32)), pa.array(members))
    clustering = Clustering(addresses - 1)
    clustering.process_transactions_arrow(lists)
    return clustering.get_mapping().column(1).to_numpy(), None


def memory(field: str) -> int:
    """KiB of this process: VmRSS what it holds now, VmHWM the most it ever held."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:"))


def plain(offsets: Numbers, members: Numbers, addresses: int) -> tuple[Numbers, Numbers]:
    found: tuple[Numbers, Numbers] = _kernels.cluster(offsets, members, addresses, forest=False)
    return found


def with_forest(offsets: Numbers, members: Numbers, addresses: int) -> tuple[Numbers, Numbers]:
    found: tuple[Numbers, Numbers] = _kernels.cluster(offsets, members, addresses, forest=True)
    return found


WORKS: dict[str, Work] = {"ours": plain, "forest": with_forest, "peer": peer}


def one(names: list[str], folder: Path, addresses: int) -> None:
    """What one process does: each work in turn, some times over; the best time, memory at the first time, results."""
    offsets, members = np.load(folder / "offsets.npy"), np.load(folder / "members.npy")
    before = memory("VmRSS")
    seconds: dict[str, float] = dict.fromkeys(names, float("inf"))
    added: dict[str, int] = {}
    for _ in range(TIMES):
        for name in names:
            start = time.perf_counter()
            root, rows = WORKS[name](offsets, members, addresses)
            seconds[name] = min(seconds[name], time.perf_counter() - start)
            added.setdefault(name, (memory("VmHWM") - before) // 1024)
            np.save(folder / f"{name}.npy", root)
            if rows is not None:
                np.save(folder / f"{name}.rows.npy", rows)
    print(json.dumps({name: [seconds[name], added[name]] for name in names}))


def measured(names: str, folder: Path, addresses: int) -> dict[str, tuple[float, int]]:
    command = [sys.executable, "-m", "bench.ledger_clusters", names, str(folder), str(addresses)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return {name: (each[0], each[1]) for name, each in json.loads(done.stdout).items()}


def spans(folder: Path, addresses: int) -> bool:
    """The forest has one row a merge, its rows alone give the same sets, and they stand in the order of time."""
    root, rows = np.load(folder / "ours.npy", mmap_mode="r"), np.load(folder / "forest.rows.npy")
    components = int(np.count_nonzero(root == np.arange(addresses, dtype=np.uint32)))
    again = _kernels.UnionFind(addresses, forest=False)
    again.add_edges(rows)
    in_order = bool(np.all(rows[1:, 2] >= rows[:-1, 2]))
    return in_order and len(rows) == addresses - components and np.array_equal(again.finish(), root)


def alone(target: str, ours: float, unit: str, equal: bool) -> Result:
    """A line without a peer: no open tool answers this."""
    return Result(target, ours, unit, None, None, None, None, equal, _kernels.cpu())


def first_joined(clusters: Clusters, a: int, b: int) -> bool:
    """Apart before the transaction that is named, together with it."""
    why = clusters.why(a, b)
    if a == b or why is None:
        return a == b
    before, after = clusters.as_of(why.joined_by), clusters.as_of(why.joined_by + 1)
    return before.root(a) != before.root(b) and after.root(a) == after.root(b)


def questions(folder: Path, txs: int) -> Iterator[Result]:
    """The public API over a store: build the entities, ask why and what if of the largest."""
    store = graph_store(folder / "store", txs)
    seconds = best_of(1, lambda: Clusters.build(store, folder / "entities"))
    clusters = Clusters.open(folder / "entities", store)
    size = f"{txs} transactions, {clusters.n_addresses} addresses"
    merges = clusters.n_addresses - len(np.unique(clusters.roots))
    yield alone(f"build the entities of {size}", round(seconds, 3), "s", merges == len(clusters.forest))
    root, members = clusters.largest(1)[0]
    pairs = np.random.default_rng(4).choice(clusters.members(root), (100, 2)).tolist()
    slowest = max(best_of(3, partial(clusters.why, a, b)) for a, b in pairs)
    joins = [clusters.why(a, b) for a, b in pairs if a != b]
    held = all(first_joined(clusters, a, b) for a, b in pairs[:5])
    yield alone(f"why joined, slowest of 100 pairs of {members} addresses", round(1000 * slowest, 3), "ms", held)
    dropped = joins[0].joined_by if joins[0] else 0
    seconds = best_of(3, lambda: clusters.without(root, txs=[dropped]))
    split = clusters.without(root, txs=[dropped])
    whole = sum(part.size for part in split.parts) == members
    yield alone(f"what if a transaction is dropped, {members} addresses", round(seconds, 3), "s", whole)


def run(scale: float) -> Iterator[Result]:
    addresses, edges = max(1000, int(ADDRESSES * scale)), max(500, int(EDGES * scale))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_lists(folder, addresses, edges)
        told = measured("ours,forest", folder, addresses) | measured("peer", folder, addresses)
        (mine, mine_mib), (forest, forest_mib), (theirs, peer_mib) = (told[each] for each in ("ours", "forest", "peer"))
        roots = np.load(folder / "ours.npy", mmap_mode="r")
        same = np.array_equal(roots, np.load(folder / "peer.npy", mmap_mode="r"))
        size = f"{addresses} addresses, {edges} edges"
        yield Result(
            target=f"co-spend clustering, {size}; {mine_mib} MiB added, the peer {peer_mib}",
            ours=round(mine, 4),
            unit="s",
            peer="graphsense-clustering, Arrow lists in, mapping out",
            peer_version=version("graphsense-clustering"),
            ratio=round(theirs / mine, 2),
            goal=2.5,
            equal=same,
            cpu=_kernels.cpu(),
        )
        again = np.load(folder / "forest.npy", mmap_mode="r")
        yield Result(
            target=f"the same with its spanning forest; {forest_mib} MiB added",
            ours=round(forest, 4),
            unit="s",
            peer="ours without the forest (at most 1.5 times its time)",
            peer_version=None,
            ratio=round(mine / forest, 2),
            goal=round(1 / 1.5, 3),
            equal=np.array_equal(roots, again) and spans(folder, addresses),
            cpu=_kernels.cpu(),
        )
    with tempfile.TemporaryDirectory() as name:
        yield from questions(Path(name), max(20_000, int(TRANSACTIONS * scale)))


if __name__ == "__main__":
    one(sys.argv[1].split(","), Path(sys.argv[2]), int(sys.argv[3]))
