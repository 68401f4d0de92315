"""Source `block-file`: a Bitcoin node's blk*.dat files (or one of them), masked by xor.dat or not.

Where rev*.dat lie beside them, what a block spends is taken from there too (undo_files).

A file is a row of records: network magic, length (u32), block. Records lie in order of arrival, with duplicates
and stale blocks between them; the tail is zeros that the node allocated in advance, or a record it had not
finished. Source: Bitcoin Core `node/blockstorage.cpp`; the mask since Core 28 (doc/release-notes).
"""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from amparo.base import Progress, SkipCount, Skipped
from amparo.ledger.addresses import BY_MAGIC, Network
from amparo.ledger.blocks import HEADER_SIZE, MAX_BLOCK, read_header
from amparo.ledger.errors import CutInside, NoBlocks, NoProofOfWork, RecordTooLong, WrongMagic
from amparo.ledger.hashes import shown
from amparo.ledger.sources.base import BlockScan, Record, SourceFile, read_mask, unmask
from amparo.ledger.sources.chain import active_chain
from amparo.ledger.sources.undo_files import RevFiles

PATTERN: Final = "blk*.dat"
_CHUNK: Final = 1 << 20


class BlockFile:
    """`blk*.dat`: one file, or the folder that holds them all."""

    name = "block-file"

    def examples(self) -> tuple[str, ...]:
        return ("blk00000.dat", "blocks/")

    def recognises(self, path: Path) -> bool:
        if path.is_dir():
            return next(path.glob(PATTERN), None) is not None
        if not path.is_file():
            return False
        if path.match(PATTERN):
            return True
        with path.open("rb") as stream:
            return unmask(stream.read(4), read_mask(path.parent), 0) in BY_MAGIC

    def scan(self, path: Path, skipped: SkipCount, progress: Progress, *, window: bool) -> BlockScan:
        paths = sorted(path.glob(PATTERN)) if path.is_dir() else [path]
        mask = read_mask(paths[0].parent)
        reader = _Reader(mask, skipped, progress, sum(each.stat().st_size for each in paths))
        files = tuple(reader.read_file(number, each) for number, each in enumerate(paths))
        if reader.network is None or not reader.records:
            raise NoBlocks(path=path.name)
        chain = active_chain(reader.records, [file.path.name for file in files], reader.network, skipped, window=window)
        undo = RevFiles(paths, reader.network.magic, mask, skipped)
        spent = undo if undo.files else None
        files += undo.files
        scan = BlockScan(reader.network, files, mask, chain.records, chain.first_height, chain.complete, spent)
        return scan if chain.first_height is not None else _with_claimed_height(scan)


def _with_claimed_height(scan: BlockScan) -> BlockScan:
    """A window's first height is what its first coinbase says (BIP 34), None in older blocks."""
    height = scan.block(scan.records[0]).claimed_height
    return replace(scan, first_height=height)


class _Place(NamedTuple):
    number: int
    name: str
    size: int


class _Reader:
    """Pass one over the files: every byte hashed, every record's header kept, one record in memory."""

    def __init__(self, mask: bytes, skipped: SkipCount, progress: Progress, total: int) -> None:
        self.mask = mask
        self.skipped = skipped
        self.progress = progress
        self.total = total
        self.done = 0
        self.network: Network | None = None
        self.records: list[Record] = []

    def read_file(self, number: int, path: Path) -> SourceFile:
        place = _Place(number, path.name, path.stat().st_size)
        digest = hashlib.sha256()
        with path.open("rb") as stream:
            for raw in self._records(stream, place):
                digest.update(raw)
                self.done += len(raw)
                self.progress(self.done, self.total, "bytes")
        return SourceFile(path, place.size, digest.hexdigest())

    def _records(self, stream: BinaryIO, place: _Place) -> Iterator[bytes]:
        """Yield the raw bytes of the file, record by record, and keep each record's header."""
        at = 0
        while at < place.size:
            raw = stream.read(8)
            yield raw
            head = unmask(raw, self.mask, at)
            if len(head) < 8 or head[:4] != self._magic(head):
                yield from self._tail(stream, place, at, raw)
                return
            length = int.from_bytes(head[4:], "little")
            if not HEADER_SIZE < length <= MAX_BLOCK:
                raise RecordTooLong(file=place.name, at=at, length=length, limit=MAX_BLOCK)
            raw = stream.read(length)
            yield raw
            self._keep(unmask(raw, self.mask, at + 8), Record(place.number, at + 8, length, _NO_HEADER), place)
            at += 8 + length

    def _magic(self, head: bytes) -> bytes:
        """The magic every record must carry: that of the first record of all."""
        if self.network is None:
            self.network = BY_MAGIC.get(head[:4])
        return self.network.magic if self.network else b""

    def _keep(self, data: bytes, record: Record, place: _Place) -> None:
        if len(data) < record.length:
            self._refuse_cut_inside(data, record, place)
            self.skipped.add(
                Skipped(f"{place.name} @ {record.at - 8}", "cut-record", f"{len(data)} of {record.length}")
            )
            return
        header = read_header(data[:HEADER_SIZE])
        if self.network is None or not header.is_mined_for(self.network.easiest):
            raise NoProofOfWork(file=place.name, at=record.at)
        self.records.append(record._replace(header=header))

    def _refuse_cut_inside(self, data: bytes, record: Record, place: _Place) -> None:
        """A record that runs beyond the file is a cut tail, unless other blocks begin inside it."""
        magic = self.network.magic if self.network else b""
        found = data.find(magic, 1)
        while found >= 0:
            body = data[found + 8 :]
            if len(body) >= HEADER_SIZE and read_header(body[:HEADER_SIZE]).is_mined:
                block = shown(read_header(body[:HEADER_SIZE]).hash)
                raise CutInside(file=place.name, at=record.at - 8, block=block, inside=record.at + found)
            found = data.find(magic, found + 1)

    def _tail(self, stream: BinaryIO, place: _Place, at: int, head: bytes) -> Iterator[bytes]:
        """Pass over allocated zeros or a few cut bytes at the end; anything else there is an error."""
        if len(head) < 8 and any(head) and self.network is not None:
            self.skipped.add(Skipped(f"{place.name} @ {at}", "cut-record", f"{len(head)} of 8"))
            return
        clean = not any(head)
        while raw := stream.read(_CHUNK):
            clean = clean and not any(raw)
            yield raw
        if not clean or self.network is None:
            raise WrongMagic(file=place.name, at=at, found=unmask(head[:4], self.mask, at).hex())


_NO_HEADER: Final = read_header(bytes(HEADER_SIZE))
