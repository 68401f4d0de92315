"""A made economy as a source of the ledger: whole blocks as columns, and the truth beside them.

Digests and payloads are made up (hashes of running numbers): only which are equal matters. The blocks that the tests
hand to Bitcoin Core have real ones over the same structure.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amparo.base import Progress, silent
from amparo.ledger.addresses import BY_NAME, Network
from amparo.ledger.calibrate.economy.kinds import TxKind
from amparo.ledger.calibrate.economy.wallet import Chain
from amparo.ledger.calibrate.economy.world import Parameters, World
from amparo.ledger.columns import BlockColumns, Bytes, TxBatch, TxFlag
from amparo.ledger.scripts import PAYLOAD_SIZE, ScriptKind
from amparo.ledger.sources import SourceFile

GENESIS_TIME: Final = 1296688602
BLOCK_SECONDS: Final = 600
BATCH: Final = 50  # blocks a batch
_PLAIN: Final = (ScriptKind.P2PKH, ScriptKind.P2PK, ScriptKind.P2SH)


@dataclass(frozen=True, slots=True)
class Truth:
    """What really happened, by dense ids in chain order (a store's address ids play no part)."""

    out_owner: NDArray[np.int32]  # (outputs,) who can spend it; -1 nobody
    change: NDArray[np.bool_]  # (outputs,) the payer's own remainder
    tx_kind: Bytes  # (transactions,) TxKind

    def share(self, kinds: frozenset[TxKind]) -> float:
        """Share of the transactions, coinbases left out, that are of these kinds."""
        spending = int(np.count_nonzero(self.tx_kind != TxKind.COINBASE))
        return int(np.isin(self.tx_kind, [int(kind) for kind in kinds]).sum()) / spending


@dataclass(frozen=True, slots=True)
class Economy:
    """A finished economy; also a Scan that `amparo.ledger.load` takes. Blocks start with regtest's genesis."""

    parameters: Parameters
    chain: Chain = field(repr=False)
    truth: Truth = field(repr=False)
    txid: Bytes = field(repr=False)
    block_hash: Bytes = field(repr=False)
    payload: Bytes = field(repr=False)  # (addresses, 32)
    network: Network = BY_NAME["regtest"]
    files: tuple[SourceFile, ...] = ()
    first_height: int | None = 0
    complete: bool = True

    @property
    def name(self) -> str:
        return f"economy-{self.parameters.seed}-{self.parameters.transactions}"

    @property
    def source(self) -> str:
        """The kind of source, as a load's report names it."""
        return "made economy"

    @property
    def n_blocks(self) -> int:
        return len(self.chain.first_tx)

    @property
    def tip(self) -> bytes:
        return bytes(self.block_hash[-1])

    def batches(self, progress: Progress = silent) -> Iterator[TxBatch]:
        """All blocks in chain order, some at a time."""
        arrays = _Arrays(self)
        for first in range(0, self.n_blocks, BATCH):
            last = min(first + BATCH, self.n_blocks)
            yield arrays.batch(first, last)
            progress(last, self.n_blocks, "blocks")


def make_economy(parameters: Parameters, progress: Progress = silent) -> Economy:
    """Make the economy of these parameters: the same on every machine.

    Raises EconomyTooSmall, or EconomyStuck where nobody could pay any more.
    """
    return economy_of(parameters, World(parameters).run(progress))


def economy_of(parameters: Parameters, chain: Chain) -> Economy:
    """A finished chain with its truth; also of one written by hand."""
    address = np.array(chain.address, np.int64)
    owners = np.array([*chain.owner, -1], np.int32)
    truth = Truth(owners[address], np.array(chain.change, np.bool_), np.array(chain.tx_kind, np.uint8))
    return Economy(
        parameters,
        chain,
        truth,
        txid=_numbered(parameters.seed, b"tx", len(chain.tx_kind)),
        block_hash=_numbered(parameters.seed, b"block", len(chain.first_tx)),
        payload=_payloads(parameters.seed, chain),
    )


def _numbered(seed: int, what: bytes, count: int) -> Bytes:
    start = hashlib.sha256(b"amparo economy %d " % seed + what)
    digests = bytearray()
    for number in range(count):
        each = start.copy()
        each.update(number.to_bytes(8, "little"))
        digests += each.digest()
    return np.frombuffer(bytes(digests), np.uint8).reshape(count, 32)


def _payloads(seed: int, chain: Chain) -> Bytes:
    """One row an address: hash of its key's number, cut to its kind's length."""
    made = _numbered(seed, b"key", chain.keys)[np.array(chain.key, np.int64)]
    short = np.isin(np.array(chain.kind), [int(kind) for kind in PAYLOAD_SIZE])
    made[short, 20:] = 0
    return made


class _Arrays:
    """The lists of the chain as arrays, so that a batch is a row of slices."""

    def __init__(self, economy: Economy) -> None:
        chain = self.chain = economy.chain
        self.economy = economy
        self.first_tx = np.array([*chain.first_tx, len(chain.tx_kind)], np.int64)
        self.first_out = np.array(chain.first_out, np.int64)
        self.first_in = np.array(chain.first_in, np.int64)
        self.value = np.array(chain.value, np.int64)
        self.prev_out = np.array(chain.prev_out, np.int64)
        self.address = np.array(chain.address, np.int64)
        self.kind = np.array([*chain.kind, int(ScriptKind.OP_RETURN)], np.uint8)[self.address]
        self.flags = self._flags()

    def _flags(self) -> NDArray[np.uint16]:
        chain = self.chain
        flags = np.zeros(len(chain.tx_kind), np.uint16)
        flags[np.array(chain.tx_kind) == TxKind.COINBASE] |= np.uint16(TxFlag.COINBASE)
        spender = np.repeat(np.arange(len(flags)), np.diff(self.first_in))
        witness = ~np.isin(self.kind[self.prev_out], [int(kind) for kind in _PLAIN])
        flags[spender[witness]] |= np.uint16(TxFlag.SEGWIT)
        # BIP 125: below 0xfffffffe.
        flags[spender[np.array(chain.sequence, np.uint32) < 0xFFFFFFFE]] |= np.uint16(TxFlag.RBF)
        return flags

    def batch(self, first: int, last: int) -> TxBatch:
        t0, t1 = int(self.first_tx[first]), int(self.first_tx[last])
        o0, o1 = int(self.first_out[t0]), int(self.first_out[t1])
        i0, i1 = int(self.first_in[t0]), int(self.first_in[t1])
        chain, txid = self.chain, self.economy.txid
        spent = self.prev_out[i0:i1]
        prev_tx = np.searchsorted(self.first_out, spent, side="right") - 1
        return TxBatch(
            blocks=self._blocks(first, last),
            txid=txid[t0:t1],
            version=np.array(chain.version[t0:t1], np.int32),
            locktime=np.array(chain.locktime[t0:t1], np.uint32),
            at=np.zeros(t1 - t0, np.uint64),
            size=np.array(chain.size[t0:t1], np.uint32),
            weight=np.array(chain.weight[t0:t1], np.uint32),
            flags=self.flags[t0:t1],
            n_out=np.diff(self.first_out[t0 : t1 + 1]).astype(np.uint32),
            n_in=np.diff(self.first_in[t0 : t1 + 1]).astype(np.uint32),
            value=self.value[o0:o1],
            stype=self.kind[o0:o1],
            payload=self._payload(o0, o1),
            prev_txid=txid[prev_tx],
            prev_vout=(spent - self.first_out[prev_tx]).astype(np.uint32),
            sequence=np.array(chain.sequence[i0:i1], np.uint32),
        )

    def _payload(self, first: int, last: int) -> Bytes:
        """Outputs without an address carry data: a payload of their own each."""
        address = self.address[first:last]
        made = self.economy.payload[address].copy()
        none = np.flatnonzero(address < 0)
        if len(none):
            data = (none + first).astype("<u8").view(np.uint8).reshape(len(none), 8)
            made[none] = 0
            made[none, :8] = data
        return made

    def _blocks(self, first: int, last: int) -> BlockColumns:
        count = last - first
        hashes = self.economy.block_hash
        before = (
            hashes[first - 1 : last - 1] if first else np.concatenate([np.zeros((1, 32), np.uint8), hashes[: last - 1]])
        )
        heights = np.arange(first, last, dtype=np.int64)
        return BlockColumns(
            hash=hashes[first:last],
            prev=before,
            time=GENESIS_TIME + BLOCK_SECONDS * heights,
            height=heights,
            n_tx=np.diff(self.first_tx[first : last + 1]).astype(np.uint32),
            file=np.zeros(count, np.uint16),
            at=np.zeros(count, np.uint64),
            length=np.zeros(count, np.uint32),
        )
