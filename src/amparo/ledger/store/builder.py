"""Write a store's arrays and first tables: whole blocks come in as columns, rows go out, memory stays bounded."""

from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from amparo.ledger.columns import Given, TxBatch
from amparo.ledger.hashes import shown
from amparo.ledger.store.arrays import Folder, spans
from amparo.ledger.store.errors import AmountOutOfRange, BlocksDoNotFollow, TooMany
from amparo.ledger.store.layout import ALL_ARRAYS, GIVEN_ARRAYS, GIVEN_SOURCES
from amparo.ledger.store.tables import TableFile, block_table, tx_table

#: What only the build needs: the outputs that inputs name, row by row.
PARTS: Final = ("prev_txid.part", "prev_vout.part")
MAX_TX: Final = 0xFFFFFFFE
_NO_HASH: Final = bytes(32)


class Counts(NamedTuple):
    """Rows so far; also where an append begins."""

    blocks: int = 0
    txs: int = 0
    outputs: int = 0
    inputs: int = 0


class Builder:
    """Takes batches in chain order; `finish()` closes the files. What needs the whole chain `Resolver` does after.

    `start`: rows the folder's arrays hold already; `tip`: hash of the block before, None = not known. `tables`:
    write the Parquet tables too.
    """

    def __init__(
        self,
        folder: Folder,
        first_height: int | None,
        start: Counts,
        *,
        tip: bytes | None = None,
        tables: bool = True,
    ) -> None:
        self.folder = folder
        self.first_height = first_height
        self.start = self.counts = start
        self.tip = tip
        self.file_numbers: npt.NDArray[np.uint16] | None = None  # where the scan's files stand in the manifest
        self._streams: dict[str, BinaryIO] = {}
        self._parts = [(folder.path / name).open("wb") for name in PARTS]
        names = ("block", "tx") if tables else ()
        self._tables = {name: TableFile(folder.path / folder.fresh(f"{name}.parquet"), name) for name in names}
        if start.blocks == 0:
            for name in ("first_tx", "first_out", "first_in"):
                self._write(name, np.zeros(1, dtype="<u8"))

    def add(self, batch: TxBatch) -> None:
        """Raises L15x errors for what no store can hold; ValueError where columns do not fit together."""
        batch.check()
        self._check(batch)
        before = self.counts
        self._write_blocks(batch)
        self._write_txs(batch)
        for name in ("value", "stype", "payload"):
            self._write(name, getattr(batch, name))
        self._write("in_sequence", batch.sequence)
        _put(self._parts[0], batch.prev_txid, "u1")
        _put(self._parts[1], batch.prev_vout, "<u4")
        if batch.given is not None or self._gives:
            self._write_given(batch.given, before.inputs, len(batch.sequence))
        if self._tables:
            self._tables["block"].write(block_table(batch, before.blocks, self.first_height))
            self._tables["tx"].write(tx_table(batch, before))
        if len(batch.blocks.hash):
            self.tip = batch.blocks.hash[-1].tobytes()
        self.counts = Counts(
            before.blocks + len(batch.blocks.hash),
            before.txs + len(batch.txid),
            before.outputs + len(batch.value),
            before.inputs + len(batch.sequence),
        )

    def finish(self) -> None:
        if self._gives:
            self._pad_given(self.counts.inputs)
        for name in ALL_ARRAYS:
            if name not in GIVEN_ARRAYS:
                self._stream(name)  # an array without rows is a file as well
        self.close()

    def close(self) -> None:
        for stream in (*self._streams.values(), *self._parts):
            stream.close()
        for table in self._tables.values():
            table.close()

    # Checks.

    def _check(self, batch: TxBatch) -> None:
        self._check_follows(batch)
        if self.counts.txs + len(batch.txid) > MAX_TX:
            raise TooMany(what="transactions", limit=MAX_TX)
        wrong = np.flatnonzero(batch.value < 0)
        if len(wrong):
            tx = int(np.searchsorted(np.cumsum(batch.n_out, dtype=np.int64), wrong[0], side="right"))
            block = int(np.searchsorted(np.cumsum(batch.blocks.n_tx, dtype=np.int64), tx, side="right"))
            raise AmountOutOfRange(
                txid=shown(batch.txid[tx].tobytes()),
                block=shown(batch.blocks.hash[block].tobytes()),
                value=int(batch.value[wrong[0]]) % (1 << 64),
            )

    def _check_follows(self, batch: TxBatch) -> None:
        """Each block names the one before it; a source that does not know says zeros."""
        hashes = batch.blocks.hash
        before = np.concatenate([np.frombuffer(self.tip or _NO_HASH, dtype=np.uint8)[None], hashes])[:-1]
        same = (batch.blocks.prev == before).all(axis=1) | ~batch.blocks.prev.any(axis=1)
        if self.tip is None and len(same):
            same[0] = True
        if not same.all():
            row = int(np.argmin(same))
            raise BlocksDoNotFollow(
                block=shown(hashes[row].tobytes()),
                parent=shown(batch.blocks.prev[row].tobytes()),
                found=shown(before[row].tobytes()),
            )

    # Rows.

    def _write_blocks(self, batch: TxBatch) -> None:
        blocks = batch.blocks
        self._write("first_tx", self.counts.txs + np.cumsum(blocks.n_tx, dtype="<u8"))
        columns = {"hash": "hash", "prev": "prev", "time": "time", "at": "at", "file": "file", "size": "length"}
        for name, column in columns.items():
            rows = getattr(blocks, column)
            if name == "file" and self.file_numbers is not None and len(self.file_numbers):
                rows = self.file_numbers[rows]
            self._write(f"block_{name}", rows)

    def _write_txs(self, batch: TxBatch) -> None:
        self._write("first_out", self.counts.outputs + np.cumsum(batch.n_out, dtype="<u8"))
        self._write("first_in", self.counts.inputs + np.cumsum(batch.n_in, dtype="<u8"))
        self._write("txid", batch.txid)
        for name in ("at", "size", "weight", "version", "locktime", "flags"):
            self._write(f"tx_{name}", getattr(batch, name))

    @property
    def _gives(self) -> bool:
        return self.folder.has("given_value")

    def _write_given(self, given: Given | None, before: int, count: int) -> None:
        self._pad_given(before)
        if given is None:
            self._pad_given(before + count)
            return
        said = given.value >= 0
        self._write("given_value", np.where(said, given.value, -1))
        self._write("given_stype", given.stype)
        self._write("given_payload", given.payload)
        self._write("given_source", np.where(said, GIVEN_SOURCES.index(given.source), 0).astype(np.uint8))

    def _pad_given(self, rows: int) -> None:
        """Rows of inputs of which nothing was said."""
        held = self._stream("given_source").tell()
        for low, high in spans(held, rows):
            self._write("given_value", np.full(high - low, -1, dtype="<i8"))
            self._write("given_stype", np.zeros(high - low, dtype=np.uint8))
            self._write("given_payload", np.zeros((high - low, 32), dtype=np.uint8))
            self._write("given_source", np.zeros(high - low, dtype=np.uint8))

    def _write(self, name: str, rows: npt.NDArray[Any]) -> None:
        _put(self._stream(name), rows, ALL_ARRAYS[name].dtype)

    def _stream(self, name: str) -> BinaryIO:
        if name not in self._streams:
            self._streams[name] = self.folder.file(name).open("ab")
        return self._streams[name]


def _put(stream: BinaryIO, rows: npt.NDArray[Any], dtype: str) -> None:
    stream.write(np.ascontiguousarray(rows, dtype=dtype).data)


def read_parts(folder: Path, name: str, start: int, count: int) -> npt.NDArray[Any]:
    """Rows of a part file, counted from the first input of this build."""
    width = 32 if name == PARTS[0] else 1
    dtype = np.uint8 if width == 32 else np.dtype("<u4")
    size = width * np.dtype(dtype).itemsize
    with (folder / name).open("rb") as stream:
        stream.seek(start * size)
        rows = np.fromfile(stream, dtype=dtype, count=count * width)
    return rows.reshape(-1, width) if width > 1 else rows
