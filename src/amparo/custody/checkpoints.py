"""Checkpoints: a signed statement of a log's head, so that a cut tail or a rewrite shows against the witness."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from amparo.base import canonical, iso_ms
from amparo.custody.chain import ChainReport, ChainWalk
from amparo.custody.keys import SigningKey, verify
from amparo.custody.merkle import MerkleRoot

DOMAIN: Final = b"amparo-checkpoint-v1\0"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Lines `first`..`last` of `log` end in `head`; `root` is the Merkle root over those lines' bytes.

    `at` is UTC with milliseconds as text; `signature` 128 hex signs over DOMAIN + the canonical body.
    """

    log: str
    first: int
    last: int
    head: str
    root: str
    at: str
    key_id: str
    signature: str

    def body(self) -> dict[str, Any]:
        """What is signed."""
        return {
            "log": self.log,
            "first": self.first,
            "last": self.last,
            "head": self.head,
            "root": self.root,
            "at": self.at,
            "key_id": self.key_id,
        }

    def as_dict(self) -> dict[str, Any]:
        return {**self.body(), "signature": self.signature}

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> "Checkpoint":
        return cls(**{name: value[name] for name in cls.__slots__})

    def signed_by(self, public: bytes) -> bool:
        """Return whether `public` signed this. False too when the signature is not 128 hex signs."""
        try:
            signature = bytes.fromhex(self.signature)
        except ValueError:
            return False
        return verify(public, DOMAIN, canonical(self.body()).encode(), signature)


def sign_checkpoint(
    key: SigningKey, *, log: str, first: int, last: int, head: str, root: str, at: datetime
) -> Checkpoint:
    """Sign that lines `first`..`last` of `log` end in `head` and have the Merkle root `root` (hex)."""
    unsigned = Checkpoint(log, first, last, head, root, iso_ms(at), key.id, "")
    signature = key.sign(DOMAIN, canonical(unsigned.body()).encode()).hex()
    return Checkpoint(log, first, last, head, root, unsigned.at, key.id, signature)


def checkpoint_of(
    lines: Iterable[str], *, log: str, key: SigningKey, at: datetime
) -> tuple[ChainReport, Checkpoint | None]:
    """Check the whole chain and sign its head. A broken or an empty chain is not signed: None."""
    walk, tree = ChainWalk(log), MerkleRoot()
    for line in lines:
        bare = line.removesuffix("\n")
        if not walk.take(bare):
            break
        tree.add(bare.encode())
    report = walk.report()
    if not report.ok or report.length == 0:
        return report, None
    root = tree.root().hex()
    return report, sign_checkpoint(key, log=log, first=1, last=report.length, head=report.head, root=root, at=at)


def checkpoint_holds(checkpoint: Checkpoint, lines: Iterable[str], public: bytes) -> bool:
    """Return whether `lines` (the whole log from line 1) still are what `checkpoint` witnessed."""
    if not checkpoint.signed_by(public) or not 1 <= checkpoint.first <= checkpoint.last:
        return False
    walk, tree = ChainWalk(checkpoint.log), MerkleRoot()
    for line in lines:
        bare = line.removesuffix("\n")
        if not walk.take(bare):
            return False
        if walk.length >= checkpoint.first:
            tree.add(bare.encode())
        if walk.length == checkpoint.last:
            return walk.head == checkpoint.head and tree.root().hex() == checkpoint.root
    return False
