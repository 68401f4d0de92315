"""Where the chain of a source leaves the chain of a store: found by block hashes."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from amparo.base import Progress, silent
from amparo.ledger.columns import TxBatch
from amparo.ledger.sources import BlockScan, Scan


class Fork(NamedTuple):
    """The store's blocks before the fork, those after it, the scan's blocks to pass over, those to add."""

    kept: int
    stale: int
    skip: int
    new: int


def find_fork(held: npt.NDArray[np.uint8], scan: Scan) -> Fork | None:
    """`held`: the store's block hashes (b, 32). None where the scan neither overlaps nor follows them."""
    hashes, parent = _hashes(scan)
    if (at := _row(held, hashes[0])) is not None:
        own, theirs = at, 0
    elif (at := _row(held, parent)) is not None:
        return Fork(at + 1, len(held) - at - 1, 0, len(hashes))
    elif (at := _row(hashes, held[0])) is not None:
        own, theirs = 0, at
    else:
        return None
    reach = min(len(held) - own, len(hashes) - theirs)
    same = (held[own : own + reach] == hashes[theirs : theirs + reach]).all(axis=1)
    common = reach if same.all() else int(np.argmin(same))
    kept, skip = own + common, theirs + common
    return Fork(kept, len(held) - kept, skip, len(hashes) - skip)


def _row(hashes: npt.NDArray[np.uint8], wanted: npt.NDArray[np.uint8]) -> int | None:
    rows = np.flatnonzero((hashes == wanted).all(axis=1))
    return int(rows[-1]) if len(rows) else None


def _hashes(scan: Scan) -> tuple[npt.NDArray[np.uint8], npt.NDArray[Any]]:
    """The scan's block hashes in order, and the parent of the first."""
    if isinstance(scan, BlockScan):
        joined = b"".join(record.header.hash for record in scan.records)
        parent = np.frombuffer(scan.records[0].header.prev, dtype=np.uint8)
        return np.frombuffer(joined, dtype=np.uint8).reshape(-1, 32), parent
    found, parents = [], []
    for batch in scan.batches(silent):
        found.append(batch.blocks.hash)
        parents.append(batch.blocks.prev[:1])
    return np.concatenate(found), np.concatenate(parents)[0]


class Rest:
    """A scan without its first `skip` blocks (Scan's other facts are those of the whole)."""

    def __init__(self, whole: Scan, skip: int) -> None:
        self.whole = whole
        self.skip = skip
        self.network = whole.network
        self.files = whole.files
        self.first_height = whole.first_height
        self.complete = False
        self.tip = whole.tip
        self.n_blocks = whole.n_blocks - skip

    def batches(self, progress: Progress) -> Iterator[TxBatch]:
        if isinstance(self.whole, BlockScan):
            yield from self.whole.after(self.skip).batches(progress)
            return
        left = self.skip
        for batch in self.whole.batches(progress):
            count = len(batch.blocks.hash)
            if left < count:
                yield batch.after(left) if left else batch
            left = max(0, left - count)
