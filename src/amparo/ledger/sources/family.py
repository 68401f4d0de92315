"""What Bitcoin's relatives do otherwise, as rules that know no file and no network connection.

parents_first   Bitcoin Cash orders a block by transaction id since November 2018: sort it so that a transaction
                stands after those it spends. Tables without an order need the same.
without_auxpow  Dogecoin (and other merge-mined chains) puts a proof of its parent chain's work behind the header.
without_mweb    Litecoin puts MimbleWimble data behind the block, and marks its transactions by flag bit 0x08.

UNVERIFIED on real blocks: no real block of these chains is in the test data; tests use made-up ones, after the
specifications named at each rule.
"""

import hashlib
from collections.abc import Sequence
from heapq import heapify, heappop, heappush
from typing import Final, NamedTuple

from amparo.ledger.addresses import Network
from amparo.ledger.blocks import HEADER_SIZE, Origin, Tx, target_of
from amparo.ledger.hashes import dsha
from amparo.ledger.nodes.errors import BadAuxPow, BadExtension, SpendsInCircle

AUXPOW_VERSION: Final = 1 << 8
MWEB_FLAG: Final = 0x08
_WITNESS_FLAG: Final = 0x01
_MERGED: Final = b"\xfa\xbemm"
_MAX_BRANCH: Final = 32


def parents_first(txs: Sequence[Tx], block: str) -> list[Tx]:
    """The transactions of one block, each after those of the block that it spends; otherwise in the order given.

    The coinbase stays first. Raises SpendsInCircle.
    """
    place = {tx.txid: number for number, tx in enumerate(txs)}
    children: dict[int, list[int]] = {}
    waits = [0] * len(txs)
    for number, tx in enumerate(txs):
        for parent in {place[each.txid] for each in tx.inputs if each.txid in place}:
            children.setdefault(parent, []).append(number)
            waits[number] += 1
    ready = [number for number, count in enumerate(waits) if not count]
    heapify(ready)
    found: list[Tx] = []
    while ready:
        number = heappop(ready)
        found.append(txs[number])
        for child in children.get(number, ()):
            waits[child] -= 1
            if not waits[child]:
                heappush(ready, child)
    if len(found) != len(txs):
        raise SpendsInCircle(block=block)
    return found


class Part(NamedTuple):
    """A range of bytes inside a block's bytes."""

    start: int
    end: int


class Worked(NamedTuple):
    """A block as header and transactions only, and the header whose hash shows the work for it."""

    plain: bytes
    header: bytes


def without_auxpow(data: bytes, origin: Origin) -> Worked:
    """Take the proof of a merge-mined block out; a block without one comes back as it is.

    What is checked: the parent's coinbase is in the parent block and names this block, once, at its place in the tree
    of chains. The caller measures the parent header's work. Source: Bitcoin wiki, Merged mining specification;
    dogecoin `auxpow.cpp`. Raises BadAuxPow.
    """
    own = data[:HEADER_SIZE]
    if not int.from_bytes(data[:4], "little", signed=True) & AUXPOW_VERSION:
        return Worked(data, own)
    reader = _Bytes(data, origin, HEADER_SIZE)
    coinbase = reader.tx()
    reader.take(32)
    branch, index = reader.branch()
    chain_branch, chain_index = reader.branch()
    parent = reader.take(HEADER_SIZE)
    paid = data[coinbase.start : coinbase.end]
    if index or fold(dsha(paid), branch, 0) != parent[36:68]:
        raise reader.bad("the parent's coinbase is not in the parent block")
    root = fold(dsha(own), chain_branch, chain_index)[::-1]
    found = paid.find(root)
    if found < 0 or int.from_bytes(paid[found + 32 : found + 36], "little") != 1 << len(chain_branch):
        raise reader.bad("the parent's coinbase does not name this block")
    if paid.count(_MERGED) > 1:
        raise reader.bad("the parent's coinbase names two blocks")
    return Worked(own + data[reader.at :], parent)


def has_work(worked: Worked, network: Network) -> bool:
    """Whether the header that works for a block has the hash its own header asks for, and the network allows."""
    target = target_of(int.from_bytes(worked.plain[72:76], "little"))
    return 0 < target <= target_of(network.easiest) and work_number(worked.header, network) <= target


def work_number(header: bytes, network: Network) -> int:
    """The number that must not exceed the target: double SHA-256 or scrypt (N 1024, r 1, p 1) of 80 bytes."""
    if not network.scrypt:
        return int.from_bytes(dsha(header), "little")
    return int.from_bytes(hashlib.scrypt(header, salt=header, n=1024, r=1, p=1, dklen=32), "little")


