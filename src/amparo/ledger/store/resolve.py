"""Join every input to the output it spends, and index txids and addresses. Sets in DuckDB, walks in arrays.

An output is found by its full 32-byte txid, in a transaction that stands before the spending one; of two with
the same txid (two early coinbases) the later one. Source: BIP 30; Bitcoin Core `coins.cpp`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from amparo.base import Progress
from amparo.ledger.errors import DoubleSpend, UnknownSpend, ValueCreated
from amparo.ledger.hashes import shown
from amparo.ledger.store.builder import BATCH, PARTS_ADDRESS, PARTS_IN, ArrayFile, TableFile
from amparo.ledger.store.layout import ARRAYS, INPUT_TABLE, OUTPUT_TABLE, UNRESOLVED, UNSPENT

MEMORY: Final = "512MB"


class Resolver:
    """Works on a folder a Builder has finished. `complete`: every input must find its output."""

    def __init__(self, folder: Path, *, complete: bool, progress: Progress) -> None:
        self.folder = folder
        self.complete = complete
        self.progress = progress
        self.first_out = self._numbers("first_out")
        self.first_in = self._numbers("first_in")
        self.value = self._numbers("value")
        self.outputs = len(self.value)
        self.inputs = int(self.first_in[-1])
        self.spent_by = self._new("spent_by", self.outputs, UNSPENT)
        self.prev_out = self._new("prev_out", self.inputs, UNRESOLVED)
        self.resolved = 0

    def run(self) -> int:
        """Resolve and index everything; return the number of inputs that found their output."""
        with duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": str(self.folder / "spill")}) as database:
            self._join(database)
            self._sort(database, "SELECT tx FROM read_parquet(?) ORDER BY txid, tx", "tx.parquet", ("txid_order",))
            order = "SELECT key, output FROM read_parquet(?) ORDER BY key, output"
            self._sort(database, order, PARTS_ADDRESS, ("addr_key", "addr_out"))
        if self.complete and self.resolved < self.inputs:
            self._refuse_unresolved()
        self._check_values()
        self._write_inputs()
        self._write_outputs()
        return self.resolved

    def _numbers(self, name: str) -> npt.NDArray[Any]:
        return read_array(self.folder, name)

    def _new(self, name: str, rows: int, fill: int) -> npt.NDArray[Any]:
        """A new memory-mapped array full of one value.

        Its bytes are written first and mapped then: a full disk is an error here, not a killed process later.
        """
        path, dtype = self.folder / f"{name}.bin", ARRAYS[name].dtype
        with path.open("wb") as stream:
            for start in range(0, rows, BATCH):
                stream.write(np.full(min(BATCH, rows - start), fill, dtype=dtype).tobytes())
        return np.memmap(path, dtype=dtype, mode="r+") if rows else np.zeros(0, dtype=dtype)

    def _join(self, database: duckdb.DuckDBPyConnection) -> None:
        sql = (
            "SELECT i.input, any_value(i.prev_vout) AS vout, max(t.tx) AS tx FROM read_parquet(?) i "
            "JOIN read_parquet(?) t ON t.txid = i.prev_txid AND t.tx < i.tx GROUP BY i.input"
        )
        for batch in _batches(database, sql, str(self.folder / PARTS_IN), str(self.folder / "tx.parquet")):
            columns = (batch.column(name).to_numpy(zero_copy_only=False) for name in ("input", "vout", "tx"))
            self._link(*columns)
            self.progress(self.resolved, self.inputs, "inputs")

    def _link(self, inputs: npt.NDArray[Any], vouts: npt.NDArray[Any], txs: npt.NDArray[Any]) -> None:
        firsts, ends = self.first_out[txs], self.first_out[txs.astype(np.int64) + 1]
        outs = firsts + vouts.astype(np.uint64)
        self._refuse_any(outs >= ends, inputs, UnknownSpend)
        spenders = (np.searchsorted(self.first_in, inputs, side="right") - 1).astype(np.uint32)
        _, at, counts = np.unique(outs, return_index=True, return_counts=True)
        twice = np.ones(len(outs), dtype=bool)
        twice[at[counts == 1]] = False
        self._refuse_any(twice | (self.spent_by[outs] != UNSPENT), inputs, DoubleSpend)
        self.spent_by[outs] = spenders
        self.prev_out[inputs] = outs
        self.resolved += len(inputs)

    def _refuse_any(
        self, wrong: npt.NDArray[np.bool_], inputs: npt.NDArray[Any], error: type[UnknownSpend | DoubleSpend]
    ) -> None:
        if wrong.any():
            raise self._about_input(int(inputs[wrong].min()), error)

    def _about_input(self, number: int, error: type[UnknownSpend | DoubleSpend]) -> UnknownSpend | DoubleSpend:
        """Name the spending transaction, its block and what it wanted to spend."""
        tx = int(np.searchsorted(self.first_in, number, side="right")) - 1
        block = int(np.searchsorted(self._numbers("first_tx"), tx, side="right")) - 1
        wanted = pq.read_table(self.folder / PARTS_IN, filters=[("input", "=", number)]).to_pylist()[0]
        return error(
            txid=shown(self._numbers("txid")[tx].tobytes()),
            block=shown(self._numbers("block_hash")[block].tobytes()),
            spent=f"{shown(wanted['prev_txid'])}:{wanted['prev_vout']}",
        )

    def _refuse_unresolved(self) -> None:
        for start in range(0, self.inputs, BATCH):
            missing = np.flatnonzero(self.prev_out[start : start + BATCH] == UNRESOLVED)
            if len(missing):
                raise self._about_input(start + int(missing[0]), UnknownSpend)

    def _check_values(self) -> None:
        """No transaction whose inputs are all known may pay out more than it takes in (exact integers)."""
        for tx in range(len(self.first_in) - 1):
            spent = self.prev_out[int(self.first_in[tx]) : int(self.first_in[tx + 1])]
            if len(spent) == 0 or (spent == UNRESOLVED).any():
                continue
            taken = sum(self.value[spent].tolist())
            paid = sum(self.value[int(self.first_out[tx]) : int(self.first_out[tx + 1])].tolist())
            if paid > taken:
                raise ValueCreated(txid=shown(self._numbers("txid")[tx].tobytes()), paid=paid, taken=taken)

    def _sort(self, database: duckdb.DuckDBPyConnection, sql: str, parts: str, names: tuple[str, ...]) -> None:
        arrays = [ArrayFile(self.folder, name) for name in names]
        for batch in _batches(database, sql, str(self.folder / parts)):
            for array, column in zip(arrays, batch.columns, strict=True):
                array.stream.write(column.to_numpy(zero_copy_only=False).astype(array.dtype).tobytes())
        for array in arrays:
            array.close()

    def _write_inputs(self) -> None:
        """The input table again, now with `prev_out` (null where it is not loaded)."""
        column = INPUT_TABLE.get_field_index("prev_out")
        table = pq.ParquetWriter(self.folder / "input.parquet", INPUT_TABLE, compression="zstd")
        start = 0
        with pq.ParquetFile(self.folder / PARTS_IN) as parts:
            for batch in parts.iter_batches(BATCH):
                found = self.prev_out[start : start + batch.num_rows]
                filled = pa.array(found, mask=found == UNRESOLVED)
                table.write_batch(batch.set_column(column, INPUT_TABLE.field(column), filled))
                start += batch.num_rows
        table.close()

    def _write_outputs(self) -> None:
        table = TableFile(self.folder / "output.parquet", OUTPUT_TABLE)
        stype, payload = self._numbers("stype"), self._numbers("payload")
        for start in range(0, self.outputs, BATCH):
            end = min(start + BATCH, self.outputs)
            ids = np.arange(start, end, dtype=np.uint64)
            txs = np.searchsorted(self.first_out, ids, side="right") - 1
            spent = self.spent_by[start:end]
            columns = [
                pa.array(ids),
                pa.array(txs.astype(np.uint32)),
                pa.array((ids - self.first_out[txs]).astype(np.uint32)),
                pa.array(self.value[start:end]),
                pa.array(stype[start:end]),
                pa.array([row.tobytes() for row in payload[start:end]], type=pa.binary(32)),
                pa.array(spent, mask=spent == UNSPENT),
            ]
            table.writer.write_table(pa.Table.from_arrays(columns, schema=OUTPUT_TABLE))
        table.close()


def read_array(folder: Path, name: str) -> npt.NDArray[Any]:
    """Map `NAME.bin` read-only; an empty file (which cannot be mapped) is an empty array."""
    path, kind = folder / f"{name}.bin", ARRAYS[name]
    if path.stat().st_size == 0:
        return np.zeros((0,) if kind.width == 1 else (0, kind.width), dtype=kind.dtype)
    array = np.memmap(path, dtype=kind.dtype, mode="r")
    return array if kind.width == 1 else array.reshape(-1, kind.width)


def _batches(database: duckdb.DuckDBPyConnection, sql: str, *facts: str) -> Iterator[pa.RecordBatch]:
    yield from database.sql(sql, params=list(facts)).to_arrow_reader(BATCH)
