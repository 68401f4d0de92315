"""Near search by flat scan, one picture in its 8 variants against a bank, against the same in NumPy.

The ring index, which is to beat faiss 150 times, is not built yet; this line measures what a scan does today.
"""

from collections.abc import Iterator

import numpy as np

from amparo import _kernels
from bench.result import Result, best_of

BANK = 1_000_000


def run(scale: float) -> Iterator[Result]:
    rng = np.random.default_rng(1)
    size = max(1000, round(BANK * scale))
    bank = rng.integers(0, 256, (size, 32), np.uint8)
    queries = rng.integers(0, 256, (8, 32), np.uint8)
    for number in range(0, size, size // 50):  # plant near ones
        bank[number] = queries[number % 8]
        bank[number, number % 32] ^= 0b101
    expected = _plain(bank, queries)
    peer_seconds = best_of(2, lambda: _plain(bank, queries))
    before = _kernels.cpu()
    for path in _kernels.cpu_paths():
        _kernels.use_cpu(path)
        seconds = best_of(5, lambda: _kernels.hamming(bank, queries, 31))
        got = {tuple(row) for row in _kernels.hamming(bank, queries, 31).tolist()}
        yield Result(
            target=f"8 hashes against a bank of {size}, within 31 bits, flat scan",
            ours=round(1000 * seconds, 3),
            unit="ms a picture",
            peer="NumPy bitwise_count",
            peer_version=np.__version__,
            ratio=round(peer_seconds / seconds, 1),
            goal=None,
            equal=got == expected and len(got) >= 50,
            cpu=path,
        )
    _kernels.use_cpu(before)


def _plain(bank: np.ndarray, queries: np.ndarray) -> set[tuple[int, int, int]]:
    found = set()
    words = bank.view(np.uint64)
    for query, row in enumerate(queries.view(np.uint64)):
        distances = np.bitwise_count(words ^ row).sum(-1)
        found |= {(query, int(at), int(distances[at])) for at in np.nonzero(distances <= 31)[0]}
    return found
