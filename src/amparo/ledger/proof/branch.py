"""Merkle branches: the digests that lead from one transaction to its block's root.

A level of odd length pairs its last digest with itself. Any other pair of equal digests is how CVE-2012-2459 forges a
block with the same root, so neither making nor checking accepts one.
Source: Bitcoin developer reference, "Merkle trees"; CVE-2012-2459.
"""

from collections.abc import Sequence

from amparo.ledger.hashes import dsha


def branch_of(leaves: Sequence[bytes], position: int) -> tuple[bytes, ...]:
    """Return the siblings of leaf `position`, lowest first. Raises ValueError where two equal digests are paired."""
    level, siblings = list(leaves), []
    while len(level) > 1:
        if any(level[i] == level[i + 1] for i in range(0, len(level) - 1, 2)):
            raise ValueError("pairs two equal digests")
        if len(level) % 2:
            level.append(level[-1])
        siblings.append(level[position ^ 1])
        level = [dsha(level[i] + level[i + 1]) for i in range(0, len(level), 2)]
        position >>= 1
    return tuple(siblings)


def root_of(leaf: bytes, position: int, count: int, siblings: Sequence[bytes]) -> bytes:
    """Fold a branch back to its root. Raises ValueError where it cannot be one of a block of `count` transactions."""
    if not 0 <= position < count:
        raise ValueError("names a position outside its block")
    node, width = leaf, count
    for sibling in siblings:
        alone = position == width - 1 and width % 2 == 1
        if width == 1 or len(sibling) != 32:
            raise ValueError("has a branch of the wrong length")
        if alone != (sibling == node):
            raise ValueError("pairs two equal digests")
        node = dsha(sibling + node if position & 1 else node + sibling)
        position, width = position >> 1, (width + 1) // 2
    if width != 1:
        raise ValueError("has a branch of the wrong length")
    return node
