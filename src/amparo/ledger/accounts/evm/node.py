"""EvmNode: read an EVM chain from a node by JSON-RPC, block after block, into a store that follows its reorgs.

The ledger's name is the network's ("ethereum"); the native coin's asset is its symbol, a token's its contract in
checksum form. Balances before the first block come from the node (it must keep old states for that; where it does
not, those accounts have no known opening and a trace books what leaves them as gap).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from amparo.base import Progress, SkipCount, Skipped, clean_text, silent
from amparo.ledger.accounts.books import Asset, Balance, Block, Opening
from amparo.ledger.accounts.errors import ChainMoved, NoCommonBlock, NodeRefused, OtherChain
from amparo.ledger.accounts.evm.block import BLOCK, RECEIPTS, TRACES, BlockReader, Read
from amparo.ledger.accounts.evm.rpc import Call, Rpc
from amparo.ledger.accounts.join import Join
from amparo.ledger.accounts.layout import MANIFEST
from amparo.ledger.accounts.store import AccountStore
from amparo.ledger.accounts.transfer import Position, Transfer

T = TypeVar("T")
#: Name of the network -> chain id and native coin. Other networks are given by hand.
EVM_NETWORKS: Final[Mapping[str, tuple[int, str]]] = {
    "ethereum": (1, "ETH"),
    "optimism": (10, "ETH"),
    "bsc": (56, "BNB"),
    "gnosis": (100, "XDAI"),
    "polygon": (137, "POL"),
    "base": (8453, "ETH"),
    "arbitrum": (42161, "ETH"),
    "avalanche": (43114, "AVAX"),
    "sepolia": (11155111, "ETH"),
}
_AT_ONCE: Final = 100  # calls in one request
_BLOCKS: Final = 10  # blocks in one request
_DECIMALS, _SYMBOL, _BALANCE_OF = "0x313ce567", "0x95d89b41", "0x70a08231"


@dataclass(frozen=True, slots=True)
class IngestReport:
    """`dropped`: blocks that were rolled back because the chain had moved. `first` > `last`: nothing was new."""

    ledger: str
    chain_id: int
    first: int
    last: int
    transfers: int
    dropped: int
    skipped: SkipCount


class EvmNode:
    """`network`: the ledger's name. `chain_id` and `coin` are needed for one that EVM_NETWORKS does not know."""

    def __init__(self, rpc: Rpc, network: str, *, chain_id: int | None = None, coin: str | None = None) -> None:
        known_id, known_coin = EVM_NETWORKS.get(network, (None, None))
        self.rpc = rpc
        self.network = network
        self.chain_id = chain_id if chain_id is not None else known_id
        self.coin = coin or known_coin or "coin"
        self.traces = True

    def check(self) -> int:
        """The node's chain id. Raises OtherChain where it is not the wanted one."""
        found = self.rpc.quantity(self.rpc.call("eth_chainId"), "eth_chainId", "eth_chainId")
        if self.chain_id is not None and found != self.chain_id:
            raise OtherChain(node=self.rpc.node, found=found, wanted=self.chain_id)
        self.chain_id = found
        return found

    def height(self) -> int:
        return self.rpc.quantity(self.rpc.call("eth_blockNumber"), "eth_blockNumber", "eth_blockNumber")

    def hash_at(self, height: int) -> str | None:
        """The hash of the node's block at `height`, None where it has none."""
        block = self.rpc.call(BLOCK, hex(height), False)
        return None if block is None else str(self.rpc.field(block, "hash", BLOCK))

    def blocks(self, first: int, last: int, *, after: str | None = None) -> Iterator[Read]:
        """Read the blocks `first` to `last`. Each must follow the one before it, the first one the hash `after`.

        Raises ChainMoved when the chain changed meanwhile, and L54x errors.
        """
        reader = BlockReader(self.rpc, self.network, self.coin, f"node:{self.network}")
        for start in range(first, last + 1, _BLOCKS):
            heights = range(start, min(start + _BLOCKS, last + 1))
            calls = [call for height in heights for call in self._calls(height)]
            answers = self.rpc.calls(calls)
            each = len(calls) // len(heights)
            for number, height in enumerate(heights):
                block, receipts, *traces = answers[each * number : each * (number + 1)]
                read = reader.read(height, block, receipts, traces[0] if traces else None)
                if after is not None and read.block.parent != after:
                    raise ChainMoved(height=height, before=height - 1)
                after = read.block.hash
                yield read

    def _calls(self, height: int) -> list[Call]:
        at = hex(height)
        calls: list[Call] = [(BLOCK, [at, True]), (RECEIPTS, [at])]
        return [*calls, (TRACES, [at])] if self.traces else calls

    def balances(self, store: AccountStore) -> Iterator[Balance]:
        """What the node says each account holds at the store's tip, for `check_balances`."""
        tip, span = store.tip(self.network), store.spans.get(self.network)
        if tip is None or span is None:
            return
        names = (store.purse_name(purse) for purse in range(span.first_purse, span.end_purse))
        end = Position(tip.height, (1 << 32) - 1, 0)
        for (account, asset), amount in self._amounts(((name.account, name.asset) for name in names), tip.height):
            if amount is not None:
                source = f"node:{self.network} {tip.height}"
                yield Balance(self.network, account, asset, end, amount, source)

    def openings(self, purses: Iterable[tuple[str, str]], height: int, skipped: SkipCount) -> Iterator[Opening]:
        """Balances of (account, asset) after the block `height`; those the node does not know are counted."""
        for (account, asset), amount in self._amounts(purses, height):
            if amount is None:
                skipped.add(Skipped(f"{account} {asset}", "no-old-state", f"block {height}"))
            else:
                yield Opening(self.network, account, asset, amount, f"node:{self.network} {height}")

    def _amounts(self, purses: Iterable[tuple[str, str]], height: int) -> Iterator[tuple[tuple[str, str], int | None]]:
        held: list[tuple[str, str]] = []
        for purse in purses:
            held.append(purse)
            if len(held) == _AT_ONCE:
                yield from self._some_amounts(held, height)
                held = []
        yield from self._some_amounts(held, height)

    def _some_amounts(self, purses: list[tuple[str, str]], height: int) -> Iterator[tuple[tuple[str, str], int | None]]:
        calls: list[Call] = []
        for account, asset in purses:
            if asset == self.coin:
                calls.append(("eth_getBalance", [account, hex(height)]))
            else:
                data = _BALANCE_OF + account[2:].lower().rjust(64, "0")
                calls.append(("eth_call", [{"to": asset, "data": data}, hex(height)]))
        for purse, answer in zip(purses, self.rpc.calls(calls, refusals=True), strict=True):
            yield purse, self._amount(answer)

    def _amount(self, answer: Any) -> int | None:
        if isinstance(answer, NodeRefused):
            return None
        if answer == "0x":  # no contract stood there yet
            return 0
        return self.rpc.quantity(answer, "balance", "eth_getBalance")

    def assets(self, tokens: Iterable[str]) -> dict[str, Asset]:
        """Decimals and symbol of token contracts, as the contracts themselves say; 0 and "" where they do not."""
        found = {}
        wanted = sorted(tokens)
        for start in range(0, len(wanted), _AT_ONCE // 2):
            some = wanted[start : start + _AT_ONCE // 2]
            calls: list[Call] = [
                ("eth_call", [{"to": token, "data": what}, "latest"]) for token in some for what in (_DECIMALS, _SYMBOL)
            ]
            answers = self.rpc.calls(calls, refusals=True)
            for number, token in enumerate(some):
                decimals, symbol = answers[2 * number : 2 * number + 2]
                found[token] = Asset(_decimals(decimals), _symbol(symbol), token)
        return found


class Ingest:
    """One run of reading new blocks into a store; gathers what must be asked for after the blocks."""

    def __init__(self, node: EvmNode, store: AccountStore | None, skipped: SkipCount) -> None:
        self.node = node
        self.store = store
        self.skipped = skipped
        self.blocks: list[Block] = []
        self.joins: list[Join] = []
        self.purses: set[tuple[str, str]] = set()
        self.tokens: set[str] = set()
        self.count = 0

    def transfers(self, first: int, last: int, after: str | None, progress: Progress) -> Iterator[Transfer]:
        for read in self.node.blocks(first, last, after=after):
            self.blocks.append(read.block)
            self.joins += read.joins
            self.tokens |= read.tokens
            self.count += len(read.transfers)
            for each in read.transfers:
                self.purses |= {(side, each.asset) for side in (each.sender, each.receiver) if side is not None}
                yield each
            progress(read.block.height - first + 1, last - first + 1, "blocks")

    def openings(self, before: int) -> Iterator[Opening]:
        """Of the accounts that are new to the store; read after the transfers."""
        held = self.store
        span = None if held is None else held.spans.get(self.node.network)
        known: set[tuple[str, str]] = set()
        if held is not None and span is not None:
            names = (held.purse_name(purse) for purse in range(span.first_purse, span.end_purse))
            known = {(name.account, name.asset) for name in names}
        yield from self.node.openings(sorted(self.purses - known), before, self.skipped)

    def assets(self) -> dict[str, Asset]:
        known = set(self.store.assets) if self.store is not None else set()
        return {self.node.coin: Asset(18, self.node.coin), **self.node.assets(self.tokens - known)}


def ingest(
    folder: Path,
    node: EvmNode,
    *,
    first: int = 1,
    last: int | None = None,
    openings: bool = True,
    step: int = 5_000,
    progress: Progress = silent,
) -> tuple[AccountStore, IngestReport]:
    """Read blocks from `first` on (or from the store's tip on) to `last` (default: the node's newest) into `folder`.

    Every `step` blocks are stored, so a run that ends early goes on there. When the chain moved, the store is rolled
    back to the last common block first. Raises OtherChain, NoCommonBlock and L54x errors.
    """
    chain_id = node.check()
    store = AccountStore.open(folder) if (folder / MANIFEST).is_file() else None
    store, tip, dropped = _fork(store, node)
    start = first if tip is None else tip.height + 1
    end = node.height() if last is None else last
    skipped, count, after = SkipCount(), 0, None if tip is None else tip.hash
    source = f"node:{node.network} chain {chain_id}"
    for at in range(start, end + 1, step):
        run = Ingest(node, store, skipped)
        rows = run.transfers(at, min(at + step - 1, end), after, progress)
        asked = run.openings(at - 1) if openings else ()
        store = _store(folder, store, (rows, asked), run, source)
        count, after = count + run.count, run.blocks[-1].hash
    if store is None:
        store = AccountStore.build(folder, ())
    return store, IngestReport(node.network, chain_id, start, end, count, dropped, skipped)


def _store(
    folder: Path,
    store: AccountStore | None,
    rows: tuple[Iterable[Transfer], Iterable[Opening]],
    run: Ingest,
    source: str,
) -> AccountStore:
    """A store reads transfers first; everything else of the run is known only then, so it is given as it comes."""
    blocks, joins = _later(lambda: run.blocks), _later(lambda: run.joins)
    if store is None:
        made = AccountStore.build(folder, *rows, blocks=blocks, joins=joins, sources=[source])
    else:
        made = store.append(*rows, blocks=blocks, joins=joins, sources=[source])
    return made.with_assets(run.assets())


def _later(give: Callable[[], Iterable[T]]) -> Iterator[T]:
    yield from give()


def _fork(store: AccountStore | None, node: EvmNode) -> tuple[AccountStore | None, Block | None, int]:
    """Roll the store back to the last block it shares with the node; how many blocks that dropped."""
    held = [] if store is None else list(store.blocks(node.network))
    if store is None or not held:
        return store, None, 0
    for dropped, block in enumerate(reversed(held)):
        if node.hash_at(block.height) == block.hash:
            rolled = store.rollback(node.network, block.height, block.hash) if dropped else store
            return rolled, block, dropped
    raise NoCommonBlock(ledger=node.network)


def _decimals(answer: Any) -> int:
    """0 to 77 as the contract says, else 0."""
    if isinstance(answer, str) and 2 < len(answer) <= 66:
        try:
            value = int(answer, 16)
        except ValueError:
            return 0
        return value if value <= 77 else 0
    return 0


def _symbol(answer: Any) -> str:
    """A string by the ABI or, of old tokens, 32 bytes padded with zeros. Anybody may give a token any symbol."""
    if not isinstance(answer, str):
        return ""
    try:
        data = bytes.fromhex(answer.removeprefix("0x"))
    except ValueError:
        return ""
    if len(data) >= 64 and int.from_bytes(data[:32], "big") == 32:
        length = min(int.from_bytes(data[32:64], "big"), 64)
        data = data[64 : 64 + length]
    return clean_text(data[:64].rstrip(b"\0").decode("utf-8", "replace"))[:32]
