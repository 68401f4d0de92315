"""Source `explorer`: a folder of transactions fetched from an explorer, one JSON line each, in chain order.

Not whole blocks: each block carries only what was fetched, with Merkle proof and header, which are checked again
when the folder is read. That nothing is missing between them, the heights, and what inputs from outside spend are
the explorer's word.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

from amparo.base import Progress, SkipCount, canonical
from amparo.ledger.addresses import BY_NAME, Network
from amparo.ledger.blocks import HEADER_SIZE, Origin, Tx, read_header, read_tx
from amparo.ledger.columns import TxBatch
from amparo.ledger.errors import NoBlocks
from amparo.ledger.hashes import shown
from amparo.ledger.nodes.cache import write_whole
from amparo.ledger.nodes.errors import CacheDamaged
from amparo.ledger.scripts import classify
from amparo.ledger.sources.base import SourceFile
from amparo.ledger.sources.explorer_word import Branch, Spent, check_branch
from amparo.ledger.sources.rows import NOT_SAID, BlockRow, GivenRow, Rows

NAME: Final = "explorer-window.jsonl"
FORMAT: Final = "amparo-explorer-window/1"
_BATCH: Final = 1 << 16  # rows
_LONGEST: Final = 16 << 20  # bytes of a line


class Kept(NamedTuple):
    """One fetched transaction: its bytes, its place, its proof, and what the explorer says its inputs spend."""

    height: int
    header: bytes
    branch: Branch
    raw: bytes
    spent: tuple[Spent | None, ...]

    def line(self) -> bytes:
        spent = [None if each is None else [each.value, each.script.hex()] for each in self.spent]
        value = {
            "height": self.height,
            "header": self.header.hex(),
            "position": self.branch.position,
            "merkle": [each.hex() for each in self.branch.siblings],
            "raw": self.raw.hex(),
            "spent": spent,
        }
        return canonical(value).encode() + b"\n"


def write_window(folder: Path, network: Network, said_by: str, rows: Iterable[Kept]) -> Path:
    """Write the window file whole; rows are put into chain order. `said_by`: the host that was asked."""
    head = canonical({"format": FORMAT, "network": network.name, "said_by": said_by}).encode() + b"\n"
    ordered = sorted(rows, key=lambda each: (each.height, each.branch.position))
    path = folder / NAME
    write_whole(path, head + b"".join(each.line() for each in ordered))
    return path


@dataclass(frozen=True, slots=True)
class PartialScan:
    """A Scan of blocks that carry only what was fetched. `partial` says so; `said_by` names the explorer."""

    network: Network
    files: tuple[SourceFile, ...]
    tip: bytes
    n_blocks: int
    said_by: str
    first_height: int | None = None  # heights have gaps; each block's row says its own
    complete: bool = False
    partial: bool = True
    source: str = "explorer"

    @property
    def name(self) -> str:
        return self.said_by

    def batches(self, progress: Progress) -> Iterator[TxBatch]:
        rows, done, last = Rows(), 0, b""
        for at, kept, tx in read_window(self.files[0].path):
            header = read_header(kept.header)
            if header.hash != last:
                if rows.size >= _BATCH:
                    yield rows.take()
                rows.block(BlockRow(header.hash, bytes(32), header.time, kept.height, 0, at))
                done, last = done + 1, header.hash
                progress(done, self.n_blocks, "blocks")
            rows.tx(tx, [_given(each) for each in kept.spent], "explorer")
        yield rows.take()


def _given(spent: Spent | None) -> GivenRow:
    if spent is None:
        return NOT_SAID
    kind, payload = classify(spent.script)
    return GivenRow(spent.value, kind, payload)


class ExplorerFolder:
    """A folder that `Explorer` filled, or its window file."""

    name = "explorer"

    def examples(self) -> tuple[str, ...]:
        return (NAME,)

    def recognises(self, path: Path) -> bool:
        return (path / NAME).is_file() if path.is_dir() else path.name == NAME

    def scan(self, path: Path, skipped: SkipCount, progress: Progress, *, window: bool) -> PartialScan:
        """Always a declared window. Raises CacheDamaged for a file that is not as it was written, NoBlocks."""
        file = path / NAME if path.is_dir() else path
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            size = stream.tell()
            stream.seek(0)
            head = _head(stream, file)
        blocks, tip = 0, b""
        for _, kept, _ in read_window(file):
            found = read_header(kept.header).hash
            blocks += found != tip
            tip = found
        if not blocks:
            raise NoBlocks(path=path.name)
        network = BY_NAME[head["network"]]
        return PartialScan(network, (SourceFile(file, size, digest),), tip, blocks, str(head["said_by"]))


def read_window(path: Path) -> Iterator[tuple[int, Kept, Tx]]:
    """Yield position of the line, row and parsed transaction; every proof is checked again. Raises CacheDamaged."""
    with path.open("rb") as stream:
        network = BY_NAME[_head(stream, path)["network"]]
        at, last = stream.tell(), (-1, -1)
        while line := stream.readline(_LONGEST + 1):
            kept, tx = _read_line(line, path, at)
            place, header = (kept.height, kept.branch.position), read_header(kept.header)
            if place <= last or not header.is_mined_for(network.easiest):
                raise CacheDamaged(file=path.name)
            check_branch(tx.txid, kept.branch, header, (tx.weight - tx.size) // 3)
            yield at, kept, tx
            at, last = stream.tell(), place


def _head(stream: BinaryIO, path: Path) -> dict[str, Any]:
    try:
        head = json.loads(stream.readline(1 << 16))
    except ValueError:
        raise CacheDamaged(file=path.name) from None
    good = isinstance(head, dict) and head.get("format") == FORMAT and head.get("network") in BY_NAME
    if not good or not isinstance(head.get("said_by"), str):
        raise CacheDamaged(file=path.name)
    return dict(head)


def _read_line(line: bytes, path: Path, at: int) -> tuple[Kept, Tx]:
    try:
        value = json.loads(line)
        raw, header = bytes.fromhex(value["raw"]), bytes.fromhex(value["header"])
        branch = Branch(value["position"], tuple(bytes.fromhex(each) for each in value["merkle"]))
        spent = tuple(None if each is None else Spent(each[0], bytes.fromhex(each[1])) for each in value["spent"])
        kept = Kept(value["height"], header, branch, raw, spent)
        numbers = (kept.height, branch.position, *(each.value for each in spent if each is not None))
    except (ValueError, KeyError, TypeError, IndexError):
        raise CacheDamaged(file=path.name) from None
    tx = read_tx(raw, Origin(path.name, at))
    whole = all(isinstance(each, int) and each >= 0 for each in numbers) and len(header) == HEADER_SIZE
    if not whole or len(spent) != len(tx.inputs):
        raise CacheDamaged(file=path.name)
    return kept, tx


def txids(path: Path) -> list[str]:
    """The ids in a window file, in chain order."""
    return [shown(tx.txid) for _, _, tx in read_window(path)]
