"""Near search by comparing every pair, one after the other: the plain twin of native/ring.cpp and hamming.cpp."""

from collections.abc import Sequence


def chunks(row: bytes) -> list[int]:
    return [int.from_bytes(row[at : at + 2], "little") for at in range(0, 32, 2)]


def near(
    bank: Sequence[bytes], entries: Sequence[int], queries: Sequence[bytes], threshold: int, cap: int = 0
) -> tuple[list[tuple[int, int, int]], list[int]]:
    """Rows (query, entry, distance), nearest first, and the queries with more than `cap` (0: all are given)."""
    rows, cut = [], []
    for number, query in enumerate(queries):
        wanted = int.from_bytes(query, "big")
        found = sorted(
            (distance, entry)
            for row, entry in zip(bank, entries, strict=True)
            if (distance := (int.from_bytes(row, "big") ^ wanted).bit_count()) <= threshold
        )
        if cap and len(found) > cap:
            cut.append(number)
            found = found[:cap]
        rows += [(number, entry, distance) for distance, entry in found]
    return rows, cut


def reporting_chunks(row: bytes, query: bytes, threshold: int) -> list[int]:
    """The chunks at which the ring meets this pair: near enough alone, and together with the next."""
    apart = [(a ^ b).bit_count() for a, b in zip(chunks(row), chunks(query), strict=True)]
    return [c for c in range(16) if apart[c] <= threshold // 16 and apart[c] + apart[c - 15] <= 2 * threshold // 16]
