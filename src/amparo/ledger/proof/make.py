"""Make merkle proofs of a store's transactions from the blocks' own bytes."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from amparo.ledger.blocks import HEADER_SIZE, Block, Origin, read_block
from amparo.ledger.proof.branch import branch_of
from amparo.ledger.proof.errors import TransactionForgeable, TreeForgeable
from amparo.ledger.proof.proof import Proof
from amparo.ledger.proof.raw import RawBlocks
from amparo.ledger.proof.transaction import stripped
from amparo.ledger.store import Store

#: How many headers of next blocks stand in a proof: as many as people commonly wait for.
NEXT_HEADERS: Final = 6


def merkle_proof(store: Store, blocks: RawBlocks, tx: int, *, headers: int = NEXT_HEADERS) -> Proof:
    """The proof of transaction `tx` (its number in the store).

    Raises BlockNotThere, TreeForgeable, TransactionForgeable, or an L01x error for a block that is not whole.
    """
    return next(merkle_proofs(store, blocks, [tx], headers=headers))


def merkle_proofs(
    store: Store, blocks: RawBlocks, txs: Iterable[int], *, headers: int = NEXT_HEADERS
) -> Iterator[Proof]:
    """Yield the proofs of `txs` in chain order, reading each block once and keeping one in memory."""
    for number, group in groupby(sorted(set(txs)), key=store.block_of):
        row = store.block(number)
        data = blocks.block(number)
        block = read_block(data, Origin(row.file, row.at))
        last = min(number + headers, store.manifest.report.blocks - 1)
        following = tuple(blocks.header(each) for each in range(number + 1, last + 1))
        for tx in group:
            yield _proof(store, tx, block, data, following)


def _proof(store: Store, tx: int, block: Block, data: bytes, following: tuple[bytes, ...]) -> Proof:
    row = store.tx(tx)
    read = block.txs[row.position]
    start = read.at - block.at
    raw = data[start : start + read.size]
    if len(stripped(raw)) == 64:
        raise TransactionForgeable(txid=row.txid)
    try:
        siblings = branch_of([each.txid for each in block.txs], row.position)
    except ValueError:
        raise TreeForgeable(block=row.block.hash) from None
    proof = Proof(
        network=store.network.name,
        txid=row.txid,
        raw=raw,
        header=data[:HEADER_SIZE],
        height=row.block.height,
        position=row.position,
        count=len(block.txs),
        siblings=siblings,
        headers=following,
    )
    proof.check()
    return proof
