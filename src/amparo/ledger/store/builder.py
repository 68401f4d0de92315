"""Write a store: blocks come in one by one in chain order, rows go out in batches, memory stays bounded."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from amparo.ledger.addresses import ScriptRef
from amparo.ledger.blocks import Block, Tx
from amparo.ledger.scripts import ScriptKind
from amparo.ledger.sources import Record
from amparo.ledger.store.layout import (
    ADDRESS_PARTS,
    ARRAYS,
    BLOCK_TABLE,
    INPUT_TABLE,
    TX_TABLE,
)
from amparo.ledger.store.rows import address_key

BATCH: Final = 1 << 15
PARTS_IN: Final = "input.part.parquet"
PARTS_ADDRESS: Final = "address.part.parquet"
_WITHOUT_ADDRESS: Final = frozenset({ScriptKind.OTHER, ScriptKind.OP_RETURN, ScriptKind.MULTISIG, ScriptKind.WITNESS})


class ArrayFile:
    """An array that grows at its end: `NAME.bin`."""

    def __init__(self, folder: Path, name: str) -> None:
        self.dtype = ARRAYS[name].dtype
        self.stream: BinaryIO = (folder / f"{name}.bin").open("wb")
        self.held: list[Any] = []

    def add(self, value: int | bytes) -> None:
        self.held.append(value)

    def flush(self) -> None:
        if self.held and isinstance(self.held[0], bytes):
            self.stream.write(b"".join(self.held))
        else:
            self.stream.write(np.array(self.held, dtype=self.dtype).tobytes())
        self.held = []

    def close(self) -> None:
        if not self.stream.closed:
            self.flush()
            self.stream.close()


class TableFile:
    """A Parquet file written batch by batch; rows are tuples in the schema's order."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.schema = schema
        self.writer = pq.ParquetWriter(path, schema, compression="zstd")
        self.rows: list[tuple[Any, ...]] = []

    def add(self, *row: Any) -> None:
        self.rows.append(row)

    def flush(self) -> None:
        if not self.rows:
            return
        columns: Sequence[Sequence[Any]] = list(zip(*self.rows, strict=True))
        arrays = [pa.array(column, type=field.type) for column, field in zip(columns, self.schema, strict=True)]
        self.writer.write_table(pa.Table.from_arrays(arrays, schema=self.schema))
        self.rows = []

    def close(self) -> None:
        if self.writer.is_open:
            self.flush()
            self.writer.close()


_GROWING: Final = (
    *("first_tx", "block_time", "block_hash", "block_at", "block_file"),
    *("first_out", "first_in", "txid", "tx_at", "tx_size", "value", "stype", "payload"),
)


class Builder:
    """Takes the blocks; `finish()` closes the files. What needs the whole chain is done by `resolve` after."""

    def __init__(self, folder: Path, first_height: int | None) -> None:
        self.first_height = first_height
        self.blocks = self.txs = self.inputs = self.outputs = 0
        self.arrays = {name: ArrayFile(folder, name) for name in _GROWING}
        self.block_table = TableFile(folder / "block.parquet", BLOCK_TABLE)
        self.tx_table = TableFile(folder / "tx.parquet", TX_TABLE)
        self.input_parts = TableFile(folder / PARTS_IN, INPUT_TABLE)
        self.address_parts = TableFile(folder / PARTS_ADDRESS, ADDRESS_PARTS)
        self.held = 0

    def add(self, record: Record, block: Block) -> None:
        header = block.header
        height = None if self.first_height is None else self.first_height + self.blocks
        self.block_table.add(
            self.blocks, height, header.hash, header.prev, header.time, len(block.txs), record.file, record.at
        )
        facts: tuple[int | bytes, ...] = (self.txs, header.time, header.hash, record.at, record.file)
        for name, fact in zip(_GROWING[:5], facts, strict=True):
            self.arrays[name].add(fact)
        for position, tx in enumerate(block.txs):
            self._add_tx(position, tx)
        self.blocks += 1
        if self.held >= BATCH:
            self._flush()

    def _add_tx(self, position: int, tx: Tx) -> None:
        rbf = any(each.sequence < 0xFFFFFFFE for each in tx.inputs)
        self.tx_table.add(
            *(self.txs, self.blocks, position, tx.txid, self.outputs, self.inputs, tx.at, tx.size, tx.weight),
            *(tx.locktime, tx.version, tx.coinbase, tx.segwit, rbf),
        )
        facts: tuple[int | bytes, ...] = (self.outputs, self.inputs, tx.txid, tx.at, tx.size)
        for name, fact in zip(_GROWING[5:10], facts, strict=True):
            self.arrays[name].add(fact)
        for spent in tx.inputs:
            self.input_parts.add(self.inputs, self.txs, spent.txid, spent.vout, spent.sequence, None)
            self.inputs += 1
        self._add_outputs(tx)
        self.txs += 1
        self.held += 1 + len(tx.inputs) + len(tx.outputs)

    def _add_outputs(self, tx: Tx) -> None:
        for value, kind, payload in tx.outputs:
            self.arrays["value"].add(value)
            self.arrays["stype"].add(int(kind))
            self.arrays["payload"].add(payload.ljust(32, b"\0")[:32])
            if kind not in _WITHOUT_ADDRESS:
                self.address_parts.add(address_key(ScriptRef(kind, payload)), self.outputs)
            self.outputs += 1

    def _flush(self) -> None:
        for array in self.arrays.values():
            array.flush()
        for table in (self.block_table, self.tx_table, self.input_parts, self.address_parts):
            table.flush()
        self.held = 0

    def finish(self) -> None:
        self.arrays["first_tx"].add(self.txs)
        self.arrays["first_out"].add(self.outputs)
        self.arrays["first_in"].add(self.inputs)
        self.close()

    def close(self) -> None:
        for array in self.arrays.values():
            array.close()
        for table in (self.block_table, self.tx_table, self.input_parts, self.address_parts):
            table.close()


def file_sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
