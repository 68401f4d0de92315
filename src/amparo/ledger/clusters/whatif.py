"""All evidence of one entity, not only its forest: what it falls into when some is dropped, and the shortest proof."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from amparo import _kernels
from amparo.ledger.clusters.view import ChainView
from amparo.ledger.store.layout import NO_ADDRESS, UNSPENT

Column = NDArray[Any]


class Part(NamedTuple):
    root: int  # smallest address
    size: int


@dataclass(frozen=True)
class Split:
    """What an entity falls into. `parts`: the largest first, then by root."""

    members: NDArray[np.uint32]
    part: NDArray[np.uint32]  # member -> root of its part
    parts: tuple[Part, ...]
    dropped: tuple[int, ...]  # transactions that were evidence and were dropped
    evidence: int  # transactions that are left as evidence

    def part_of(self, address: int) -> int:
        """The root of the part that holds `address`. KeyError where the entity never held it."""
        at = int(np.searchsorted(self.members, address))
        if at == len(self.members) or int(self.members[at]) != address:
            raise KeyError(address)
        return int(self.part[at])

    def members_of(self, root: int) -> NDArray[np.uint32]:
        found: NDArray[np.uint32] = self.members[self.part == root]
        return found

    @property
    def holds(self) -> bool:
        """Whether it is still one entity."""
        return len(self.parts) == 1


@dataclass(frozen=True)
class Evidence:
    """Lists of members (numbered within the entity), one list a transaction, and same-key edges (a, b, tx)."""

    members: NDArray[np.uint32]
    txs: NDArray[np.int64]
    start: NDArray[np.uint64]
    local: NDArray[np.uint32]
    same_key: NDArray[np.uint32]

    def without(self, txs: Collection[int], heuristics: Collection[int]) -> Split:
        gone = np.isin(self.txs, list(txs)) | (0 in heuristics)
        keys = self.same_key[~np.isin(self.same_key[:, 2], list(txs))] if 1 not in heuristics else self.same_key[:0]
        sets = _kernels.UnionFind(len(self.members), forest=False)
        sets.add(self.start, self.local, 0, gone.astype(np.uint8))
        sets.add_edges(np.ascontiguousarray(keys))
        part = self.members[sets.finish()]
        roots, sizes = np.unique(part, return_counts=True)
        parts = sorted(
            (Part(int(r), int(s)) for r, s in zip(roots, sizes, strict=True)), key=lambda p: (-p.size, p.root)
        )
        dropped = tuple(int(each) for each in self.txs[gone & (np.diff(self.start) > 1)])
        return Split(self.members, part, tuple(parts), dropped, int((~gone & (np.diff(self.start) > 1)).sum()))


def evidence(
    view: ChainView, members: NDArray[np.uint32], skips: NDArray[np.uint8], same_key: NDArray[np.uint32]
) -> Evidence:
    """Everything that joins addresses of one entity. `members` ascending."""
    txs = _spending(view, members)
    txs = txs[skips[txs] == 0]
    first = np.asarray(view.first_in[txs]).astype(np.int64)
    counts = np.asarray(view.first_in[txs + 1]).astype(np.int64) - first
    start = np.zeros(len(txs) + 1, np.uint64)
    np.cumsum(counts, out=start[1:], dtype=np.uint64)
    local = _local(members, _in_addr(view, _ranges(first, counts)))
    keys = np.column_stack([_local(members, same_key[:, 0]), _local(members, same_key[:, 1]), same_key[:, 2]])
    keys = keys[keys[:, 0] != NO_ADDRESS]
    return Evidence(members, txs, start, local, np.ascontiguousarray(keys, np.uint32))


def _spending(view: ChainView, members: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Transactions that spend from one of `members`, ascending."""
    if view.addr_start is None or view.addr_outs is None:
        return _spending_by_scan(view, members)
    stored = members[members < view.n_stored].astype(np.int64)
    first = np.asarray(view.addr_start[stored]).astype(np.int64)
    counts = np.asarray(view.addr_start[stored + 1]).astype(np.int64) - first
    spenders = np.asarray(view.spent_by[view.addr_outs[_ranges(first, counts)]])
    given = view.given.at[np.isin(view.given.addr, members)]
    more = np.searchsorted(view.first_in, given, side="right") - 1
    found = np.sort(np.concatenate([spenders[spenders != UNSPENT].astype(np.int64), more]))
    fresh = np.ones(len(found), bool)  # np.unique hashes first, which takes many times longer
    fresh[1:] = found[1:] != found[:-1]
    return found[fresh]


