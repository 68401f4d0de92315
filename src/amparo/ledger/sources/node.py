"""Source `node`: a Bitcoin node asked by JSON-RPC, block after block, into a folder that is then loaded.

Bytes are asked for (verbosity 0) and hashed here: the node's word is needed only for which block stands at which
height, and for spent outputs of a window (verbosity 3), which are kept apart and said to be the node's.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

from amparo.base import Progress, SkipCount, silent
from amparo.ledger.addresses import BY_NAME, Network
from amparo.ledger.blocks import HEADER_SIZE, Block, Origin, read_block, read_header
from amparo.ledger.hashes import shown
from amparo.ledger.nodes.errors import KeepsChanging, NoSuchHeight, NotJsonRpc, OtherChain, WrongBlock
from amparo.ledger.nodes.rpc import TIMEOUT, NodeRpc
from amparo.ledger.nodes.transport import Transport
from amparo.ledger.sources.base import BlockScan
from amparo.ledger.sources.block_file import BlockFile
from amparo.ledger.sources.node_folder import LABEL, BlockFolder, read_label
from amparo.ledger.sources.node_spent import spent_outputs
from amparo.ledger.sources.undo import write_undo
from amparo.ledger.sources.undo_files import RevFiles

_MAX_TURNS: Final = 20


class FetchReport(NamedTuple):
    """Heights kept now, how many blocks were new, and how many were dropped because the chain had left them."""

    folder: Path
    first: int
    last: int
    fetched: int
    dropped: int


class NodeSource:
    """Fetch the blocks `first` to `last` (None = the tip) of one node. Run again to go on, also after a cut.

    `spent`: also keep what the node says of spent outputs; None = only where the chain's beginning is left out.
    Wrap the transport in `Patient` for retries. `should_stop` is asked between blocks.
    """

    def __init__(
        self,
        url: str,
        transport: Transport,
        folder: Path,
        *,
        network: str = "bitcoin",
        first: int = 0,
        last: int | None = None,
        spent: bool | None = None,
        timeout: float = TIMEOUT,
    ) -> None:
        self.rpc = NodeRpc(url, transport, timeout)
        self.network: Network = BY_NAME[network]
        self.folder = folder
        self.first = first
        self.last = last
        self.spent = first > 0 if spent is None else spent
        self.dropped = 0
        self.fetched = 0

    def fetch(self, progress: Progress = silent, should_stop: Callable[[], bool] = lambda: False) -> FetchReport:
        """Bring the folder up to date. Raises L71x errors that name block and node, and the transport's L70x.

        A reorganisation is seen by the parent's hash and followed; KeepsChanging after too many of them.
        """
        self._check_chain()
        kept = BlockFolder(self.folder, self.network, self.first, spent=self.spent)
        end = self._end()
        for _ in range(_MAX_TURNS):
            self._leave_branch(kept)
            if should_stop() or len(kept.rows) > end - self.first:
                break
            self._extend(kept, end, progress, should_stop)
        else:
            raise KeepsChanging(host=self.rpc.host, times=_MAX_TURNS)
        kept.sync()
        last = kept.tip.height if kept.tip else self.first - 1
        return FetchReport(self.folder, self.first, last, self.fetched, self.dropped)

    def _check_chain(self) -> None:
        genesis = self.rpc.hash_at(0)
        if genesis != self.network.genesis:
            raise OtherChain(host=self.rpc.host, found=genesis, wanted=self.network.genesis)

    def _end(self) -> int:
        tip = self.rpc.height()
        wanted = tip if self.last is None else self.last
        if wanted > tip or self.first > wanted:
            raise NoSuchHeight(host=self.rpc.host, height=max(wanted, self.first), tip=tip)
        return wanted

    def _leave_branch(self, kept: BlockFolder) -> None:
        """Drop the blocks the node's chain no longer holds."""
        while kept.tip is not None and self._hash_at(kept.tip.height) != shown(kept.tip.hash):
            kept.drop()
            self.dropped += 1

    def _hash_at(self, height: int) -> str | None:
        return self.rpc.hash_at(height) if height <= self.rpc.height() else None

    def _extend(self, kept: BlockFolder, end: int, progress: Progress, should_stop: Callable[[], bool]) -> None:
        """Fetch block after block until the end, or until one does not follow the one before."""
        while len(kept.rows) <= end - self.first and not should_stop():
            height = self.first + len(kept.rows)
            if height > self.rpc.height():
                return
            name = self.rpc.hash_at(height)
            data, block = self._block(name, height)
            if kept.tip is not None and block.header.prev != kept.tip.hash:
                return
            kept.add(data, self._undo(name, block, height) if self.spent else None)
            self.fetched += 1
            progress(len(kept.rows), end - self.first + 1, "blocks")

    def _block(self, name: str, height: int) -> tuple[bytes, Block]:
        data = self.rpc.raw_block(name)
        found = shown(read_header(data[:HEADER_SIZE]).hash) if len(data) > HEADER_SIZE else "—"
        if found != name:
            raise WrongBlock(host=self.rpc.host, wanted=name, found=found)
        block = read_block(data, Origin(self.rpc.host, 0))
        if block.claimed_height not in (None, height) and block.header.version >= 4:
            raise NotJsonRpc(host=self.rpc.host, method="getblockhash", why=f"block {name} is not of height {height}")
        return data, block

    def _undo(self, name: str, block: Block, height: int) -> bytes:
        return write_undo(spent_outputs(self.rpc.block_with_spent(name), block, height, self.rpc.host))


class NodeFolder:
    """A folder that `NodeSource` filled: blocks as a block file holds them, and the node's word on what they spend."""

    name = "node"

    def examples(self) -> tuple[str, ...]:
        return (f"fetched/{LABEL}",)

    def recognises(self, path: Path) -> bool:
        return path.is_dir() and read_label(path) is not None

    def scan(self, path: Path, skipped: SkipCount, progress: Progress, *, window: bool) -> BlockScan:
        """As block-file. A folder that begins later than genesis is a declared window by its label."""
        label = read_label(path) or {}
        first = label.get("first")
        scan = BlockFile().scan(path, skipped, progress, window=window or first != 0)
        blocks = [file.path for file in scan.files]
        spent = RevFiles(blocks, scan.network.magic, scan.mask, skipped, prefix="spent", source="node")
        height = first if isinstance(first, int) else scan.first_height
        files = (*scan.files, *spent.files)
        return replace(scan, files=files, first_height=height, spent=spent if spent.files else None)
