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


def ours(forest: bool) -> Callable[[Numbers, Numbers, int], tuple[Numbers, Any]]:
    return lambda offsets, members, addresses: _kernels.cluster(offsets, members, addresses, forest=forest)


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


def one(name: str, folder: Path, addresses: int) -> None:
    """The work of one process: the best of some runs, its peak memory, and its roots as a file."""
    work = {"ours": ours(False), "forest": ours(True), "peer": peer}[name]
    offsets, members = np.load(folder / "offsets.npy"), np.load(folder / "members.npy")
    before = memory("VmRSS")
    best = float("inf")
    for _ in range(TIMES):
        start = time.perf_counter()
        root, rows = work(offsets, members, addresses)
        best = min(best, time.perf_counter() - start)
    peak = memory("VmHWM")
    np.save(folder / f"{name}.npy", root)
    if rows is not None:
        np.save(folder / f"{name}.rows.npy", rows)
    print(json.dumps({"seconds": best, "added_mib": (peak - before) // 1024}))


def measured(name: str, folder: Path, addresses: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.ledger_clusters", name, str(folder), str(addresses)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


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
        mine, forest, theirs = (measured(each, folder, addresses) for each in ("ours", "forest", "peer"))
        plain = np.load(folder / "ours.npy", mmap_mode="r")
        same = np.array_equal(plain, np.load(folder / "peer.npy", mmap_mode="r"))
        size = f"{addresses} addresses, {edges} edges"
        yield Result(
            target=f"co-spend clustering, {size}; {mine['added_mib']} MiB added, the peer {theirs['added_mib']}",
            ours=round(mine["seconds"], 4),
            unit="s",
            peer="graphsense-clustering, Arrow lists in, mapping out",
            peer_version=version("graphsense-clustering"),
            ratio=round(theirs["seconds"] / mine["seconds"], 2),
            goal=2.5,
            equal=same,
            cpu=_kernels.cpu(),
        )
        again = np.load(folder / "forest.npy", mmap_mode="r")
        yield Result(
            target=f"the same with its spanning forest; {forest['added_mib']} MiB added",
            ours=round(forest["seconds"], 4),
            unit="s",
            peer="ours without the forest (at most 1.5 times its time)",
            peer_version=None,
            ratio=round(mine["seconds"] / forest["seconds"], 2),
            goal=round(1 / 1.5, 3),
            equal=np.array_equal(plain, again) and spans(folder, addresses),
            cpu=_kernels.cpu(),
        )


if __name__ == "__main__":
    one(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
