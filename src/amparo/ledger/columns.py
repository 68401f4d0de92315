"""What every source of a UTXO chain gives: whole blocks as columns, in chain order, parents first.

Rows stand in order: the transactions of the first block, then of the second; a transaction's outputs and inputs
stand together, in their order. Digests are in internal byte order. Coinbase inputs are left out: they spend nothing.
"""

from enum import IntFlag
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]


class TxFlag(IntFlag):
    """Stored as two bytes a transaction; the numbers are permanent."""

    COINBASE = 1
    SEGWIT = 2
    RBF = 4  # an input's sequence number allows replacement (BIP 125)


class BlockColumns(NamedTuple):
    """One row a block. `height` is -1 where the source does not say it; `file` counts the source's files."""

    hash: Bytes  # (b, 32)
    prev: Bytes  # (b, 32)
    time: NDArray[np.int64]  # (b,) seconds since 1970 UTC, as the header says
    height: NDArray[np.int64]  # (b,)
    n_tx: NDArray[np.uint32]  # (b,)
    file: NDArray[np.uint16]  # (b,)
    at: NDArray[np.uint64]  # (b,) position of the header in its file, 0 where there is no file
    length: NDArray[np.uint32]  # (b,) bytes of the block, 0 where they are not at hand


class Given(NamedTuple):
    """What a source itself says of the outputs that are spent: undo files, a node, a table's joined columns."""

    value: NDArray[np.int64]  # (k,) smallest unit; -1 = not said
    stype: Bytes  # (k,) ScriptKind
    payload: Bytes  # (k, 32)
    source: str  # "undo", "node" or "table"


class TxBatch(NamedTuple):
    """Whole blocks: `blocks` has b rows, then n transactions, m outputs, k inputs."""

    blocks: BlockColumns
    txid: Bytes  # (n, 32)
    version: NDArray[np.int32]  # (n,)
    locktime: NDArray[np.uint32]  # (n,)
    at: NDArray[np.uint64]  # (n,) position of the transaction in its file
    size: NDArray[np.uint32]  # (n,) bytes with witnesses
    weight: NDArray[np.uint32]  # (n,) BIP 141; 0 = not said
    flags: NDArray[np.uint16]  # (n,) TxFlag
    n_out: NDArray[np.uint32]  # (n,)
    n_in: NDArray[np.uint32]  # (n,)
    value: NDArray[np.int64]  # (m,) smallest unit
    stype: Bytes  # (m,) ScriptKind
    payload: Bytes  # (m, 32) payloads of 20 octets are padded with zeros
    prev_txid: Bytes  # (k, 32)
    prev_vout: NDArray[np.uint32]  # (k,)
    sequence: NDArray[np.uint32]  # (k,)
    given: Given | None = None

    def check(self) -> None:
        """Refuse columns whose lengths do not fit together (a source's own fault, hence ValueError)."""
        b, n, m, k = len(self.blocks.hash), len(self.txid), len(self.value), len(self.prev_txid)
        wanted: tuple[tuple[Any, int], ...] = (
            *((column, b) for column in self.blocks),
            *((getattr(self, name), n) for name in ("version", "locktime", "at", "size", "weight", "flags")),
            *((self.n_out, n), (self.n_in, n), (self.stype, m), (self.payload, m)),
            *((self.prev_vout, k), (self.sequence, k)),
            *((column, k) for column in (self.given[:3] if self.given else ())),
        )
        sums = (int(self.blocks.n_tx.sum()), int(self.n_out.sum()), int(self.n_in.sum()))
        if any(len(column) != rows for column, rows in wanted) or sums != (n, m, k):
            raise ValueError("columns of a batch do not fit together")

    def after(self, count: int) -> "TxBatch":
        """The batch without its first `count` blocks."""
        txs = int(self.blocks.n_tx[:count].sum())
        outs, ins = int(self.n_out[:txs].sum()), int(self.n_in[:txs].sum())
        given = None
        if self.given is not None:
            said = self.given
            given = Given(said.value[ins:], said.stype[ins:], said.payload[ins:], said.source)
        cut: dict[str, Any] = {name: getattr(self, name)[txs:] for name in _OF_TX}
        cut |= {name: getattr(self, name)[outs:] for name in _OF_OUTPUT}
        cut |= {name: getattr(self, name)[ins:] for name in _OF_INPUT}
        blocks: Any = [column[count:] for column in self.blocks]
        return TxBatch(BlockColumns(*blocks), **cut, given=given)


_OF_TX = ("txid", "version", "locktime", "at", "size", "weight", "flags", "n_out", "n_in")
_OF_OUTPUT = ("value", "stype", "payload")
_OF_INPUT = ("prev_txid", "prev_vout", "sequence")
