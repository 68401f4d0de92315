"""Undo files beside blocks: rev*.dat of a node, kept records of the same form, or one block's raw list.

Each is a SpentReader: for a batch of blocks it gives what is said of every spent output. Records stand in the order
in which a node connected the blocks, so they are paired by their checksum, which binds them to the parent's hash.
Source: Bitcoin Core `node/blockstorage.cpp` (a block's undo lies in the rev file with its blk file's number).
"""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

import numpy as np

from amparo.base import SkipCount, Skipped
from amparo.ledger.blocks import MAX_MONEY, Origin
from amparo.ledger.columns import Given, TxBatch
from amparo.ledger.hashes import shown
from amparo.ledger.nodes.errors import UndoCount, UndoCut, UndoDamaged, UndoMismatch
from amparo.ledger.scripts import classify
from amparo.ledger.sources.base import SourceFile, unmask
from amparo.ledger.sources.undo import Coins, UndoReader, checksum, read_undo

_MAX_UNDO: Final = 64 << 20  # bytes; 4 MB of inputs that spend the largest possible scripts stay below


class BlockInputs(NamedTuple):
    """One block of a batch: its row, the range of its inputs.

    Of the transactions after the coinbase: how many inputs and outputs each has, where their first output stands.
    """

    row: int
    start: int
    end: int
    counts: list[int]
    first_out: int
    out_counts: list[int]


def block_inputs(batch: TxBatch) -> Iterator[BlockInputs]:
    """Walk a batch block by block."""
    tx = start = output = 0
    for row, n_tx in enumerate(batch.blocks.n_tx.tolist()):
        counts, outs = batch.n_in[tx : tx + n_tx].tolist(), batch.n_out[tx : tx + n_tx].tolist()
        yield BlockInputs(row, start, start + sum(counts), counts[1:], output + outs[0], outs[1:])
        tx += n_tx
        start += sum(counts)
        output += sum(outs)


class Columns:
    """The three columns of a Given, filled block by block; what nobody fills stays -1."""

    def __init__(self, rows: int) -> None:
        self.value = np.full(rows, -1, dtype=np.int64)
        self.stype = np.zeros(rows, dtype=np.uint8)
        self.payload = np.zeros((rows, 32), dtype=np.uint8)

    def fill(self, start: int, coins: Coins) -> None:
        end = start + len(coins.value)
        self.value[start:end] = coins.value
        self.stype[start:end] = coins.stype
        self.payload[start:end] = np.frombuffer(b"".join(coins.payload), dtype=np.uint8).reshape(-1, 32)

    def given(self, source: str) -> Given:
        return Given(self.value, self.stype, self.payload, source)


class RevFiles:
    """The rev*.dat files that lie beside `blocks` (the blk*.dat files in the source's order).

    `prefix` and `source` are for files of the same form that another wrote.
    A block whose rev file is not there, or holds no record that is still free, is left out and counted
    (`no-undo-record`). Raises UndoMismatch where records are left but none is the block's, UndoDamaged, UndoCut.
    """

    def __init__(
        self,
        blocks: Sequence[Path],
        magic: bytes,
        mask: bytes,
        skipped: SkipCount,
        *,
        prefix: str = "rev",
        source: str = "undo",
    ) -> None:
        self._source = source
        self._skipped = skipped
        self._files: dict[int, RecordFile] = {}
        for number, path in enumerate(blocks):
            beside = path.with_name(prefix + path.name.removeprefix("blk"))
            if path.name.startswith("blk") and beside.is_file():
                self._files[number] = RecordFile(beside, magic, mask)
        self.files = tuple(each.file for each in self._files.values())

    def restart(self) -> None:
        for file in self._files.values():
            file.restart()

    def given(self, batch: TxBatch) -> Given | None:
        columns = Columns(len(batch.prev_txid))
        found = False
        for block in block_inputs(batch):
            found |= self._fill(columns, batch, block)
        return columns.given(self._source) if found else None

    def _fill(self, columns: Columns, batch: TxBatch, block: BlockInputs) -> bool:
        if not block.counts:
            return False
        prev, name = batch.blocks.prev[block.row].tobytes(), shown(batch.blocks.hash[block.row].tobytes())
        file = self._files.get(int(batch.blocks.file[block.row]))
        found = file.take(prev, batch, block) if file else None
        if found is not None:
            columns.fill(block.start, found)
            return True
        if file is not None and file.has_left(len(block.counts)):
            raise UndoMismatch(file=file.file.path.name, block=name)
        self._skipped.add(Skipped(name, "no-undo-record"))
        return False


