"""The union-find kernels against plain sets: a hand-worked case, laws, refusals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.reference import union_find as plain

from amparo import _kernels

NONE = 0xFFFFFFFF


def columns(lists, dtype=np.uint64):
    offsets = np.cumsum([0, *map(len, lists)]).astype(dtype)
    return offsets, np.array([each for members in lists for each in members], np.uint32)


def rows(edges):
    return np.array(edges, np.uint32).reshape(-1, 3)


LISTS = st.lists(st.lists(st.integers(0, 11) | st.just(NONE), max_size=5), max_size=15)


def test_worked_by_hand():
    root, forest = _kernels.cluster(*columns([[1, 2], [3, 4], [], [2, 4, 4, 1]]), 6)
    assert root.tolist() == [0, 1, 1, 1, 1, 5]
    assert forest.tolist() == [[1, 2, 0], [3, 4, 1], [2, 4, 3]]


@given(lists=LISTS, dtype=st.sampled_from([np.uint32, np.uint64]))
def test_partition_and_forest_are_those_of_plain_sets(lists, dtype):
    root, forest = _kernels.cluster(*columns(lists, dtype), 12)
    expected, merges = plain.partition(12, plain.edges_of(lists))
    assert root.tolist() == expected
    assert [tuple(each) for each in forest.tolist()] == merges
    assert len(forest) == 12 - len(set(expected))


def test_many_lists_as_plain_sets():
    """More members than are asked for ahead."""
    random = np.random.default_rng(4)
    lists = [random.integers(0, 700, size).tolist() for size in random.integers(0, 4, 600)]
    root, forest = _kernels.cluster(*columns(lists), 700)
    expected, merges = plain.partition(700, plain.edges_of(lists))
    assert root.tolist() == expected
    assert [tuple(each) for each in forest.tolist()] == merges


@given(lists=LISTS, seed=st.randoms())
def test_the_order_of_lists_does_not_change_the_sets(lists, seed):
    other = list(lists)
    seed.shuffle(other)
    assert _kernels.cluster(*columns(lists), 12)[0].tolist() == _kernels.cluster(*columns(other), 12)[0].tolist()


@given(lists=LISTS, cut=st.integers(0, 15))
def test_rows_before_a_transaction_span_what_was_joined_before_it(lists, cut):
    _, forest = _kernels.cluster(*columns(lists), 12)
    sets = _kernels.UnionFind(12, forest=False)
    sets.add_edges(np.ascontiguousarray(forest[forest[:, 2] < cut]))
    assert sets.finish().tolist() == plain.partition(12, plain.edges_of(lists[:cut]))[0]


@given(lists=LISTS, cut=st.integers(0, 15))
def test_going_on_from_roots_is_as_beginning_anew(lists, cut):
    """In two parts, the second from the roots of the first, with more addresses than the first knew."""
    early = [[each for each in members if each < 8] for members in lists[:cut]]
    first, _ = _kernels.cluster(*columns(early), 8)
    sets = _kernels.UnionFind(12, roots=first)
    sets.add(*columns(lists[cut:]), first_tx=len(early))
    forest, kinds = sets.take_forest()
    expected, merges = plain.partition(12, plain.edges_of([*early, *lists[cut:]]))
    assert sets.finish().tolist() == expected
    assert [tuple(each) for each in forest.tolist()] == [each for each in merges if each[2] >= len(early)]
    assert set(kinds.tolist()) <= {0}


@given(
    lists=LISTS,
    skip=st.sets(st.integers(0, 14)),
    extra=st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11), st.integers(0, 14))),
)
def test_skipped_lists_and_extra_edges(lists, skip, extra):
    """An extra edge comes after the list of its transaction; those behind the last list come last."""
    extra = sorted(extra, key=lambda each: each[2])
    sets = _kernels.UnionFind(12)
    marks = np.array([tx in skip for tx in range(len(lists))], np.uint8)
    sets.add(*columns(lists), 0, marks, rows(extra))
    ordered = sorted(
        [(tx, 0, n, (a, b)) for n, (a, b, tx) in enumerate(plain.edges_of(lists, skip))]
        + [(tx, 1, n, (a, b)) for n, (a, b, tx) in enumerate(extra)]
    )
    expected, merges = plain.partition(12, ((*pair, tx) for tx, _, _, pair in ordered))
    forest, kinds = sets.take_forest()
    assert sets.finish().tolist() == expected
    assert [tuple(each) for each in forest.tolist()] == merges
    assert len(kinds) == len(merges)


@given(lists=LISTS, a=st.integers(0, 11), b=st.integers(0, 11))
def test_the_path_in_the_tree_is_the_path_in_the_forest(lists, a, b):
    root, forest = _kernels.cluster(*columns(lists), 12)
    found = _kernels.tree_path(*_kernels.forest_tree(root, forest), a, b)
    way = plain.path(forest.tolist(), a, b)
    if way is None:
        assert found is None
        return
    nodes, numbers = found
    assert numbers.tolist() == way
    assert (nodes[0], nodes[-1]) == (a, b)
    for x, y, row in zip(nodes[:-1], nodes[1:], numbers, strict=True):
        assert {int(x), int(y)} == set(forest[row, :2].tolist())


@given(lists=LISTS)
def test_groups_hold_the_sets_of_two_and_more(lists):
    root, _ = _kernels.cluster(*columns(lists), 12)
    roots, starts, members = _kernels.group_members(root)
    found = {int(r): members[int(s) : int(e)].tolist() for r, s, e in zip(roots, starts[:-1], starts[1:], strict=True)}
    sets = {r: [n for n in range(12) if root[n] == r] for r in set(root.tolist())}
    assert found == {r: each for r, each in sets.items() if len(each) > 1}
    assert list(found) == sorted(found)


@given(lists=LISTS, limit=st.integers(0, 3), tags=st.sets(st.tuples(st.integers(0, 11), st.integers(0, 2))))
def test_alarms_are_those_of_a_plain_replay(lists, limit, tags):
    _, forest = _kernels.cluster(*columns(lists), 12)
    at, actors = (np.array(each, np.uint32) for each in (zip(*sorted(tags), strict=True) if tags else ([], [])))
    found = _kernels.merge_alarms(12, forest, limit, at, actors)
    sets, expected = {n: {n} for n in range(12)}, []
    for row, (a, b, _) in enumerate(forest.tolist()):
        left, right = sets[a], sets[b]
        here, there = ({actor for n, actor in tags if n in side} for side in (left, right))
        why = (len(left) > limit and len(right) > limit) + 2 * (not here <= there and not there <= here)
        if why:
            expected.append([row, len(left), len(right), why])
        for each in left | right:
            sets[each] = left | right
    assert found.tolist() == expected


@given(
    lists=LISTS,
    edges=st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11))),
    limit=st.integers(0, 4),
    tags=st.sets(st.tuples(st.integers(0, 11), st.integers(0, 2))),
)
def test_guarded_merges_are_those_of_plain_sets(lists, edges, limit, tags):
    root, _ = _kernels.cluster(*columns(lists), 12)
    sets = {n: {m for m in range(12) if root[m] == root[n]} for n in range(12)}
    expected = []
    for a, b in edges:
        left, right = sets[a], sets[b]
        here, there = ({actor for n, actor in tags if n in side} for side in (left, right))
        why = (
            0
            if left is right or left == right
            else (len(left) > limit and len(right) > limit) + 2 * bool(here and there and here != there)
        )
        expected.append(why)
        if not why:
            for each in left | right:
                sets[each] = left | right
    at, actors = (np.array(each, np.uint32) for each in (zip(*sorted(tags), strict=True) if tags else ([], [])))
    a, b = (np.array([each[k] for each in edges], np.uint32) for k in (0, 1))
    merged = np.array(root)
    assert _kernels.guarded_merge(merged, a, b, limit, at, actors).tolist() == expected
    assert merged.tolist() == [min(sets[n]) for n in range(12)]


@pytest.mark.parametrize(
    ("offsets", "members"),
    [([0, 2], [0, 12]), ([0, 3], [0, 1]), ([0, 2, 1], [0, 1]), ([2, 1], [0, 1, 2])],
)
def test_columns_that_do_not_fit_are_refused(offsets, members):
    with pytest.raises(IndexError):
        _kernels.cluster(np.array(offsets, np.uint64), np.array(members, np.uint32), 12)


def test_what_is_no_forest_or_no_root_is_refused():
    root = np.zeros(3, np.uint32)
    with pytest.raises(ValueError, match="forest"):
        _kernels.forest_tree(root, rows([(0, 1, 0), (1, 2, 0), (0, 2, 1)]))
    with pytest.raises(ValueError, match="forest"):
        _kernels.forest_tree(np.arange(3, dtype=np.uint32), rows([(0, 1, 0)]))
    with pytest.raises(IndexError):
        _kernels.forest_tree(root, rows([(0, 3, 0)]))
    with pytest.raises(IndexError):
        _kernels.UnionFind(3, roots=np.array([0, 2, 2], np.uint32))
    with pytest.raises(IndexError):
        _kernels.group_members(np.array([1, 1], np.uint32))
    with pytest.raises(ValueError, match="skip"):
        _kernels.UnionFind(3).add(*columns([[0, 1]]), skip=np.zeros(2, np.uint8))
