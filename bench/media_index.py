"""The index over 10 million random PDQ hashes, half the queries planted within 31 bits, against faiss in one run.

Flat (every hash compared) and MultiHash 16x16 nflip 1 (what ThreatExchange's PDQIndex uses), one thread each. The
same pairs must come out on 2,000 queries. Then a batch of a million; a skewed bank (a fifth of it in 100 tight
clusters); and what it takes to build, to open and to share. faiss' radius is strict: 32 means at most 31 bits.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from amparo import _kernels
from amparo.media.index import CAP, Index, build_index
from amparo.media.lists import EntryBatch
from bench.result import Result, best_of

SIZE, QUERIES, BATCH = 10_000_000, 2000, 1_000_000
LIMIT = 31


def run(scale: float) -> Iterator[Result]:
    faiss.omp_set_num_threads(1)
    size = max(20_000, round(SIZE * scale))
    rng = np.random.default_rng(3)
    with tempfile.TemporaryDirectory(prefix="amparo-bench-") as folder:
        bank = rng.integers(0, 256, (size, 32), np.uint8)
        path = Path(folder) / "random"
        arrays = list(batches(bank))
        started = time.perf_counter()
        build_index(arrays, path, {})
        seconds = time.perf_counter() - started
        del arrays
        yield _limit(f"build an index of {size} hashes from arrays", seconds, "s", 10, scale)
        yield _limit("open it", best_of(5, lambda: Index.open(path)), "s", 0.1, scale)
        yield from _searches(bank, Index.open(path), rng, scale)
        yield _limit("memory of two processes that have used it (PSS)", _pss(path) / 1e9, "GB", 1.4, scale)
        yield _lookups(bank, Index.open(path))
        skewed = clustered(bank, rng)
        del bank
        build_index(batches(skewed), Path(folder) / "skewed", {})
        yield from _skewed(skewed, Index.open(Path(folder) / "skewed"), rng, scale)


def batches(bank: np.ndarray) -> Iterator[EntryBatch]:
    """The bank as a list reader would give it: digests and stored lines, 100,000 entries at a time."""
    line = f'{{"digests":{{"pdq":"{"0" * 64}"}},"extra":[],"label":null,"purpose":null,"row":10000000}}\n'.encode()
    signs = np.array([list(b"%02x" % each) for each in range(256)], np.uint8)
    at_hex, at_row = line.index(b"0" * 64), line.index(b"10000000")
    for first in range(0, len(bank), 100_000):
        digests = bank[first : first + 100_000]
        lines = np.tile(np.frombuffer(line, np.uint8), (len(digests), 1))
        lines[:, at_hex : at_hex + 64] = signs[digests].reshape(len(digests), 64)
        rows = np.arange(10_000_000 + first, 10_000_000 + first + len(digests))
        for place in range(8):
            lines[:, at_row + 7 - place] = 48 + rows // 10**place % 10
        ends = np.arange(1, len(digests) + 1, dtype=np.uint64) * np.uint64(len(line))
        numbers = np.arange(len(digests), dtype=np.uint32)
        yield EntryBatch(len(digests), {"pdq": (digests, numbers)}, lines.tobytes(), ends)


def planted(bank: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Random queries, every second one a hash of the bank with 0 to 31 bits turned (a few twice, that is back)."""
    queries = rng.integers(0, 256, (count, 32), np.uint8)
    half = bank[rng.integers(0, len(bank), len(queries[::2]))]
    _turn_bits(half, rng.integers(0, LIMIT + 1, len(half)), rng)
    queries[::2] = half
    return queries


