"""Check the merkle proofs in a received bundle: the engine's own code, apart from verifier/verify.py.

Each file data/proofs/TXID.json is of one transaction: raw bytes -> double SHA-256 without witnesses -> txid -> merkle
branch -> root in a header -> the header's own work, and that of the headers after it.
Source: BIP 141, BIP 144; Bitcoin developer reference; CVE-2012-2459.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

PREFIX: Final = "data/proofs/"
#: Network -> the compact form of the easiest target its headers may have.
EASIEST: Final = {
    "bitcoin": 0x1D00FFFF,
    "testnet3": 0x1D00FFFF,
    "testnet4": 0x1D00FFFF,
    "signet": 0x1E0377AE,
    "regtest": 0x207FFFFF,
}
FIELDS: Final = frozenset(
    {"v", "network", "txid", "raw", "header", "height", "position", "count", "siblings", "headers"}
)
HEADER: Final = 80


class Checked(NamedTuple):
    """`reference`: what the completeness list calls the transaction. `work`: tries that mining took on average."""

    reference: str
    work: int


class Wrong(Exception):
    """A proof does not hold; the message says it in plain words."""


def check_proof(name: str, value: Mapping[str, Any]) -> Checked:
    """Check the proof in the file `name` (path from the bundle's root). Raises Wrong."""
    try:
        numbers = (value["position"], value["count"])
        if any(type(each) is not int for each in (value["v"], *numbers)):
            raise TypeError("a number is none")
        if set(value) != FIELDS or value["v"] != 1 or type(value["height"]) not in (int, type(None)):
            raise ValueError("other fields than a proof's")
        raw, header = bytes.fromhex(value["raw"]), bytes.fromhex(value["header"])
        siblings = [bytes.fromhex(each) for each in value["siblings"]]
        headers = [bytes.fromhex(each) for each in value["headers"]]
        network, txid = str(value["network"]), str(value["txid"])
    except (ValueError, TypeError, KeyError) as error:
        raise Wrong("is not as the format asks") from error
    body = without_witnesses(raw)
    leaf = double(body)
    if len(body) == 64:
        raise Wrong("is for a transaction of 64 bytes, which could be forged")
    if leaf[::-1].hex() != txid or name != f"{PREFIX}{txid}.json":
        raise Wrong("is for another transaction than it says")
    if header[36:68] != fold(leaf, *numbers, siblings):
        raise Wrong("does not lead to the root in its header")
    return Checked(f"{network}:{txid}", work_of([header, *headers], network))


def double(data: bytes) -> bytes:
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()


def fold(leaf: bytes, position: int, count: int, siblings: Iterable[bytes]) -> bytes:
    """The root a branch leads to in a block of `count` transactions. Raises Wrong."""
    if not 0 <= position < count:
        raise Wrong("names a position outside its block")
    node, width = leaf, count
    for sibling in siblings:
        # Only the last of an odd row is paired with itself; other equal pairs are how blocks are forged.
        alone = width % 2 == 1 and position == width - 1
        if width == 1 or len(sibling) != 32 or (sibling == node) != alone:
            raise Wrong("has a merkle branch that no block has")
        node = double(sibling + node if position % 2 else node + sibling)
        position, width = position // 2, (width + 1) // 2
    if width != 1:
        raise Wrong("has a merkle branch that no block has")
    return node


def work_of(headers: list[bytes], network: str) -> int:
    """The tries that mining a row of headers took; each must be built on the one before it. Raises Wrong."""
    if network not in EASIEST:
        raise Wrong(f"is of {network!a}, whose mining cannot be checked here")
    total, before = 0, b""
    for header in headers:
        if len(header) != HEADER:
            raise Wrong("has a header of the wrong length")
        bits = int.from_bytes(header[72:76], "little")
        target = target_of(bits)
        if bits & 0x800000 or not 0 < target <= target_of(EASIEST[network]):
            raise Wrong("has a header that asks for too little work")
        if int.from_bytes(double(header), "little") > target:
            raise Wrong("has a header without the work it claims")
        if before and header[4:36] != before:
            raise Wrong("has headers that do not follow one another")
        total, before = total + 2**256 // (target + 1), double(header)
    return total


def target_of(bits: int) -> int:
    shift = 8 * ((bits >> 24) - 3)
    mantissa = bits & 0x7FFFFF
    return mantissa << shift if shift >= 0 else mantissa >> -shift


def without_witnesses(raw: bytes) -> bytes:
    """The bytes a txid is the digest of. Raises Wrong where `raw` is not one whole transaction."""
    view = _View(raw)
    view.skip(4)
    segwit = raw[4:6] == b"\x00\x01"
    view.skip(2 if segwit else 0)
    inputs = view.number()
    for _ in range(inputs):
        view.skip(36)
        view.skip(view.number() + 4)
    outputs = view.number()
    for _ in range(outputs):
        view.skip(8)
        view.skip(view.number())
    end = view.at
    for _ in range(inputs if segwit else 0):
        for _ in range(view.number()):
            view.skip(view.number())
    view.skip(4)
    if view.at != len(raw) or not inputs or not outputs:
        raise Wrong("holds bytes that are not one whole transaction")
    return raw[:4] + raw[6:end] + raw[-4:] if segwit else raw


class _View:
    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.at = 0

    def skip(self, size: int) -> None:
        self.at += size
        if self.at > len(self.raw):
            raise Wrong("holds bytes that are not one whole transaction")

    def number(self) -> int:
        self.skip(1)
        first = self.raw[self.at - 1]
        if first < 0xFD:
            return first
        size = 1 << (first - 0xFC)
        self.skip(size)
        value = int.from_bytes(self.raw[self.at - size : self.at], "little")
        if value < (0xFD if size == 2 else 1 << 4 * size):
            raise Wrong("holds bytes that are not one whole transaction")
        return value