def fold(leaf: bytes, branch: Sequence[bytes], index: int) -> bytes:
    """The root above `leaf` at `index`."""
    for sibling in branch:
        leaf = dsha(sibling + leaf) if index & 1 else dsha(leaf + sibling)
        index >>= 1
    return leaf


def without_mweb(data: bytes, origin: Origin) -> bytes:
    """A Litecoin block without its extension block, its transactions without the MimbleWimble flag and data.

    The last transaction of such a block is the one that carries value into and out of the extension (hogex: flag
    0x08 and no data); what moves inside the extension cannot be seen in the chain. An ordinary block comes back as
    it is. Source: LIP-0002, LIP-0003; litecoin `primitives/transaction.h`, `primitives/block.h`. Raises BadExtension.
    """
    reader = _Bytes(data, origin, HEADER_SIZE)
    parts = [data[:HEADER_SIZE]]
    start = reader.at
    count = reader.compact()
    parts.append(data[start : reader.at])
    marked = False
    for _ in range(count):
        tx, marked = _plain_tx(reader)
        parts.append(tx)
    if reader.at == len(data):
        return b"".join(parts)
    if not marked or data[reader.at] != 1:
        raise reader.odd("bytes follow the transactions, but the last one is no carrier of an extension block")
    return b"".join(parts)


def _plain_tx(reader: "_Bytes") -> tuple[bytes, bool]:
    """One transaction without MimbleWimble parts, and whether it is marked and carries no data of its own (hogex)."""
    data, start = reader.data, reader.at
    if data[start + 4 : start + 5] != b"\0":
        tx = reader.tx()
        return data[tx.start : tx.end], False
    flags = data[start + 5] if start + 5 < len(data) else 0
    if flags & ~(_WITNESS_FLAG | MWEB_FLAG) or not flags:
        raise reader.odd(f"a transaction with the unknown flags {flags:#x}")
    reader.at = start + 6
    body = reader.body()
    witness = reader.at
    if flags & _WITNESS_FLAG:
        reader.witnesses(body.inputs)
    witness_end = reader.at
    carried = bool(flags & MWEB_FLAG) and reader.take(1) == b"\1"
    if carried:
        raise reader.odd("a transaction with MimbleWimble data of its own, which no block may hold")
    lock = reader.take(4)
    head = data[start : start + 4] + (b"\0\1" if flags & _WITNESS_FLAG else b"")
    plain = head + data[start + 6 : witness] + data[witness:witness_end] + lock
    return plain, bool(flags & MWEB_FLAG)


class _Body(NamedTuple):
    inputs: int
    outputs: int


class _Bytes:
    """A position in a block's bytes; every read is bounds-checked."""

    def __init__(self, data: bytes, origin: Origin, at: int) -> None:
        self.data = data
        self.origin = origin
        self.at = at

    def take(self, size: int) -> bytes:
        end = self.at + size
        if end > len(self.data):
            raise self.bad("it is cut off")
        part = self.data[self.at : end]
        self.at = end
        return part

    def compact(self) -> int:
        first = self.take(1)[0]
        number = first if first < 0xFD else int.from_bytes(self.take({0xFD: 2, 0xFE: 4, 0xFF: 8}[first]), "little")
        if number > len(self.data) - self.at:
            raise self.bad("more is announced than follows")
        return number

    def body(self) -> _Body:
        """Inputs and outputs of a transaction."""
        inputs = self.compact()
        for _ in range(inputs):
            self.take(36)
            self.take(self.compact())
            self.take(4)
        outputs = self.compact()
        for _ in range(outputs):
            self.take(8)
            self.take(self.compact())
        return _Body(inputs, outputs)

    def witnesses(self, inputs: int) -> None:
        for _ in range(inputs):
            for _ in range(self.compact()):
                self.take(self.compact())

    def tx(self) -> Part:
        """One transaction without witnesses."""
        start = self.at
        self.take(4)
        self.body()
        self.take(4)
        return Part(start, self.at)

    def branch(self) -> tuple[tuple[bytes, ...], int]:
        count = self.compact()
        if count > _MAX_BRANCH:
            raise self.bad("a branch longer than any tree")
        siblings = tuple(self.take(32) for _ in range(count))
        return siblings, int.from_bytes(self.take(4), "little")

    def bad(self, why: str) -> BadAuxPow:
        return BadAuxPow(file=self.origin.file, at=self.origin.at + self.at, why=why)

    def odd(self, why: str) -> BadExtension:
        return BadExtension(file=self.origin.file, at=self.origin.at + self.at, why=why)
