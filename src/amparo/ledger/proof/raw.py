"""Read whole blocks back from the files a store was loaded from."""

from pathlib import Path
from typing import Final, Protocol

from amparo.ledger.blocks import HEADER_SIZE, MAX_BLOCK, read_header
from amparo.ledger.hashes import shown
from amparo.ledger.proof.errors import BlockNotThere, NoRawBlocks
from amparo.ledger.sources.base import read_mask, unmask
from amparo.ledger.store import Store

#: Source -> how many bytes before a block give its length; 0: the block is its whole file.
_LENGTH_BYTES: Final = {"block-file": 4, "raw-block": 0}


class RawBlocks(Protocol):
    """What can give a store's blocks as bytes."""

    def block(self, number: int) -> bytes: ...

    def header(self, number: int) -> bytes: ...


class SourceBlocks:
    """The blocks of `store`, from `source`: the file it was loaded from, or the folder that holds its files.

    Digests of whole files are not taken again: every block must have the hash that the store knows it by.
    Raises NoRawBlocks for a store whose source kept none.
    """

    def __init__(self, store: Store, source: Path) -> None:
        self.store = store
        self.source = source
        kind = store.manifest.report.source
        if kind not in _LENGTH_BYTES:
            raise NoRawBlocks(source=kind)
        self._length_bytes = _LENGTH_BYTES[kind]
        self._mask = read_mask(source if source.is_dir() else source.parent) if self._length_bytes else bytes(8)

    def block(self, number: int) -> bytes:
        """The raw bytes of block `number` of the store. Raises BlockNotThere."""
        row = self.store.block(number)
        path = self._path(row.file, row.hash)
        with path.open("rb") as stream:
            length = MAX_BLOCK
            if self._length_bytes:
                stream.seek(row.at - 4)
                length = int.from_bytes(unmask(stream.read(4), self._mask, row.at - 4), "little")
            if not HEADER_SIZE < length <= MAX_BLOCK:
                raise BlockNotThere(file=row.file, block=row.hash)
            stream.seek(row.at)
            data = unmask(stream.read(length), self._mask, row.at)
        return self._checked(data, row.file, row.hash)

    def header(self, number: int) -> bytes:
        """The 80 bytes of its header. Raises BlockNotThere."""
        row = self.store.block(number)
        with self._path(row.file, row.hash).open("rb") as stream:
            stream.seek(row.at)
            data = unmask(stream.read(HEADER_SIZE), self._mask, row.at)
        return self._checked(data, row.file, row.hash)

    def _path(self, file: str, block: str) -> Path:
        path = self.source / file if self.source.is_dir() else self.source
        if path.name != file or not path.is_file():
            raise BlockNotThere(file=file, block=block)
        return path

    @staticmethod
    def _checked(data: bytes, file: str, block: str) -> bytes:
        if len(data) < HEADER_SIZE or shown(read_header(data[:HEADER_SIZE]).hash) != block:
            raise BlockNotThere(file=file, block=block)
        return data
