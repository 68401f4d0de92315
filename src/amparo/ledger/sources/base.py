"""What every source of a UTXO chain gives: its files with their digests, and the active chain as columns."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NamedTuple, Protocol

import numpy as np

from amparo.base import Progress, SkipCount
from amparo.ledger.addresses import Network
from amparo.ledger.blocks import HEADER_SIZE, Block, Header, Origin, Tx, read_block, read_header
from amparo.ledger.columns import BlockColumns, Given, TxBatch, TxFlag
from amparo.ledger.errors import BadMask, SourceChanged

MASK_NAME: Final = "xor.dat"
BATCH_BYTES: Final = 8 << 20


class SourceFile(NamedTuple):
    """`sha256` is of the file as it lies on disk, mask included."""

    path: Path
    size: int
    sha256: str


class Record(NamedTuple):
    """One block: number of its file, byte position of its header there, length in bytes, its header."""

    file: int
    at: int
    length: int
    header: Header


class Scan(Protocol):
    """The active chain of a source. `first_height` is None where nothing says it; `complete` = from genesis on.

    `tip` in internal byte order. A scan of files names those files; one of a node or an explorer names what it
    keeps of their answers.
    """

    @property
    def network(self) -> Network: ...

    @property
    def files(self) -> tuple[SourceFile, ...]: ...

    @property
    def first_height(self) -> int | None: ...

    @property
    def complete(self) -> bool: ...

    @property
    def tip(self) -> bytes: ...

    @property
    def n_blocks(self) -> int: ...

    def batches(self, progress: Progress) -> Iterator[TxBatch]:
        """Whole blocks in chain order, some at a time; progress counts them as "blocks"."""
        ...


class Source(Protocol):
    @property
    def name(self) -> str: ...

    def examples(self) -> object: ...

    def recognises(self, path: Path) -> bool: ...

    def scan(self, path: Path, skipped: SkipCount, progress: Progress, *, window: bool) -> Scan:
        """Find the active chain. Skips are counted in `skipped`; `window` allows a chain without its beginning."""
        ...


class SpentReader(Protocol):
    """What lies beside blocks and says which outputs they spend (amparo.ledger.sources.undo_files)."""

    def restart(self) -> None:
        """The blocks come again from their first one."""
        ...

    def given(self, batch: TxBatch) -> Given | None: ...


@dataclass(frozen=True, slots=True)
class BlockScan:
    """A Scan of block records in files: any block can be read again, alone."""

    network: Network
    files: tuple[SourceFile, ...]
    mask: bytes
    records: tuple[Record, ...]
    first_height: int | None
    complete: bool
    spent: SpentReader | None = None

    @property
    def tip(self) -> bytes:
        return self.records[-1].header.hash

    @property
    def n_blocks(self) -> int:
        return len(self.records)

    def after(self, count: int) -> "BlockScan":
        """The same chain without its first `count` blocks."""
        height = None if self.first_height is None else self.first_height + count
        return replace(self, records=self.records[count:], first_height=height, complete=self.complete and not count)

    def batches(self, progress: Progress) -> Iterator[TxBatch]:
        if self.spent is not None:
            self.spent.restart()
        for batch in self._walked(progress):
            yield batch if self.spent is None else batch._replace(given=self.spent.given(batch))

    def _walked(self, progress: Progress) -> Iterator[TxBatch]:
        held: list[tuple[Record, Block]] = []
        for number, each in enumerate(self.blocks()):
            held.append(each)
            if sum(record.length for record, _ in held) >= BATCH_BYTES:
                yield batch_of(held)
                held = []
                progress(number + 1, self.n_blocks, "blocks")
        if held:
            yield batch_of(held)
            progress(self.n_blocks, self.n_blocks, "blocks")

    def blocks(self) -> Iterator[tuple[Record, Block]]:
        """Read and check the blocks in chain order, one in memory at a time."""
        for record in self.records:
            yield record, self.block(record)

    def block(self, record: Record) -> Block:
        data = self.raw(record)
        if read_header(data[:HEADER_SIZE]) != record.header:
            raise SourceChanged(file=self.files[record.file].path.name)
        return read_block(data, Origin(self.files[record.file].path.name, record.at))

    def raw(self, record: Record) -> bytes:
        file = self.files[record.file].path
        with file.open("rb") as stream:
            stream.seek(record.at)
            data = unmask(stream.read(record.length), self.mask, record.at)
        if len(data) != record.length:
            raise SourceChanged(file=file.name)
        return data


def read_mask(folder: Path) -> bytes:
    """The 8-byte mask of a node's block files (xor.dat beside them), zeros where there is none."""
    path = folder / MASK_NAME
    if not path.is_file():
        return bytes(8)
    with path.open("rb") as stream:
        mask = stream.read(9)
    if len(mask) != 8:
        raise BadMask(file=path.name, size=path.stat().st_size)
    return mask