def _spending_by_scan(view: ChainView, members: NDArray[np.uint32]) -> NDArray[np.int64]:
    found = [np.zeros(0, np.int64)]
    for run in view.runs():
        at = np.flatnonzero(_local(members, run.in_addr) != NO_ADDRESS).astype(np.uint64) + run.first_in[0]
        found.append(np.unique(np.searchsorted(run.first_in, at, side="right") - 1 + run.low))
    return np.concatenate(found)


def _in_addr(view: ChainView, inputs: NDArray[np.int64]) -> NDArray[np.uint32]:
    """Addresses of scattered inputs."""
    outs = np.asarray(view.prev_out[inputs])
    known = outs < len(view.addr)
    found = np.full(len(inputs), NO_ADDRESS, np.uint32)
    found[known] = view.addr[outs[known]]
    if len(view.given.at):
        at = np.minimum(np.searchsorted(view.given.at, inputs.astype(np.uint64)), len(view.given.at) - 1)
        said = ~known & (view.given.at[at] == inputs.astype(np.uint64))
        found[said] = view.given.addr[at[said]]
    return found


def _ranges(first: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """first[0], first[0] + 1, … counts[0] of them, then the same from first[1] on."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    found: NDArray[np.int64] = np.arange(total) + np.repeat(first - (ends - counts), counts)
    return found


def _local(members: NDArray[np.uint32], addresses: Column) -> NDArray[np.uint32]:
    """Positions among `members`, NO_ADDRESS for what is not one of them."""
    at = np.minimum(np.searchsorted(members, addresses), len(members) - 1)
    found: NDArray[np.uint32] = np.where(members[at] == addresses, at, NO_ADDRESS).astype(np.uint32)
    return found


def shortest(found: Evidence, a: int, b: int) -> Sequence[tuple[int, int, int, int]]:
    """Hops (from, to, tx, heuristic number) of a shortest path over all evidence; the earliest transaction of equals.

    Breadth first, one level at a time. Empty where a is b.
    """
    lists, members, start = _edges(found)
    back_start, back = _by_member(lists, members, len(found.members))
    goal, here = (int(np.searchsorted(found.members, each)) for each in (b, a))
    came_list = np.full(len(found.members), -1, np.int64)
    came_from = np.full(len(found.members), -1, np.int64)
    seen_list = np.zeros(len(start) - 1, bool)
    came_from[here] = here
    level = np.array([here])
    while len(level) and came_from[goal] < 0:
        at = _ranges(back_start[level], back_start[level + 1] - back_start[level])
        via = np.repeat(level, back_start[level + 1] - back_start[level])
        next_lists, first = np.unique(back[at], return_index=True)
        fresh = ~seen_list[next_lists]
        next_lists, via = next_lists[fresh], via[first[fresh]]
        seen_list[next_lists] = True
        counts = start[next_lists + 1] - start[next_lists]
        reached = members[_ranges(start[next_lists], counts)]
        level, first = np.unique(reached, return_index=True)
        new = came_from[level] < 0
        level, first = level[new], first[new]
        came_list[level] = np.repeat(next_lists, counts)[first]
        came_from[level] = np.repeat(via, counts)[first]
    return _walk_back(found, came_from, came_list, here, goal)


def _edges(found: Evidence) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """All lists, the same-key edges behind the transactions: (list of each entry, its member, where lists begin)."""
    keep = found.local != NO_ADDRESS
    counts = np.diff(found.start).astype(np.int64)
    lists = np.repeat(np.arange(len(found.txs)), counts)[keep]
    pairs = len(found.same_key)
    lists = np.concatenate([lists, np.repeat(np.arange(pairs) + len(found.txs), 2)])
    members = np.concatenate([found.local[keep], found.same_key[:, :2].reshape(-1)]).astype(np.int64)
    start = np.zeros(len(found.txs) + pairs + 1, np.int64)
    np.cumsum(np.bincount(lists, minlength=len(start) - 1), out=start[1:])
    return lists, members, start


def _by_member(
    lists: NDArray[np.int64], members: NDArray[np.int64], count: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    start = np.zeros(count + 1, np.int64)
    np.cumsum(np.bincount(members, minlength=count), out=start[1:])
    return start, lists[np.argsort(members, kind="stable")]


def _walk_back(
    found: Evidence, came_from: NDArray[np.int64], came_list: NDArray[np.int64], here: int, goal: int
) -> list[tuple[int, int, int, int]]:
    hops = []
    while goal != here:
        each, previous = int(came_list[goal]), int(came_from[goal])
        same_key = each >= len(found.txs)
        tx = int(found.same_key[each - len(found.txs), 2]) if same_key else int(found.txs[each])
        hops.append((int(found.members[previous]), int(found.members[goal]), tx, int(same_key)))
        goal = previous
    return hops[::-1]
