"""The Parquet tables, made from columns: hashes lie as they are (nothing compresses them), the rest as zstd."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from amparo.ledger.columns import TxBatch, TxFlag
from amparo.ledger.store.layout import NO_ADDRESS, TABLES, UNRESOLVED, UNSPENT

ROW_GROUP: Final = 1 << 18
_PLAIN: Final = ("hash", "prev", "txid", "prev_txid")
_EMPTY: Final = np.zeros(0, dtype=np.uint8)


class TableFile:
    """One Parquet file, written in row groups of about ROW_GROUP rows."""

    def __init__(self, path: Path, name: str) -> None:
        self.schema = TABLES[name]
        numbers = [field.name for field in self.schema if not pa.types.is_fixed_size_binary(field.type)]
        compression = {field.name: "NONE" if field.name in _PLAIN else "ZSTD" for field in self.schema}
        self.writer = pq.ParquetWriter(
            path,
            self.schema,
            compression=compression,
            compression_level={name: 1 for name, codec in compression.items() if codec == "ZSTD"},
            use_dictionary=False,
            write_statistics=numbers,
        )
        self.held: list[pa.Table] = []
        self.rows = 0

    def write(self, table: pa.Table) -> None:
        self.held.append(table)
        self.rows += len(table)
        if self.rows >= ROW_GROUP:
            self._flush()

    def _flush(self) -> None:
        if self.rows:
            self.writer.write_table(pa.concat_tables(self.held), row_group_size=2 * ROW_GROUP)
        self.held, self.rows = [], 0

    def close(self) -> None:
        if self.writer.is_open:
            self._flush()
            self.writer.close()


def hashes(rows: npt.NDArray[np.uint8]) -> pa.Array:
    """(n, 32) bytes as a column, without a copy."""
    rows = np.ascontiguousarray(rows)
    return pa.Array.from_buffers(pa.binary(32), len(rows), [None, pa.py_buffer(rows.data if len(rows) else _EMPTY)])


def known(rows: npt.NDArray[Any], absent: int) -> pa.Array:
    """Numbers, null where they are `absent`."""
    return pa.array(np.asarray(rows), mask=np.asarray(rows) == absent)


def _table(name: str, columns: list[Any]) -> pa.Table:
    schema = TABLES[name]
    arrays = [
        column if isinstance(column, pa.Array) else pa.array(np.asarray(column), type=field.type, safe=False)
        for column, field in zip(columns, schema, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def block_table(batch: TxBatch, before: int, first_height: int | None) -> pa.Table:
    blocks = batch.blocks
    ids = np.arange(before, before + len(blocks.hash), dtype=np.uint32)
    heights: Any = pa.nulls(len(ids), pa.uint32()) if first_height is None else ids + np.uint32(first_height)
    if first_height is None and len(ids) and (blocks.height >= 0).all():  # heights with gaps: not whole blocks
        heights = blocks.height
    return _table(
        "block",
        [ids, heights, hashes(blocks.hash), hashes(blocks.prev), blocks.time, blocks.n_tx, blocks.file, blocks.at],
    )


def tx_table(batch: TxBatch, before: Any) -> pa.Table:
    """`before`: rows of blocks, txs, outputs, inputs that stand before the batch (store.builder.Counts)."""
    n_tx = np.asarray(batch.blocks.n_tx, dtype=np.int64)
    n = len(batch.txid)
    starts = np.cumsum(n_tx) - n_tx
    flags = np.asarray(batch.flags)
    return _table(
        "tx",
        [
            np.arange(before.txs, before.txs + n, dtype=np.uint32),
            np.repeat(np.arange(before.blocks, before.blocks + len(n_tx), dtype=np.uint32), n_tx),
            (np.arange(n) - np.repeat(starts, n_tx)).astype(np.uint32),
            hashes(batch.txid),
            before.outputs + np.cumsum(batch.n_out, dtype=np.uint64) - batch.n_out,
            before.inputs + np.cumsum(batch.n_in, dtype=np.uint64) - batch.n_in,
            *(batch.at, batch.size, batch.weight, batch.locktime, batch.version),
            *((flags & flag) != 0 for flag in (TxFlag.COINBASE, TxFlag.SEGWIT, TxFlag.RBF)),
        ],
    )


def owners(first: npt.NDArray[np.uint64], tx: int) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
    """Of rows first[0]..first[-1]: the transaction each belongs to (counted from `tx`) and its place there."""
    rows = first.astype(np.int64)
    counts = rows[1:] - rows[:-1]
    txs = np.repeat(np.arange(tx, tx + len(counts), dtype=np.uint32), counts)
    starts = np.repeat(rows[:-1] - rows[0], counts)
    return txs, (np.arange(len(txs)) - starts).astype(np.uint32)


def input_table(
    first: npt.NDArray[np.uint64],
    tx: int,
    *,
    prev_txid: npt.NDArray[np.uint8],
    prev_vout: npt.NDArray[np.uint32],
    sequence: npt.NDArray[np.uint32],
    prev_out: npt.NDArray[np.uint64] | None,
) -> pa.Table:
    """`prev_out` None: not resolved."""
    txs, _ = owners(first, tx)
    ids = np.arange(int(first[0]), int(first[-1]), dtype=np.uint64)
    spent: Any = pa.nulls(len(ids), pa.uint64()) if prev_out is None else known(prev_out, UNRESOLVED)
    return _table("input", [ids, txs, hashes(prev_txid), prev_vout, sequence, spent])


def output_table(
    first: npt.NDArray[np.uint64],
    tx: int,
    *,
    value: npt.NDArray[np.int64],
    stype: npt.NDArray[np.uint8],
    payload: npt.NDArray[np.uint8],
    found: tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]] | None,
) -> pa.Table:
    """`found`: addresses and spending transactions, None: not resolved."""
    txs, vouts = owners(first, tx)
    ids = np.arange(int(first[0]), int(first[-1]), dtype=np.uint64)
    nothing = pa.nulls(len(ids), pa.uint32())
    joined = [nothing, nothing] if found is None else [known(found[0], NO_ADDRESS), known(found[1], UNSPENT)]
    return _table("output", [ids, txs, vouts, value, stype, hashes(payload), *joined])


def write_both(*writers: Callable[[], None]) -> None:
    """Run the writers of several tables at once; the encoders work outside of the interpreter lock."""
    with ThreadPoolExecutor(len(writers)) as pool:
        for running in [pool.submit(writer) for writer in writers]:
            running.result()


def write_all(path: Path, name: str, tables: Iterator[pa.Table]) -> None:
    table = TableFile(path, name)
    try:
        for part in tables:
            table.write(part)
    finally:
        table.close()