def unmask(data: bytes, mask: bytes, at: int) -> bytes:
    """Undo the mask on bytes that stand at file position `at`: byte i was XORed with mask[i mod 8]."""
    if not any(mask) or not data:
        return data
    turn = at % 8
    key = (mask[turn:] + mask[:turn]) * (len(data) // 8 + 1)
    whole = int.from_bytes(data, "little") ^ int.from_bytes(key[: len(data)], "little")
    return whole.to_bytes(len(data), "little")


def batch_of(held: list[tuple[Record, Block]]) -> TxBatch:
    """Blocks as columns."""
    txs = [tx for _, block in held for tx in block.txs]
    outs = [output for tx in txs for output in tx.outputs]
    ins = [each for tx in txs for each in tx.inputs]

    def rows(parts: list[bytes]) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
        return np.frombuffer(b"".join(parts), dtype=np.uint8).reshape(-1, 32)

    def flags(tx: Tx) -> int:
        rbf = any(each.sequence < 0xFFFFFFFE for each in tx.inputs)
        return TxFlag.COINBASE * tx.coinbase | TxFlag.SEGWIT * tx.segwit | TxFlag.RBF * rbf

    blocks = BlockColumns(
        hash=rows([record.header.hash for record, _ in held]),
        prev=rows([record.header.prev for record, _ in held]),
        time=np.array([record.header.time for record, _ in held], dtype=np.int64),
        height=np.full(len(held), -1, dtype=np.int64),
        n_tx=np.array([len(block.txs) for _, block in held], dtype=np.uint32),
        file=np.array([record.file for record, _ in held], dtype=np.uint16),
        at=np.array([record.at for record, _ in held], dtype=np.uint64),
        length=np.array([record.length for record, _ in held], dtype=np.uint32),
    )
    return TxBatch(
        blocks,
        txid=rows([tx.txid for tx in txs]),
        version=np.array([tx.version for tx in txs], dtype=np.int32),
        locktime=np.array([tx.locktime for tx in txs], dtype=np.uint32),
        at=np.array([tx.at for tx in txs], dtype=np.uint64),
        size=np.array([tx.size for tx in txs], dtype=np.uint32),
        weight=np.array([tx.weight for tx in txs], dtype=np.uint32),
        flags=np.array([flags(tx) for tx in txs], dtype=np.uint16),
        n_out=np.array([len(tx.outputs) for tx in txs], dtype=np.uint32),
        n_in=np.array([len(tx.inputs) for tx in txs], dtype=np.uint32),
        value=np.array([each.value for each in outs], dtype=np.int64),
        stype=np.array([each.kind for each in outs], dtype=np.uint8),
        payload=rows([each.payload.ljust(32, b"\0") for each in outs]),
        prev_txid=rows([each.txid for each in ins]),
        prev_vout=np.array([each.vout for each in ins], dtype=np.uint32),
        sequence=np.array([each.sequence for each in ins], dtype=np.uint32),
    )
