"""A folder of blocks fetched one by one: blk files as a node writes them, beside them records of spent outputs.

An index row is written after a block's bytes, so whatever a cut leaves behind the last row is removed
when the folder is opened, and the work goes on there. Blocks of a branch that was left are removed too.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from amparo.base import canonical
from amparo.ledger.addresses import BY_NAME, Network
from amparo.ledger.blocks import HEADER_SIZE, read_header
from amparo.ledger.nodes.cache import write_whole
from amparo.ledger.nodes.errors import CacheDamaged, CacheOfAnother
from amparo.ledger.sources.undo import checksum

LABEL: Final = "fetched.json"
INDEX: Final = "index.bin"
FORMAT: Final = "amparo-fetched-blocks/1"
_FILE_SIZE: Final = 128 << 20
_SYNC_EVERY: Final = 128  # blocks
_ROW: Final = 66


class Row(NamedTuple):
    """One block: where its record begins, how long its bytes are; the same for its spent outputs (0 = none kept)."""

    height: int
    hash: bytes
    file: int
    at: int
    length: int
    spent_at: int
    spent_length: int

    def pack(self) -> bytes:
        numbers = ((self.file, 2), (self.at, 8), (self.length, 8), (self.spent_at, 8), (self.spent_length, 4))
        tail = b"".join(number.to_bytes(size, "little") for number, size in numbers)
        return self.height.to_bytes(4, "little") + self.hash + tail

    @classmethod
    def unpack(cls, data: bytes) -> "Row":
        parts, at = [], 36
        for size in (2, 8, 8, 8, 4):
            parts.append(int.from_bytes(data[at : at + size], "little"))
            at += size
        return cls(int.from_bytes(data[:4], "little"), data[4:36], *parts)

    @property
    def end(self) -> int:
        return self.at + 8 + self.length

    @property
    def spent_end(self) -> int:
        return self.spent_at + (8 + self.spent_length + 32 if self.spent_length else 0)


def read_label(folder: Path) -> dict[str, object] | None:
    """What the folder's label says, None where there is none."""
    path = folder / LABEL
    if not path.is_file() or path.stat().st_size > 1 << 16:
        return None
    try:
        value = json.loads(path.read_bytes())
    except ValueError:
        return None
    return value if isinstance(value, dict) and value.get("format") == FORMAT else None


class BlockFolder:
    """Blocks `first`, `first` + 1 … of one network. Raises CacheOfAnother where the folder keeps something else."""

    def __init__(self, folder: Path, network: Network, first: int, *, spent: bool) -> None:
        self.folder = folder
        self.network = network
        self.first = first
        folder.mkdir(parents=True, exist_ok=True)
        label: dict[str, object] = {"format": FORMAT, "network": network.name, "first": first, "spent": spent}
        if (folder / LABEL).exists():
            found = read_label(folder)
            if found != label:
                raise CacheOfAnother(folder=folder.name, found=canonical(found), wanted=canonical(label))
        else:
            write_whole(folder / LABEL, canonical(label).encode())
        self.rows = self._whole_rows()
        self._cut_behind()

    @property
    def tip(self) -> Row | None:
        return self.rows[-1] if self.rows else None

    def add(self, data: bytes, undo: bytes | None) -> None:
        """Append the next block; `undo` is its spent outputs as undo data."""
        header = read_header(data[:HEADER_SIZE])
        file, at, spent_at = self._place()
        height = self.first + len(self.rows)
        row = Row(height, header.hash, file, at, len(data), spent_at, len(undo or b""))
        magic = self.network.magic
        self._append(block_path(self.folder, file), magic + len(data).to_bytes(4, "little") + data)
        if undo is not None:
            record = magic + len(undo).to_bytes(4, "little") + undo + checksum(header.prev, undo)
            self._append(spent_path(self.folder, file), record)
        self._append(self.folder / INDEX, row.pack())
        self.rows.append(row)
        if len(self.rows) % _SYNC_EVERY == 0 or at == 0:
            self.sync()

    def drop(self) -> None:
        """Remove the last block: it is no longer of the chain."""
        self.rows.pop()
        self._cut_behind()

    def _place(self) -> tuple[int, int, int]:
        tip = self.tip
        if tip is None:
            return 0, 0, 0
        return (tip.file + 1, 0, 0) if tip.end >= _FILE_SIZE else (tip.file, tip.end, tip.spent_end)

    def _append(self, path: Path, data: bytes) -> None:
        with path.open("ab") as stream:
            stream.write(data)

    def sync(self) -> None:
        """Have everything on disk: a power cut after this loses nothing."""
        tip = self.tip
        names = (block_path, spent_path) if tip else ()
        for path in (*(name(self.folder, tip.file) for name in names if tip), self.folder / INDEX):
            if path.is_file():
                with path.open("rb") as stream:
                    os.fsync(stream.fileno())

    def _whole_rows(self) -> list[Row]:
        """The index as far as its rows follow each other and their blocks are there."""
        path = self.folder / INDEX
        data = path.read_bytes() if path.is_file() else b""
        rows = [Row.unpack(data[at : at + _ROW]) for at in range(0, len(data) - _ROW + 1, _ROW)]
        for number in range(max(0, len(rows) - 2 * _SYNC_EVERY), len(rows)):
            if not self._is_there(rows[number]):
                del rows[number:]
                break
        if any(row.height != self.first + number for number, row in enumerate(rows)):
            raise CacheDamaged(file=INDEX)
        return rows

    def _is_there(self, row: Row) -> bool:
        path, spent = block_path(self.folder, row.file), spent_path(self.folder, row.file)
        if not path.is_file() or path.stat().st_size < row.end:
            return False
        if row.spent_length and (not spent.is_file() or spent.stat().st_size < row.spent_end):
            return False
        with path.open("rb") as stream:
            stream.seek(row.at + 8)
            return read_header(stream.read(HEADER_SIZE)).hash == row.hash

    def _cut_behind(self) -> None:
        """Remove what stands behind the last row: half-written records, blocks that were dropped."""
        tip = self.tip
        _shorten(self.folder / INDEX, len(self.rows) * _ROW)
        for number, path, spent in self._files():
            if tip is None or number > tip.file:
                path.unlink()
                spent.unlink(missing_ok=True)
            elif number == tip.file:
                _shorten(path, tip.end)
                _shorten(spent, tip.spent_end)

    def _files(self) -> Iterator[tuple[int, Path, Path]]:
        for path in sorted(self.folder.glob("blk?????.dat"), reverse=True):
            number = int(path.stem[3:])
            yield number, path, spent_path(self.folder, number)


def block_path(folder: Path, number: int) -> Path:
    return folder / f"blk{number:05}.dat"


def spent_path(folder: Path, number: int) -> Path:
    return folder / f"spent{number:05}.dat"


def _shorten(path: Path, size: int) -> None:
    if path.is_file() and path.stat().st_size > size:
        with path.open("r+b") as stream:
            stream.truncate(size)


def network_of(label: dict[str, object]) -> Network | None:
    return BY_NAME.get(str(label.get("network")))
