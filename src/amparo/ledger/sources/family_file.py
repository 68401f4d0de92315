"""Source `family-file`: blk*.dat of Litecoin, Bitcoin Cash or Dogecoin, known by their network's magic.

Records lie as in Bitcoin's files; what differs is taken out by `family` before a block is read as Bitcoin's are:
every transaction is hashed and held against the Merkle root, work is measured by the network's own function. Plain
Python. UNVERIFIED on real blocks of these chains (see `family`). No raw bytes are offered as evidence: block lengths
are said to be 0.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from amparo.base import Progress, SkipCount, Skipped
from amparo.ledger.addresses import BY_MAGIC, Network
from amparo.ledger.blocks import HEADER_SIZE, Block, Origin, read_block, read_header
from amparo.ledger.columns import TxBatch
from amparo.ledger.errors import NoBlocks, RecordTooLong, SourceChanged, WrongMagic
from amparo.ledger.hashes import shown
from amparo.ledger.sources.base import Record, SourceFile, read_mask, unmask
from amparo.ledger.sources.chain import active_chain
from amparo.ledger.sources.family import Worked, has_work, parents_first, without_auxpow, without_mweb
from amparo.ledger.sources.rows import BlockRow, Rows

PATTERN: Final = "blk*.dat"
_BATCH: Final = 1 << 16  # rows
_BESIDE: Final = 4_000_000  # bytes that a proof or an extension block may add


def network_at(path: Path) -> Network | None:
    """The relative of Bitcoin whose magic stands first in the file (the first of a folder's), None for any other."""
    file = next(iter(sorted(path.glob(PATTERN))), None) if path.is_dir() else path
    if file is None or not file.is_file():
        return None
    with file.open("rb") as stream:
        network = BY_MAGIC.get(unmask(stream.read(4), read_mask(file.parent), 0))
    return network if network is not None and network.is_relative else None


class FamilyFile:
    """`blk*.dat` of a relative of Bitcoin: one file, or the folder that holds them all."""

    name = "family-file"

    def examples(self) -> tuple[str, ...]:
        return ("blk00000.dat",)

    def recognises(self, path: Path) -> bool:
        return network_at(path) is not None

    def scan(self, path: Path, skipped: SkipCount, progress: Progress, *, window: bool) -> "FamilyScan":
        """Find the active chain. Raises NoBlocks, WrongMagic, RecordTooLong, ChainGap."""
        network = network_at(path)
        if network is None:
            raise NoBlocks(path=path.name)
        paths = sorted(path.glob(PATTERN)) if path.is_dir() else [path]
        mask = read_mask(paths[0].parent)
        records = [each for number, file in enumerate(paths) for each in _records(file, number, network, mask, skipped)]
        if not records:
            raise NoBlocks(path=path.name)
        chain = active_chain(records, [each.name for each in paths], network, skipped, window=window)
        files = tuple(_file(each) for each in paths)
        scan = FamilyScan(network, files, mask, chain.records, chain.first_height, chain.complete)
        return scan if scan.first_height is not None else replace(scan, first_height=scan.claimed_height())


@dataclass(frozen=True, slots=True)
class FamilyScan:
    """A Scan of block records of a relative of Bitcoin."""

    network: Network
    files: tuple[SourceFile, ...]
    mask: bytes
    records: tuple[Record, ...]
    first_height: int | None
    complete: bool
    source: str = "family-file"

    @property
    def tip(self) -> bytes:
        return self.records[-1].header.hash

    @property
    def n_blocks(self) -> int:
        return len(self.records)

    def claimed_height(self) -> int | None:
        return self.block(self.records[0]).claimed_height

    def batches(self, progress: Progress) -> Iterator[TxBatch]:
        rows = Rows()
        for number, record in enumerate(self.records):
            block = self.block(record)
            header = block.header
            rows.block(BlockRow(header.hash, header.prev, header.time, -1, record.file, record.at))
            txs = parents_first(block.txs, shown(header.hash)) if self.network.reordered else block.txs
            for tx in txs:
                rows.tx(tx)
            if rows.size >= _BATCH:
                yield rows.take()
                progress(number + 1, self.n_blocks, "blocks")
        yield rows.take()
        progress(self.n_blocks, self.n_blocks, "blocks")

    def block(self, record: Record) -> Block:
        """Read one block; positions of its transactions are those in the file."""
        path = self.files[record.file].path
        with path.open("rb") as stream:
            stream.seek(record.at)
            data = unmask(stream.read(record.length), self.mask, record.at)
        if len(data) != record.length or read_header(data[:HEADER_SIZE]) != record.header:
            raise SourceChanged(file=path.name)
        network, origin = self.network, Origin(path.name, record.at)
        worked = without_auxpow(data, origin) if network.auxpow else Worked(data, data[:HEADER_SIZE])
        shifted = Origin(path.name, record.at + len(data) - len(worked.plain))
        plain = without_mweb(worked.plain, shifted) if network.mweb else worked.plain
        return read_block(plain, shifted, mined=has_work(worked, network), max_money=network.max_money)


def _file(path: Path) -> SourceFile:
    with path.open("rb") as stream:
        return SourceFile(path, path.stat().st_size, hashlib.file_digest(stream, "sha256").hexdigest())


def _records(path: Path, number: int, network: Network, mask: bytes, skipped: SkipCount) -> Iterator[Record]:
    """The whole records of a file. Its tail may be zeros, as a node allocates them, or a record cut off."""
    size, limit, at = path.stat().st_size, network.max_block + _BESIDE, 0
    with path.open("rb") as stream:
        while at < size:
            stream.seek(at)
            raw = stream.read(8)
            head = unmask(raw, mask, at)
            if not any(raw):
                return
            if len(head) == 8 and head[:4] != network.magic:
                raise WrongMagic(file=path.name, at=at, found=head[:4].hex())
            length = int.from_bytes(head[4:], "little")
            if length > limit:
                raise RecordTooLong(file=path.name, at=at, length=length, limit=limit)
            if len(head) < 8 or at + 8 + length > size or length <= HEADER_SIZE:
                skipped.add(Skipped(f"{path.name} @ {at}", "cut-record", f"{size - at} bytes left"))
                return
            header = read_header(unmask(stream.read(HEADER_SIZE), mask, at + 8))
            yield Record(number, at + 8, length, header)
            at += 8 + length
