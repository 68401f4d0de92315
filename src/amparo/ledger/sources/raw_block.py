"""Source `raw-block`: one block alone, without record header, as its own declared window.

What it spends is mostly not in it: those inputs are unresolved, and a trace over them ends in account `gap`, unless
the block's undo data lies beside it (`NAME-undo.raw`).
A raw block does not say its network; Bitcoin's main network is assumed, and the store's manifest says so.
"""

import hashlib
from pathlib import Path

from amparo.base import Progress, SkipCount
from amparo.ledger.addresses import NETWORKS
from amparo.ledger.blocks import HEADER_SIZE, MAX_BLOCK, Origin, read_block, read_header
from amparo.ledger.errors import BlockCut, RecordTooLong
from amparo.ledger.sources.base import BlockScan, Record, SourceFile
from amparo.ledger.sources.undo_files import raw_undo_beside


class RawBlock:
    """One block in a file: what `getblock HASH 0` gives, as bytes."""

    name = "raw-block"

    def examples(self) -> tuple[str, ...]:
        return ("block702861.raw",)

    def recognises(self, path: Path) -> bool:
        """Any file whose first 80 bytes are a mined header."""
        if not path.is_file():
            return False
        with path.open("rb") as stream:
            data = stream.read(HEADER_SIZE)
        return len(data) == HEADER_SIZE and read_header(data).is_mined_for(NETWORKS[0].easiest)

    def scan(self, path: Path, skipped: SkipCount, progress: Progress, *, window: bool) -> BlockScan:
        with path.open("rb") as stream:
            data = stream.read(MAX_BLOCK + 1)
        if len(data) > MAX_BLOCK:
            raise RecordTooLong(file=path.name, at=0, length=path.stat().st_size, limit=MAX_BLOCK)
        if len(data) <= HEADER_SIZE:
            raise BlockCut(file=path.name, at=len(data), wanted=HEADER_SIZE + 1, left=len(data))
        block = read_block(data, Origin(path.name, 0))
        progress(len(data), len(data), "bytes")
        file = SourceFile(path, len(data), hashlib.sha256(data).hexdigest())
        record = Record(0, 0, len(data), block.header)
        undo = raw_undo_beside(path)
        files = (file, *(undo.files if undo else ()))
        return BlockScan(NETWORKS[0], files, bytes(8), (record,), block.claimed_height, complete=False, spent=undo)
