"""A made chain of any size, streamed: about 2 outputs and 1.1 inputs a transaction, addresses used again.

It is not Bitcoin: who pays whom is drawn at random from a pool of unspent outputs of fixed size. What falls out of
the pool stays unspent for ever. The same seed gives the same chain. Memory does not grow with
the chain. Values are valid: no transaction pays out more than it takes in, and a coinbase takes its block's fees.

    for batch in batches(5_000_000, seed=7): builder.add(batch)
    graph_store(folder, 5_000_000)                       # a store to open
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from amparo.base import Progress, silent
from amparo.ledger import Store, load
from amparo.ledger.addresses import BY_NAME, Network
from amparo.ledger.columns import BlockColumns, TxBatch, TxFlag
from amparo.ledger.sources import SourceFile

BLOCK: Final = 2_000  # transactions a block, coinbase included
ROUND: Final = 10  # blocks made at once: their transactions spend outputs of earlier rounds
POOL: Final = 1 << 16  # unspent outputs that can still be spent
FIRST: Final = 100  # blocks at the start that hold a coinbase only
SUBSIDY: Final = 2 * 10**13  # invented, too: with 50 coins a block, 2,000 transactions would soon split all to dust
DUST: Final = 1_000  # satoshi; smaller outputs are never spent
HOT: Final = 10_000  # addresses that are paid again and again
TIME: Final = 1_300_000_000
#: Inputs and outputs of a transaction, with their shares: 1.1 and 2.0 on average.
INPUTS: Final = ((1, 0.93), (2, 0.05), (3, 0.015), (5, 0.005))
OUTPUTS: Final = ((1, 0.10), (2, 0.84), (3, 0.04), (7, 0.02))
#: ScriptKind by the address's number modulo 20: P2PKH, P2SH, P2WPKH, P2WSH, P2TR.
KINDS: Final = np.array([1] * 9 + [2] * 3 + [3] * 5 + [4] + [5] * 2, dtype=np.uint8)


@dataclass(frozen=True)
class GraphScan:
    """The chain as a source's scan (amparo.ledger.sources): `load(GraphScan(n_tx), folder)`."""

    n_tx: int
    seed: int = 7
    network: Network = BY_NAME["bitcoin"]
    files: tuple[SourceFile, ...] = ()
    first_height: int = 0
    complete: bool = True
    source: str = "made"

    @property
    def n_blocks(self) -> int:
        first, *later = sizes(self.n_tx)
        return first + sum(_blocks_for(wanted) for wanted in later)

    @property
    def tip(self) -> bytes:
        return digests(np.array([self.n_blocks - 1], dtype=np.uint64), 200).tobytes()

    def batches(self, progress: Progress = silent) -> Iterator[TxBatch]:
        done = 0
        for batch in batches(self.n_tx, self.seed):
            done += len(batch.blocks.hash)
            progress(done, self.n_blocks, "blocks")
            yield batch


def graph_store(folder: Path, n_tx: int, seed: int = 7) -> Store:
    """Load the made chain into `folder`, or open what was loaded there before."""
    if not folder.exists():
        load(GraphScan(n_tx, seed), folder)
    return Store.open(folder)


class Made(NamedTuple):
    """One round: the batch, and what a generator knows and a source does not say."""

    batch: TxBatch
    prev_out: NDArray[np.uint64]  # input -> number of the output it spends
    address: NDArray[np.uint64]  # output -> number of its address (any order)


def batches(n_tx: int, seed: int = 7) -> Iterator[TxBatch]:
    """Exactly `n_tx` transactions, in whole blocks; most blocks hold BLOCK of them."""
    for made in rounds(n_tx, seed):
        yield made.batch


def rounds(n_tx: int, seed: int = 7) -> Iterator[Made]:
    maker = _Maker(np.random.default_rng(seed))
    first, *later = sizes(n_tx)
    yield maker.first(first)
    for wanted in later:
        yield maker.round(wanted)


