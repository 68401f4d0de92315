"""What every block source gives: the files with their digests, and the active chain's records in height order."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from amparo.base import Progress, SkipCount
from amparo.ledger.addresses import Network
from amparo.ledger.blocks import HEADER_SIZE, Block, Header, Origin, read_block, read_header
from amparo.ledger.errors import BadMask, SourceChanged

MASK_NAME: Final = "xor.dat"


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


@dataclass(frozen=True, slots=True)
class Scan:
    """The active chain of a source. `first_height` is None where nothing says it; `complete` = from genesis on."""

    network: Network
    files: tuple[SourceFile, ...]
    mask: bytes
    records: tuple[Record, ...]
    first_height: int | None
    complete: bool

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


class Source(Protocol):
    @property
    def name(self) -> str: ...

    def examples(self) -> object: ...

    def recognises(self, path: Path) -> bool: ...

    def scan(self, path: Path, skipped: SkipCount, progress: Progress, *, window: bool) -> Scan:
        """Find the active chain. Skips are counted in `skipped`; `window` allows a chain without its beginning."""
        ...


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
