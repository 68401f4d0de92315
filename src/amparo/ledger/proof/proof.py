"""Proof: one transaction's raw bytes, and the digests that lead from it to a mined block header.

What it shows: these bytes are in a block that this much work was spent on. What it does not show: that the block is
on the chain everybody uses; for that compare the header with any node or explorer.
Source: Nakamoto (2008), section 8; Bitcoin developer reference.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from amparo.ledger.addresses import BY_NAME
from amparo.ledger.blocks import HEADER_SIZE, Header, read_header
from amparo.ledger.hashes import dsha, shown
from amparo.ledger.proof.branch import root_of
from amparo.ledger.proof.errors import ProofBroken
from amparo.ledger.proof.transaction import stripped

VERSION: Final = 1
_FIELDS: Final = frozenset(
    {"v", "network", "txid", "raw", "header", "height", "position", "count", "siblings", "headers"}
)


@dataclass(frozen=True, slots=True)
class Proof:
    """`txid` as people read it; all bytes in internal order. `position` counts from 0 in a block of `count`.

    `headers`: the next blocks' headers, as far as they were loaded: each is built on the one before it.
    """

    network: str
    txid: str
    raw: bytes
    header: bytes
    height: int | None
    position: int
    count: int
    siblings: tuple[bytes, ...]
    headers: tuple[bytes, ...] = ()

    @property
    def block(self) -> str:
        """The block's hash as people read it."""
        return shown(dsha(self.header))

    @property
    def work(self) -> int:
        """How many tries mining its block and the next ones took, on average. Raises ProofBroken."""
        return sum(self._mined(each).work for each in (self.header, *self.headers))

    def check(self) -> None:
        """Raise ProofBroken for the first thing that does not hold."""
        try:
            body = stripped(self.raw)
            if len(body) == 64:
                raise ValueError("is for a transaction of 64 bytes, which could be forged")
            if shown(dsha(body)) != self.txid:
                raise ValueError("is for another transaction than it says")
            root = root_of(dsha(body), self.position, self.count, self.siblings)
        except ValueError as error:
            raise ProofBroken(txid=self.txid, why=str(error)) from None
        if self._mined(self.header).merkle != root:
            raise ProofBroken(txid=self.txid, why="does not lead to the root in its header")
        before = self.header
        for each in self.headers:
            if self._mined(each).prev != dsha(before):
                raise ProofBroken(txid=self.txid, why="has headers that do not follow one another")
            before = each

    def _mined(self, header: bytes) -> Header:
        network = BY_NAME.get(self.network)
        if len(header) != HEADER_SIZE or network is None or network.is_relative:
            raise ProofBroken(txid=self.txid, why="has no header of a known network")
        read = read_header(header)
        if read.bits & 0x800000 or not read.is_mined_for(network.easiest):
            raise ProofBroken(txid=self.txid, why="has a header without the work it claims")
        return read

    def as_dict(self) -> dict[str, Any]:
        return {
            "v": VERSION,
            "network": self.network,
            "txid": self.txid,
            "raw": self.raw.hex(),
            "header": self.header.hex(),
            "height": self.height,
            "position": self.position,
            "count": self.count,
            "siblings": [each.hex() for each in self.siblings],
            "headers": [each.hex() for each in self.headers],
        }

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> "Proof":
        """Read back what `as_dict` gave; nothing is checked but the form. Raises ProofBroken."""
        try:
            if set(value) != _FIELDS or value["v"] != VERSION:
                raise ValueError("has other fields than a proof")
            numbers = [value["position"], value["count"], *([] if value["height"] is None else [value["height"]])]
            if any(type(each) is not int for each in numbers):
                raise TypeError("has a number that is none")
            return cls(
                str(value["network"]),
                str(value["txid"]),
                bytes.fromhex(value["raw"]),
                bytes.fromhex(value["header"]),
                value["height"],
                value["position"],
                value["count"],
                tuple(bytes.fromhex(each) for each in value["siblings"]),
                tuple(bytes.fromhex(each) for each in value["headers"]),
            )
        except (ValueError, TypeError, KeyError):
            raise ProofBroken(txid=str(value.get("txid"))[:64], why="is not as the format asks") from None