def sizes(n_tx: int) -> Iterator[int]:
    """Transactions of each round: few while the pool is small, then ROUND blocks."""
    yield min(FIRST, n_tx)
    left, growing = n_tx - min(FIRST, n_tx), 20
    while left:
        yield (wanted := min(growing, left, ROUND * BLOCK))
        left, growing = left - wanted, min(growing * 3 // 2, ROUND * BLOCK)


def _blocks_for(wanted: int) -> int:
    return -(-wanted // BLOCK)


def mixed(numbers: NDArray[np.uint64], lane: int) -> NDArray[np.uint64]:
    """splitmix64: 64 bits that look random, one lane of a digest."""
    with np.errstate(over="ignore"):
        z = numbers + np.uint64(0x9E3779B97F4A7C15 * (lane + 1) % 2**64)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def digests(numbers: NDArray[np.uint64], lane: int, octets: int = 32) -> NDArray[np.uint8]:
    """(n, 32): `octets` bytes made of each number, zeros after them."""
    words = np.empty((len(numbers), 4), dtype="<u8")
    for place in range(4):
        words[:, place] = mixed(numbers, lane + place)
    found = words.view(np.uint8).reshape(-1, 32)
    found[:, octets:] = 0
    return found


@dataclass
class _Maker:
    random: np.random.Generator
    txs: int = 0
    outputs: int = 0
    blocks: int = 0
    addresses: int = HOT
    # The pool: number, transaction, vout, value and address of outputs that may be spent.
    pool: NDArray[np.int64] = field(default_factory=lambda: np.zeros((5, 0), dtype=np.int64))

    def first(self, n: int) -> Made:
        """Blocks with nothing but a coinbase: the money everything starts from."""
        ones = np.ones(n, dtype=np.int64)
        none = np.zeros((5, 0), dtype=np.int64)
        return self._made(ones, 0 * ones, ones, none, np.full(n, SUBSIDY, dtype=np.int64))

    def round(self, wanted: int) -> Made:
        per_block = np.full(_blocks_for(wanted), BLOCK, dtype=np.int64)
        per_block[-1] -= per_block.sum() - wanted
        coinbase = np.zeros(wanted, dtype=bool)
        coinbase[np.cumsum(per_block) - per_block] = True
        n_in = np.where(coinbase, 0, self._draw(INPUTS, wanted))
        n_out = np.where(coinbase, 1, self._draw(OUTPUTS, wanted))
        spent = self._spend(int(n_in.sum()))
        return self._made(per_block, n_in, n_out, spent, self._values(per_block, coinbase, n_in, n_out, spent[3]))

    def _draw(self, table: tuple[tuple[int, float], ...], size: int) -> NDArray[np.int64]:
        numbers, shares = zip(*table, strict=True)
        return np.array(numbers)[np.searchsorted(np.cumsum(shares)[:-1], self.random.random(size), side="right")]

    def _spend(self, k: int) -> NDArray[np.int64]:
        """Take `k` outputs out of the pool, at random."""
        chosen = self.random.permutation(self.pool.shape[1])
        spent, self.pool = self.pool[:, chosen[:k]], self.pool[:, chosen[k:]]
        return spent

    def _values(
        self,
        per_block: NDArray[np.int64],
        coinbase: NDArray[np.bool_],
        n_in: NDArray[np.int64],
        n_out: NDArray[np.int64],
        taken: NDArray[np.int64],
    ) -> NDArray[np.int64]:
        """Deal each transaction's input value to its outputs, after a fee, by random shares; exact integers."""
        owners = np.repeat(np.arange(len(n_out)), n_out)
        weight = self.random.integers(1 << 13, 1 << 16, len(owners))
        given = _sums(taken, n_in)
        fee = np.minimum(self.random.integers(200, 20_000, len(n_out)), given)
        fee[coinbase] = 0
        rest = given - fee
        total = _sums(weight, n_out)
        # rest * weight may pass 2^63: divide first, the remainder's share after.
        value = rest[owners] // total[owners] * weight + rest[owners] % total[owners] * weight // total[owners]
        fees = given - _sums(value, n_out)
        value[np.cumsum(n_out)[coinbase] - 1] = SUBSIDY + _sums(np.where(coinbase, 0, fees), per_block)
        return value

    def _made(
        self,
        per_block: NDArray[np.int64],
        n_in: NDArray[np.int64],
        n_out: NDArray[np.int64],
        spent: NDArray[np.int64],
        value: NDArray[np.int64],
    ) -> Made:
        n, m = len(n_in), len(value)
        owners = np.repeat(np.arange(n), n_out)
        vout = np.arange(m) - (np.cumsum(n_out) - n_out)[owners]
        address = self._addresses(m, owners, n_in, spent[4])
        coming = np.stack([self.outputs + np.arange(m), self.txs + owners, vout, value, address])
        coming = coming[:, value >= DUST]
        self.pool = np.concatenate([self.pool, coming], axis=1)
        if self.pool.shape[1] > POOL:
            self.pool = self.pool[:, self.random.permutation(self.pool.shape[1])[:POOL]]
        batch = self._batch(per_block, n_in, n_out, spent, value, address)
        self.txs, self.outputs, self.blocks = self.txs + n, self.outputs + m, self.blocks + len(per_block)
        return Made(batch, spent[0].astype(np.uint64), address.astype(np.uint64))

    def _addresses(
        self, m: int, owners: NDArray[np.int64], n_in: NDArray[np.int64], spent: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """55 % new, 10 % back to the first input's address, 20 % to few hot ones, 15 % to one that was paid before."""
        dice = self.random.random(m)
        fresh = dice < 0.55
        address = self.addresses + np.cumsum(fresh) - 1
        self.addresses += int(fresh.sum())
        hot = (self.random.random(m) ** 3 * HOT).astype(np.int64)
        address = np.where((dice >= 0.65) & (dice < 0.85), hot, address)
        starts = (np.cumsum(n_in) - n_in)[owners]
        back = (dice >= 0.55) & (dice < 0.65)
        old = (dice >= 0.85) | (back & (n_in[owners] == 0))
        address[old] = self.random.integers(0, self.addresses, int(old.sum()))
        back &= n_in[owners] > 0
        address[back] = spent[starts[back]]
        return address

    def _batch(
        self,
        per_block: NDArray[np.int64],
        n_in: NDArray[np.int64],
        n_out: NDArray[np.int64],
        spent: NDArray[np.int64],
        value: NDArray[np.int64],
        address: NDArray[np.int64],
    ) -> TxBatch:
        n, k = len(n_in), spent.shape[1]
        size = (10 + 41 * n_in + 32 * n_out + 107 * n_in).astype(np.uint32)
        flags = np.where(n_in == 0, int(TxFlag.COINBASE), 0).astype(np.uint16)
        stype = KINDS[address % 20]
        payload = digests(address.astype(np.uint64), 100)
        payload[np.isin(stype, (1, 2, 3)), 20:] = 0
        return TxBatch(
            blocks=self._blocks(per_block),
            txid=digests((self.txs + np.arange(n)).astype(np.uint64), 0),
            version=np.full(n, 2, dtype=np.int32),
            locktime=np.zeros(n, dtype=np.uint32),
            at=np.zeros(n, dtype=np.uint64),
            size=size,
            weight=4 * size,
            flags=flags,
            n_out=n_out.astype(np.uint32),
            n_in=n_in.astype(np.uint32),
            value=value,
            stype=stype,
            payload=payload,
            prev_txid=digests(spent[1].astype(np.uint64), 0),
            prev_vout=spent[2].astype(np.uint32),
            sequence=np.full(k, 0xFFFFFFFE, dtype=np.uint32),
        )

    def _blocks(self, per_block: NDArray[np.int64]) -> BlockColumns:
        b = len(per_block)
        numbers = self.blocks + np.arange(b)
        prev = digests(np.maximum(numbers - 1, 0).astype(np.uint64), 200)
        prev[numbers == 0] = 0
        return BlockColumns(
            hash=digests(numbers.astype(np.uint64), 200),
            prev=prev,
            time=TIME + 600 * numbers,
            height=numbers.astype(np.int64),
            n_tx=per_block.astype(np.uint32),
            file=np.zeros(b, dtype=np.uint16),
            at=np.zeros(b, dtype=np.uint64),
            length=np.zeros(b, dtype=np.uint32),
        )


def _sums(values: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Exact sums of consecutive groups, empty ones too."""
    ends = np.cumsum(counts)
    running = np.concatenate([[0], np.cumsum(values)])
    return running[ends] - running[ends - counts]
