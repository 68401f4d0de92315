"""Walk real blocks (transactions, ids, inputs, outputs, script kinds, Merkle root) against python-bitcoinlib.

The goal is the native walk's; this line measures what the plain Python one does today.
"""

from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from bitcoin.core import CBlock

from amparo import _kernels
from amparo.ledger.blocks import Block, Origin, read_block
from bench.result import Result, best_of

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "chain"
NAMES = ("btc-main-227835.raw", "btc-main-300025.raw", "btc-main-413567.raw")  # no segwit: the peer's ids are right


def run(scale: float) -> Iterator[Result]:
    paths = [FOLDER / name for name in NAMES[: 3 if scale >= 0.5 else 1]]
    if not all(path.is_file() for path in paths):
        return
    blocks = [path.read_bytes() for path in paths]
    times = 3 if scale >= 0.5 else 1
    ours = [read_block(data, Origin("bench", 0)) for data in blocks]
    peer = [CBlock.deserialize(data) for data in blocks]
    seconds = best_of(times, lambda: [read_block(data, Origin("bench", 0)) for data in blocks])
    peer_seconds = best_of(times, lambda: [_peer_ids(CBlock.deserialize(data)) for data in blocks])
    size = sum(map(len, blocks))
    yield Result(
        target=f"walk {len(blocks)} real blocks, {size} bytes, with ids and Merkle root",
        ours=round(size / seconds / 1e6, 1),
        unit="MB a second",
        peer="python-bitcoinlib CBlock and GetTxid",
        peer_version=version("python-bitcoinlib"),
        ratio=round(peer_seconds / seconds, 2),
        goal=30.0,
        equal=all(_plain(one) == _peer_plain(other) for one, other in zip(ours, peer, strict=True)),
        cpu=_kernels.cpu(),
    )


def _peer_ids(block: CBlock) -> list[bytes]:
    return [tx.GetTxid() for tx in block.vtx]


def _plain(block: Block) -> list[object]:
    """Ids, spent outputs (none for the coinbase) and values."""
    return [
        (tx.txid, [(each.txid, each.vout) for each in tx.inputs], [each.value for each in tx.outputs])
        for tx in block.txs
    ]


def _peer_plain(block: CBlock) -> list[object]:
    return [
        (
            tx.GetTxid(),
            [] if tx.is_coinbase() else [(each.prevout.hash, each.prevout.n) for each in tx.vin],
            [each.nValue for each in tx.vout],
        )
        for tx in block.vtx
    ]
