"""Merkle trees as RFC 6962, section 2.1: leaf = SHA-256(00 ‖ data), node = SHA-256(01 ‖ left ‖ right).

One root stands for any number of lines or logs; a proof of log2(n) digests shows that one is among them without
showing the others.
"""

import hashlib
from collections.abc import Iterable, Sequence

from amparo.custody.errors import BadProof


def leaf(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class MerkleRoot:
    """Takes leaves one by one; keeps log2(n) digests."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[tuple[int, bytes]] = []  # (height, root) of full subtrees, tallest first

    def add(self, data: bytes) -> None:
        height, root = 0, leaf(data)
        while self._peaks and self._peaks[-1][0] == height:
            root = node(self._peaks.pop()[1], root)
            height += 1
        self._peaks.append((height, root))
        self.size += 1

    def root(self) -> bytes:
        """Return the root of what was added so far; of nothing: SHA-256 of no bytes."""
        if not self._peaks:
            return hashlib.sha256(b"").digest()
        root = self._peaks[-1][1]
        for _, left in reversed(self._peaks[:-1]):
            root = node(left, root)
        return root


def merkle_root(leaves: Iterable[bytes]) -> bytes:
    tree = MerkleRoot()
    for data in leaves:
        tree.add(data)
    return tree.root()


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the audit path (RFC 6962, 2.1.1) of `leaves[index]`, lowest first. Raises BadProof."""
    if not 0 <= index < len(leaves):
        raise BadProof(index=index, size=len(leaves))
    if len(leaves) == 1:
        return []
    half = _split(len(leaves))
    if index < half:
        return [*inclusion_proof(leaves[:half], index), merkle_root(leaves[half:])]
    return [*inclusion_proof(leaves[half:], index - half), merkle_root(leaves[:half])]


def inclusion_holds(data: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Return whether `proof` shows that `data` is leaf `index` of the tree of `size` leaves with `root`."""
    if not 0 <= index < size:
        return False
    sides = _sides(index, size)
    if len(sides) != len(proof):
        return False
    digest = leaf(data)
    for sibling, sibling_is_left in zip(proof, sides, strict=True):
        digest = node(sibling, digest) if sibling_is_left else node(digest, sibling)
    return digest == root


def _sides(index: int, size: int) -> list[bool]:
    """For each step from the leaf up: does the sibling stand on the left?"""
    sides: list[bool] = []
    while size > 1:
        half = _split(size)
        sides.append(index >= half)
        index, size = (index - half, size - half) if index >= half else (index, half)
    return sides[::-1]


def _split(size: int) -> int:
    """Return the largest power of two smaller than `size`."""
    return 1 << (size - 1).bit_length() - 1
