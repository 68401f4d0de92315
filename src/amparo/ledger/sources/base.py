"""What every source of a UTXO chain gives: its files with their digests, and the active chain as columns."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NamedTuple, Protocol, TypeVar

import numpy as np

from amparo.base import Progress, SkipCount
from amparo.ledger.addresses import Network
from amparo.ledger.blocks import HEADER_SIZE, Block, Header, Origin, read_block, read_header
from amparo.ledger.columns import Given, TxBatch
from amparo.ledger.errors import BadMask, SourceChanged
from amparo.ledger.walk import BlockBytes, walk_blocks

MASK_NAME: Final = "xor.dat"
BATCH_BYTES: Final = 8 << 20
WALKERS: Final = 2
RECORD_HEAD: Final = 8  # magic and length before each block

T = TypeVar("T")
R = TypeVar("R")


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
        """Groups of records, read and walked by two threads, in their order."""
        done = 0
        for batch in in_order(self._walk, groups(self.records), WALKERS):
            done += len(batch.blocks.hash)
            yield batch
            progress(done, self.n_blocks, "blocks")

    def _walk(self, records: Sequence[Record]) -> TxBatch:
        return walk_blocks(self._bytes(records))

    def _bytes(self, records: Sequence[Record]) -> BlockBytes:
        """Read the records of one group, those that lie side by side in one go."""
        start: list[int] = []
        data = np.empty(sum(map(_room, records)), dtype=np.uint8)
        filled = 0
        for run in _runs(records):
            first, last = run[0], run[-1]
            size = last.at + last.length - first.at
            path = self.files[first.file].path
            with path.open("rb") as stream:
                stream.seek(first.at)
                if stream.readinto(data[filled : filled + size].data) != size:
                    raise SourceChanged(file=path.name)
            start.extend(filled + each.at - first.at for each in run)
            filled += size
        return BlockBytes(
            data,
            np.array(start, dtype=np.uint64),
            np.array([each.length for each in records], dtype=np.uint64),
            np.array([each.at for each in records], dtype=np.uint64),
            np.array([each.file for each in records], dtype=np.uint16),
            [file.path.name for file in self.files],
            np.frombuffer(b"".join(each.header.hash for each in records), dtype=np.uint8).reshape(-1, 32),
            self.mask,
        )

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


def groups(records: Sequence[Record], size: int = BATCH_BYTES) -> Iterator[Sequence[Record]]:
    """Records in rows of about `size` bytes."""
    first, held = 0, 0
    for number, record in enumerate(records):
        held += record.length
        if held >= size:
            yield records[first : number + 1]
            first, held = number + 1, 0
    if first < len(records):
        yield records[first:]


def _room(record: Record) -> int:
    return record.length + RECORD_HEAD


def _runs(records: Sequence[Record]) -> Iterator[list[Record]]:
    """Records that follow each other in one file."""
    run: list[Record] = []
    for record in records:
        if run and (record.file != run[-1].file or record.at != run[-1].at + _room(run[-1])):
            yield run
            run = []
        run.append(record)
    if run:
        yield run


def in_order(work: Callable[[T], R], parts: Iterable[T], workers: int) -> Iterator[R]:
    """The results of `work` in the order of `parts`, some of them made ahead by other threads."""
    with ThreadPoolExecutor(workers) as pool:
        waiting: deque[Future[R]] = deque()
        try:
            for part in parts:
                waiting.append(pool.submit(work, part))
                if len(waiting) > workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for each in waiting:
                each.cancel()


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