def clustered(bank: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A bank of which every fifth hash lies within 8 bits of one of 100 centres."""
    skewed = bank.copy()
    members = rng.integers(0, 256, (100, 32), np.uint8)[rng.integers(0, 100, len(skewed[::5]))]
    _turn_bits(members, rng.integers(0, 9, len(members)), rng)
    skewed[::5] = members
    return skewed


def _turn_bits(rows: np.ndarray, how_many: np.ndarray, rng: np.random.Generator) -> None:
    for each in range(int(how_many.max())):
        which = np.nonzero(how_many > each)[0]
        bit = rng.integers(0, 256, len(which))
        rows[which, bit // 8] ^= (1 << (bit % 8)).astype(np.uint8)


def _searches(bank: np.ndarray, index: Index, rng: np.random.Generator, scale: float) -> Iterator[Result]:
    queries = planted(bank, QUERIES, rng)
    many = planted(bank, max(10_000, round(BATCH * scale)), rng)
    flat = faiss.IndexBinaryFlat(256)
    flat.add(bank)
    flat_rate, expected = _peer(flat, queries)
    multi = faiss.IndexBinaryMultiHash(256, 16, 16)
    multi.add(bank)
    multi.nflip = 1
    multi_rate, _ = _peer(multi, queries[: max(100, round(400 * min(scale, 1)))])
    for _ in _paths():
        equal = np.array_equal(_pairs(index.near_many(queries, LIMIT, cap=0).rows), expected)
        what = f"{len(bank)} hashes within {LIMIT} bits"
        rate = QUERIES / best_of(2, lambda: [index.near_many(queries[q : q + 1], LIMIT) for q in range(QUERIES)])
        yield _rates(f"{what}, one query a call", rate, "faiss IndexBinaryFlat", flat_rate, 150, scale, equal)
        rate = QUERIES / best_of(3, lambda: index.near_many(queries, LIMIT))
        what = f"{what}, {QUERIES} queries in one call"
        yield _rates(what, rate, "faiss IndexBinaryFlat", flat_rate, 150, scale, equal)
        yield _rates(what, rate, "faiss IndexBinaryMultiHash 16x16 nflip 1", multi_rate, 300, scale, equal)
        rate = len(many) / best_of(1, lambda: index.near_many(many, LIMIT))
        what = f"{len(bank)} hashes within {LIMIT} bits, {len(many)} queries in one call"
        yield _rates(what, rate, "faiss IndexBinaryFlat", flat_rate, 250, scale, equal)


def _skewed(bank: np.ndarray, index: Index, rng: np.random.Generator, scale: float) -> Iterator[Result]:
    queries = planted(bank, QUERIES // 5, rng)
    flat = faiss.IndexBinaryFlat(256)
    flat.add(bank)
    flat_rate, expected = _peer(flat, queries)
    what = f"{len(bank)} hashes, a fifth in 100 clusters, at most {CAP} answers, {len(queries)} queries in one call"
    for _ in _paths():
        equal = np.array_equal(_pairs(index.near_many(queries, LIMIT, cap=0).rows), expected)
        seconds = best_of(3, lambda: index.near_many(queries, LIMIT))
        yield _rates(what, len(queries) / seconds, "faiss IndexBinaryFlat", flat_rate, 50, scale, equal)


def _paths() -> Iterator[str]:
    """Use each vector path of this machine in turn, then the one that was in use."""
    before = _kernels.cpu()
    for path in [each for each in _kernels.cpu_paths() if each != "baseline"] or ["baseline"]:
        _kernels.use_cpu(path)
        yield path
    _kernels.use_cpu(before)


def _lookups(bank: np.ndarray, index: Index) -> Result:
    wanted = np.ascontiguousarray(bank[::-7][:500_000])
    seconds = best_of(2, lambda: index.lookup_many("pdq", wanted))
    listed = {row.tobytes(): 0 for row in bank[: len(bank) // 2]}
    keys = [row.tobytes() for row in wanted]
    peer = best_of(2, lambda: [key in listed for key in keys])
    found = index.lookup_many("pdq", wanted)
    equal = np.array_equal(bank[found[:, 1]], wanted[found[:, 0]]) and len(set(found[:, 0].tolist())) == len(wanted)
    return Result(
        target=f"exact lookups among {len(bank)} digests, {len(wanted)} in one call",
        ours=round(len(wanted) / seconds),
        unit="lookups/s",
        peer=f"a Python dict of {len(listed)} in memory",
        peer_version=sys.version.split()[0],
        ratio=round(peer / seconds, 2),
        goal=None,
        equal=equal,
        cpu=_kernels.cpu(),
    )


def _peer(index: Any, queries: np.ndarray) -> tuple[float, np.ndarray]:
    started = time.perf_counter()
    limits, distances, labels = index.range_search(queries, LIMIT + 1)
    rate = len(queries) / (time.perf_counter() - started)
    of = np.repeat(np.arange(len(queries)), np.diff(limits.astype(np.int64)))
    return rate, _pairs(np.stack([of, labels, distances.astype(np.int64)], axis=1))


def _pairs(rows: np.ndarray) -> np.ndarray:
    rows = rows.astype(np.int64)
    return rows[np.lexsort((rows[:, 1], rows[:, 0]))]


def _rates(what: str, ours: float, peer: str, theirs: float, goal: float, scale: float, equal: bool) -> Result:
    return Result(
        target=what,
        ours=round(ours),
        unit="queries/s",
        peer=peer,
        peer_version=faiss.__version__,
        ratio=round(ours / theirs, 1),
        goal=goal if scale >= 1 else None,
        equal=equal,
        cpu=_kernels.cpu(),
    )


def _limit(what: str, ours: float, unit: str, limit: float, scale: float) -> Result:
    """A target with a limit and no peer: the ratio says how many times better than the limit."""
    goal = 1 if scale >= 1 else None
    return Result(
        what,
        round(ours, 4),
        unit,
        f"the limit, {limit} {unit}",
        None,
        round(limit / ours, 2),
        goal,
        None,
        _kernels.cpu(),
    )


def _pss(path: Path) -> int:
    """Bytes, shared pages counted once, of two processes that have put 200,000 queries each to the index."""
    code = (
        "import sys, numpy as np; from pathlib import Path; from amparo.media.index import Index\n"
        "index = Index.open(Path(sys.argv[1])); rng = np.random.default_rng(int(sys.argv[2]))\n"
        "for _ in range(20): index.near_many(rng.integers(0, 256, (10_000, 32), np.uint8))\n"
        "print('done', flush=True); sys.stdin.read()"
    )
    both = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(path), str(seed)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for seed in (1, 2)
    ]
    for each in both:
        assert each.stdout is not None
        assert each.stdout.readline() == b"done\n"
    total = 0
    for each in both:
        lines = Path(f"/proc/{each.pid}/smaps_rollup").read_text().splitlines()
        total += 1024 * int(next(line for line in lines if line.startswith("Pss:")).split()[1])
    for each in both:
        each.communicate()
    return total
