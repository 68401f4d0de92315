"""Choose the active chain among block records: the tip with the most work, back to its first block.

Source: Bitcoin Core `validation.cpp` (most cumulative work; work of a block = 2^256 / (target + 1)).
"""

from collections.abc import Sequence
from typing import NamedTuple

from amparo.base import SkipCount, Skipped
from amparo.ledger.addresses import Network
from amparo.ledger.errors import ChainGap
from amparo.ledger.hashes import shown
from amparo.ledger.sources.base import Record


class Chain(NamedTuple):
    records: tuple[Record, ...]
    first_height: int | None
    complete: bool


def active_chain(
    records: Sequence[Record], names: Sequence[str], network: Network, skipped: SkipCount, *, window: bool
) -> Chain:
    """Return the active chain in height order; duplicates and stale blocks are counted in `skipped`.

    Raises ChainGap, naming the block, where a block's parent is missing: always for a hole between blocks, and
    for a missing beginning unless `window` declares that only a part is loaded.
    """
    by_hash = _without_duplicates(records, names, skipped)
    roots = [each for each in by_hash.values() if each.header.prev not in by_hash]
    first = roots[0]
    complete = shown(first.header.hash) == network.genesis
    wrong = roots[1:] if complete or window else roots
    if wrong:
        raise _gap(wrong[0], names)
    chain = _heaviest(by_hash, first)
    kept = {each.header.hash for each in chain}
    for each in by_hash.values():
        if each.header.hash not in kept:
            skipped.add(Skipped(f"{names[each.file]} @ {each.at - 8}", "stale-block", shown(each.header.hash)))
    after_genesis = shown(first.header.prev) == network.genesis
    return Chain(chain, 0 if complete else 1 if after_genesis else None, complete)


def _without_duplicates(records: Sequence[Record], names: Sequence[str], skipped: SkipCount) -> dict[bytes, Record]:
    by_hash: dict[bytes, Record] = {}
    for each in records:
        if by_hash.setdefault(each.header.hash, each) is not each:
            place = f"{names[each.file]} @ {each.at - 8}"
            skipped.add(Skipped(place, "duplicate-record", shown(each.header.hash)))
    return by_hash


def _heaviest(by_hash: dict[bytes, Record], root: Record) -> tuple[Record, ...]:
    """The branch from `root` with most work; of two equal ones the block that came first, as a node does."""
    children: dict[bytes, list[Record]] = {}
    for each in by_hash.values():
        children.setdefault(each.header.prev, []).append(each)
    best, best_work = root, 0
    waiting = [(root, root.header.work)]
    order = {digest: number for number, digest in enumerate(by_hash)}
    while waiting:
        record, work = waiting.pop()
        earlier = order[record.header.hash] < order[best.header.hash]
        if work > best_work or (work == best_work and earlier):
            best, best_work = record, work
        waiting.extend((each, work + each.header.work) for each in children.get(record.header.hash, ()))
    chain = [best]
    while chain[-1] is not root:
        chain.append(by_hash[chain[-1].header.prev])
    return tuple(reversed(chain))


def _gap(record: Record, names: Sequence[str]) -> ChainGap:
    return ChainGap(
        block=shown(record.header.hash), parent=shown(record.header.prev), file=names[record.file], at=record.at - 8
    )
