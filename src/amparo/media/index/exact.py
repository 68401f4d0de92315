"""Exact search in sorted digests."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from amparo import _kernels
from amparo.base import WrongUse

Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.uint32]


class Column(NamedTuple):
    """Sorted digests of one signal and the entry of each. `starts`: first digest of each prefix of `bits` bits."""

    digests: Bytes  # (count, octets)
    entries: Numbers  # (count,)
    starts: Numbers  # (2^bits + 1,)
    bits: int


def column_of(digests: Bytes, entries: Numbers) -> Column:
    """The column of a few digests in memory."""
    records = np.concatenate([digests, entries.astype("<u4").view(np.uint8).reshape(-1, 4)], axis=1)
    rows, numbers = _kernels.sort_records(records)
    return Column(rows, numbers, np.array([0, len(rows)], np.uint32), 0)


def find(column: Column, wanted: Bytes) -> Numbers:
    """Rows (query, entry), (k, 2), of the digests equal to each of `wanted`, by query, then as they are stored."""
    ranges = _kernels.find_exact(column.digests, column.starts, column.bits, wanted).astype(np.int64)
    sizes = ranges[:, 1] - ranges[:, 0]
    queries = np.repeat(np.arange(len(wanted)), sizes)
    within = np.arange(len(queries)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    entries = column.entries[np.repeat(ranges[:, 0], sizes) + within]
    return np.stack([queries.astype(np.uint32), entries], axis=1)


def rows_of(digests: Bytes, octets: int) -> Bytes:
    """`digests` as the kernels want them. Raises WrongUse if they are not (n, octets) u8."""
    if digests.dtype != np.uint8 or digests.ndim != 2 or digests.shape[1] != octets:
        raise WrongUse(what=f"digests of {octets} bytes as rows of octets are wanted")
    return np.ascontiguousarray(digests)