def fits(coins: Coins, batch: TxBatch, block: BlockInputs) -> bool:
    """Whether these could be the spent outputs of the block: none may pay out more than it takes.

    The checksum binds a record to its parent only, and a stale block has the same parent as its rival.
    """
    if coins.counts != block.counts:
        return False
    spent = output = 0
    for number, count in enumerate(block.counts):
        size = block.out_counts[number]
        start = block.first_out + output
        if sum(coins.value[spent : spent + count]) < sum(batch.value[start : start + size].tolist()):
            return False
        spent, output = spent + count, output + size
    return True


class RecordFile:
    """A file of undo records, indexed by position; each is taken once."""

    def __init__(self, path: Path, magic: bytes, mask: bytes) -> None:
        self._mask = mask
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            size = stream.tell()
            self._all = tuple(_records(stream, magic, mask, Origin(path.name, size)))
        self.file = SourceFile(path, size, digest)
        self.restart()

    def restart(self) -> None:
        """All records are free again."""
        self._free = list(self._all)
        self._next = 0

    def take(self, prev: bytes, batch: TxBatch, block: BlockInputs) -> Coins | None:
        """The coins of the block's record, which is used up by it; None where no free record is the block's."""
        with self.file.path.open("rb") as stream:
            for number in (*range(self._next, len(self._free)), *range(self._next)):
                at, length, count = self._free[number]
                if count != len(block.counts):
                    continue
                data = self._read(stream, at, length + 32)
                if checksum(prev, data[:length]) != data[length:]:
                    continue
                coins = read_undo(data[:length], Origin(self.file.path.name, at))
                if fits(coins, batch, block):
                    del self._free[number]
                    self._next = number if number < len(self._free) else 0
                    return coins
        return None

    def has_left(self, n_spending: int) -> bool:
        """Whether a record that nobody took could be of a block with so many transactions after the coinbase."""
        return any(count == n_spending for _, _, count in self._free)

    def _read(self, stream: BinaryIO, at: int, size: int) -> bytes:
        stream.seek(at)
        return unmask(stream.read(size), self._mask, at)


def _records(stream: BinaryIO, magic: bytes, mask: bytes, end: Origin) -> Iterator[tuple[int, int, int]]:
    """Position, length and number of transactions of each record, up to the first that lacks the magic."""
    at = 0
    while True:
        stream.seek(at)
        head = unmask(stream.read(8), mask, at)
        if len(head) < 8 or head[:4] != magic:
            return
        length = int.from_bytes(head[4:], "little")
        if not 0 < length <= _MAX_UNDO:
            raise UndoDamaged(file=end.file, at=at, why=f"a record of {length} bytes")
        if at + 8 + length + 32 > end.at:
            raise UndoCut(file=end.file, at=end.at)
        count = UndoReader(unmask(stream.read(9), mask, at + 8), Origin(end.file, at + 8))
        yield at + 8, length, _count(count)
        at += 8 + length + 32


def _count(reader: UndoReader) -> int:
    first = reader.take(1)[0]
    return first if first < 0xFD else int.from_bytes(reader.take({0xFD: 2, 0xFE: 4, 0xFF: 8}[first]), "little")


class RawUndo:
    """One raw block's spent outputs in input order: value i64, compact size, script each (`NAME-undo.raw`)."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as stream:
            self._data = stream.read(_MAX_UNDO + 1)
        if len(self._data) > _MAX_UNDO:
            raise UndoDamaged(file=path.name, at=_MAX_UNDO, why="it is longer than any block's undo data")
        self.files = (SourceFile(path, len(self._data), hashlib.sha256(self._data).hexdigest()),)
        self._name = path.name

    def restart(self) -> None:
        """Nothing is used up."""

    def given(self, batch: TxBatch) -> Given | None:
        coins = self._coins()
        if len(batch.blocks.hash) != 1 or len(coins.value) != len(batch.prev_txid):
            name = shown(batch.blocks.hash[0].tobytes())
            raise UndoCount(file=self._name, block=name, found=len(coins.value), wanted=len(batch.prev_txid))
        columns = Columns(len(batch.prev_txid))
        columns.fill(0, coins)
        return columns.given("undo")

    def _coins(self) -> Coins:
        reader = UndoReader(self._data, Origin(self._name, 0))
        coins = Coins([], [], [], [], [], [])
        while reader.at < len(self._data):
            value = int.from_bytes(reader.take(8), "little", signed=True)
            if not 0 <= value <= MAX_MONEY:
                raise reader.damaged(f"an output of {value} satoshi")
            kind, payload = classify(reader.take(reader.compact()))
            coins.value.append(value)
            coins.stype.append(kind)
            coins.payload.append(payload.ljust(32, b"\0")[:32])
        return coins


def raw_undo_beside(block: Path) -> RawUndo | None:
    """`block300025.raw` -> the reader of `block300025-undo.raw`, None where there is none."""
    path = block.with_name(f"{block.stem}-undo{block.suffix}")
    return RawUndo(path) if path.is_file() else None
