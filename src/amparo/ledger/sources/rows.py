"""Rows of blocks, transactions, outputs and inputs gathered one by one, given out as a batch of columns."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from amparo.ledger.blocks import Tx
from amparo.ledger.columns import BlockColumns, Given, TxBatch, TxFlag

_RBF_BELOW: Final = 0xFFFFFFFE


class BlockRow(NamedTuple):
    """One row of BlockColumns, without its number of transactions. Digests in internal order."""

    hash: bytes
    prev: bytes
    time: int
    height: int  # -1 = not said
    file: int = 0
    at: int = 0
    length: int = 0


class GivenRow(NamedTuple):
    """What is said of one spent output; value -1 = nothing."""

    value: int
    stype: int
    payload: bytes


NOT_SAID: Final = GivenRow(-1, 0, bytes(32))


class Rows:
    """Add a block, then its transactions; `take()` gives all of it as one batch and begins anew."""

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        self._blocks: list[BlockRow] = []
        self._n_tx: list[int] = []
        self._txs: list[Tx] = []
        self._given: list[GivenRow] = []
        self._source: str | None = None
        self.size = 0  # transactions, outputs and inputs held

    def block(self, row: BlockRow) -> None:
        self._blocks.append(row)
        self._n_tx.append(0)

    def tx(self, tx: Tx, given: Sequence[GivenRow] | None = None, source: str = "table") -> None:
        """`given`: one row an input, from `source`; None = the source says nothing of them."""
        self._txs.append(tx)
        self._n_tx[-1] += 1
        self.size += 1 + len(tx.inputs) + len(tx.outputs)
        self._given.extend(given if given is not None else [NOT_SAID] * len(tx.inputs))
        if given:
            self._source = source

    def take(self) -> TxBatch:
        batch = TxBatch(blocks=self._block_columns(), **self._tx_columns(), **self._side_columns(), given=self._said())
        self._start()
        batch.check()
        return batch

    def _block_columns(self) -> BlockColumns:
        rows = self._blocks
        return BlockColumns(
            hash=digests([row.hash for row in rows]),
            prev=digests([row.prev for row in rows]),
            time=np.array([row.time for row in rows], dtype=np.int64),
            height=np.array([row.height for row in rows], dtype=np.int64),
            n_tx=np.array(self._n_tx, dtype=np.uint32),
            file=np.array([row.file for row in rows], dtype=np.uint16),
            at=np.array([row.at for row in rows], dtype=np.uint64),
            length=np.array([row.length for row in rows], dtype=np.uint32),
        )

    def _tx_columns(self) -> dict[str, Any]:
        txs = self._txs
        return {
            "txid": digests([tx.txid for tx in txs]),
            "version": np.array([tx.version for tx in txs], dtype=np.int32),
            "locktime": np.array([tx.locktime for tx in txs], dtype=np.uint32),
            "at": np.array([tx.at for tx in txs], dtype=np.uint64),
            "size": np.array([tx.size for tx in txs], dtype=np.uint32),
            "weight": np.array([tx.weight for tx in txs], dtype=np.uint32),
            "flags": np.array([flags_of(tx) for tx in txs], dtype=np.uint16),
            "n_out": np.array([len(tx.outputs) for tx in txs], dtype=np.uint32),
            "n_in": np.array([len(tx.inputs) for tx in txs], dtype=np.uint32),
        }

    def _side_columns(self) -> dict[str, Any]:
        outputs = [each for tx in self._txs for each in tx.outputs]
        inputs = [each for tx in self._txs for each in tx.inputs]
        return {
            "value": np.array([each.value for each in outputs], dtype=np.int64),
            "stype": np.array([each.kind for each in outputs], dtype=np.uint8),
            "payload": digests([each.payload for each in outputs]),
            "prev_txid": digests([each.txid for each in inputs]),
            "prev_vout": np.array([each.vout for each in inputs], dtype=np.uint32),
            "sequence": np.array([each.sequence for each in inputs], dtype=np.uint32),
        }

    def _said(self) -> Given | None:
        if self._source is None:
            return None
        return Given(
            np.array([row.value for row in self._given], dtype=np.int64),
            np.array([row.stype for row in self._given], dtype=np.uint8),
            digests([row.payload for row in self._given]),
            self._source,
        )


def flags_of(tx: Tx) -> int:
    rbf = any(each.sequence < _RBF_BELOW for each in tx.inputs)
    return TxFlag.COINBASE * tx.coinbase | TxFlag.SEGWIT * tx.segwit | TxFlag.RBF * rbf


def digests(rows: Sequence[bytes]) -> NDArray[np.uint8]:
    """(n, 32) octets; shorter ones are padded with zeros."""
    joined = b"".join(row.ljust(32, b"\0")[:32] for row in rows)
    return np.frombuffer(joined, dtype=np.uint8).reshape(-1, 32)
