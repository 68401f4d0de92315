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
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from amparo import _kernels
from bench.result import Result

ADDRESSES = 60_000_000
EDGES = 30_000_000
TIMES = 3
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
    seconds, added = dict.fromkeys(names, float("inf")), {}
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


if __name__ == "__main__":
    one(sys.argv[1].split(","), Path(sys.argv[2]), int(sys.argv[3]))
