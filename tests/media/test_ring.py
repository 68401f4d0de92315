"""The ring finds what comparing every pair finds: on every path this machine has, for every threshold, each once."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reference import near as plain

from amparo import _kernels

THRESHOLDS = (0, 1, 7, 8, 15, 16, 23, 24, 31, 32, 39, 40, 47, 48, 90)


@pytest.fixture(params=_kernels.cpu_paths())
def path(request: pytest.FixtureRequest) -> Iterator[str]:
    before = _kernels.cpu()
    _kernels.use_cpu(request.param)
    yield request.param
    _kernels.use_cpu(before)


class Ring:
    """The column and the ring over some hashes; entry k is the k-th as given."""

    def __init__(self, bank: np.ndarray) -> None:
        numbers = np.arange(len(bank), dtype="<u4").view(np.uint8).reshape(-1, 4)
        self.digests, self.entries = _kernels.sort_records(np.concatenate([bank, numbers], axis=1))
        parts = [_kernels.ring_chunk(self.digests, chunk) for chunk in range(16)]
        self.distinct = len(parts[0][1])
        self.offsets = np.stack([offsets for offsets, _, _ in parts])
        self.positions = np.stack([positions for _, positions, _ in parts])
        self.following = np.zeros((16, self.distinct + 32), np.uint16)
        for chunk, (_, _, following) in enumerate(parts):
            self.following[chunk, : self.distinct] = following
        self.heaviest = _kernels.ring_heaviest(self.offsets, self.distinct)

    def near(self, queries: np.ndarray, threshold: int, cap: int = 0) -> tuple[list[tuple[int, ...]], list[int]]:
        parts = (self.offsets, self.positions, self.following, self.heaviest)
        rows, cut = _kernels.near_ring(self.digests, self.entries, *parts, queries, threshold, cap)
        return [tuple(row) for row in rows.tolist()], cut.tolist()


def turned(row: np.ndarray, bits: list[int]) -> np.ndarray:
    row = row.copy()
    for bit in bits:
        row[bit // 8] ^= 1 << bit % 8
    return row


def planted(bank: np.ndarray, count: int, most: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    rows = bank[rng.integers(0, len(bank), count)]
    picks = [rng.choice(256, rng.integers(0, most + 1), replace=False).tolist() for _ in range(count)]
    return np.stack([turned(row, bits) for row, bits in zip(rows, picks, strict=True)])


def test_worked_by_hand(path: str) -> None:
    # Nine hashes far apart and one twice, so that no query has so many candidates that all are compared.
    bank = np.zeros((1100, 32), np.uint8)
    bank[:, 0], bank[:, 5] = np.arange(1100) % 256, np.arange(1100) // 256
    bank[:, 8:] = np.random.default_rng(0).integers(0, 256, (1100, 24), np.uint8)
    bank[7] = bank[1000]
    ring = Ring(bank)
    assert ring.distinct == 1099
    query = turned(bank[1000], [0, 255, 100])[None]
    assert ring.near(query, 3) == ([(0, 7, 3), (0, 1000, 3)], [])
    assert ring.near(query, 3, cap=1) == ([(0, 7, 3)], [0])
    assert ring.near(query, 2) == ([], [])


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_equals_comparing_every_pair(path: str, threshold: int) -> None:
    rng = np.random.default_rng(threshold)
    bank = rng.integers(0, 256, (3000, 32), np.uint8)
    bank[::9] = planted(bank[:5], len(bank[::9]), 10, 1)  # five clusters
    bank[1::50] = bank[0]  # and one hash sixty times
    queries = np.concatenate([planted(bank, 40, threshold + 2, 2), rng.integers(0, 256, (5, 32), np.uint8)])
    distances = np.bitwise_count(bank[None] ^ queries[:, None]).sum(-1, dtype=int)
    pairs = np.argwhere(distances <= threshold).tolist()
    expected = sorted(((q, distances[q, i], i) for q, i in pairs))
    ring = Ring(bank)
    assert ring.near(queries, threshold)[0] == [(q, i, d) for q, d, i in expected]
    ring.heaviest = 0  # now no query is thought to have too many candidates: all go through the ring
    assert ring.near(queries, threshold)[0] == [(q, i, d) for q, d, i in expected]
    assert len(expected) > 8


@settings(max_examples=25)
@given(st.integers(0, 60), st.integers(0, 4), st.integers(0, 2**32 - 1))
def test_cap_keeps_the_nearest_and_says_so(threshold: int, cap: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    bank = planted(rng.integers(0, 256, (4, 32), np.uint8), 60, 12, seed)
    queries = planted(bank, 6, threshold, seed + 1)
    rows = [row.tobytes() for row in bank]
    expected = plain.near(rows, range(60), [row.tobytes() for row in queries], threshold, cap)
    assert Ring(bank).near(queries, threshold, cap) == expected


@settings(max_examples=60)
@given(st.integers(0, 47), st.data())
def test_every_pair_within_reach_meets_at_some_chunk(threshold: int, data: st.DataObject) -> None:
    query = data.draw(st.binary(min_size=32, max_size=32))
    bits = data.draw(st.lists(st.integers(0, 255), max_size=threshold, unique=True))
    row = turned(np.frombuffer(query, np.uint8), bits)
    assert plain.reporting_chunks(row.tobytes(), query, threshold)


def test_a_crowd_that_fills_the_buffers_is_found_whole(path: str) -> None:
    # 300,000 hashes, 6,000 of them within 4 bits of one centre: more than are held at once, too few for a full scan.
    rng = np.random.default_rng(5)
    bank = rng.integers(0, 256, (300_000, 32), np.uint8)
    bank[::50] = bank[0]
    for _ in range(4):
        bank[::50, :][np.arange(6000), rng.integers(0, 32, 6000)] ^= (1 << rng.integers(0, 8, 6000)).astype(np.uint8)
    ring = Ring(bank)
    centre = bank[50][None]
    expected = np.nonzero(np.bitwise_count(bank ^ centre).sum(1, dtype=int) <= 31)[0]
    rows, cut = ring.near(centre, 31)
    assert sorted(entry for _, entry, _ in rows) == expected.tolist()
    assert (len(rows) >= 6000, cut) == (True, [])
    nearest, cut = ring.near(centre, 31, cap=10)
    assert (nearest, cut) == (rows[:10], [0])


def test_many_queries_at_once_are_each_answered(path: str) -> None:
    bank = np.random.default_rng(6).integers(0, 256, (20_000, 32), np.uint8)
    ring, queries = Ring(bank), planted(bank, 3000, 31, 7)
    rows, _ = ring.near(queries, 31)
    singly = [(q, entry, bits) for q in range(0, 3000, 30) for _, entry, bits in ring.near(queries[q : q + 1], 31)[0]]
    assert [row for row in rows if row[0] % 30 == 0] == singly
    assert {q for q, _, _ in rows} == set(range(3000))


def test_real_hashes_give_the_published_matches(shared: Path, path: str) -> None:
    def rows(name: str) -> np.ndarray:
        lines = (shared / "pdq/vectors" / name).read_text().split()
        return np.array([list(bytes.fromhex(line[:64])) for line in lines if len(line.split(",")[0]) == 64], np.uint8)

    haystack, needles = rows("haystack.txt"), rows("needles.txt")
    found = Ring(haystack).near(needles, 31)[0]
    flat, _ = _kernels.near_flat(haystack, np.arange(len(haystack), dtype=np.uint32), needles, 31, 0)
    assert found == [tuple(row) for row in flat.tolist()]
    assert len(found) == 250


def test_a_ring_that_points_beyond_the_rows_is_an_error(path: str) -> None:
    bank = np.random.default_rng(8).integers(0, 256, (2000, 32), np.uint8)
    ring = Ring(bank)
    ring.positions[:] = 2000
    with pytest.raises(IndexError, match="beyond"):
        ring.near(bank[:1], 31)


@pytest.mark.parametrize(("chunk", "at", "value"), [(0, 0, 1), (3, 65536, 5), (15, 30_000, 4_000_000_000)])
def test_offsets_that_do_not_rise_are_an_error(chunk: int, at: int, value: int) -> None:
    ring = Ring(np.random.default_rng(9).integers(0, 256, (500, 32), np.uint8))
    ring.offsets[chunk, at] = value
    with pytest.raises(IndexError, match="rise"):
        _kernels.ring_heaviest(ring.offsets, ring.distinct)


def test_shapes_that_do_not_fit_are_refused() -> None:
    rows, entries = np.zeros((3, 32), np.uint8), np.zeros(3, np.uint32)
    with pytest.raises(ValueError, match="32 bytes"):
        _kernels.near_flat(rows, entries, np.zeros((1, 31), np.uint8), 31, 0)
    with pytest.raises(ValueError, match="one entry"):
        _kernels.near_flat(rows, entries[:2], rows, 31, 0)
    ring = Ring(rows)
    parts = (ring.offsets, ring.positions, ring.following[:, :20].copy(), 1)
    with pytest.raises(ValueError, match="fit together"):
        _kernels.near_ring(rows, entries, *parts, rows, 31, 0)


@settings(max_examples=30)
@given(st.lists(st.binary(min_size=20, max_size=20), max_size=40), st.lists(st.binary(min_size=20, max_size=20)))
def test_sorted_tables_find_what_a_list_holds(rows: list[bytes], absent: list[bytes]) -> None:
    rows = [row[:1] * 19 + row[-1:] if row and row[0] % 3 == 0 else row for row in rows] + rows[:5]
    records = b"".join(row + number.to_bytes(4, "little") for number, row in enumerate(rows))
    digests, numbers = _kernels.sort_records(np.frombuffer(records, np.uint8).reshape(-1, 24))
    expected = sorted(range(len(rows)), key=lambda at: (rows[at], at))
    assert numbers.tolist() == expected
    for bits in (0, 1, 8, 11):
        counts = np.zeros(2**bits, np.uint32)
        _kernels.count_prefixes(digests, bits, counts)
        starts = np.concatenate([np.zeros(1, np.uint32), np.cumsum(counts, dtype=np.uint32)])
        wanted = np.frombuffer(b"".join(rows + absent), np.uint8).reshape(-1, 20)
        ranges = _kernels.find_exact(digests, starts, bits, wanted).tolist()
        for row, (begin, end) in zip(rows + absent, ranges, strict=True):
            assert numbers[begin:end].tolist() == [at for at, each in enumerate(rows) if each == row]
