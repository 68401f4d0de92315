"""Bitcoin Core's own engine (py-bitcoinkernel) over the blocks of a made economy: does it accept them all?"""

import os
from collections.abc import Iterator
from pathlib import Path

import pbk
from tests.ledger.economy.blocks import Blocks

from amparo.ledger.calibrate import Economy


def manager_of(folder: Path) -> pbk.ChainstateManager:
    """Core over `folder`, checking signatures on two threads. One manager a folder; drop it before reading files."""
    context = pbk.make_context(pbk.ChainType.REGTEST)
    options = pbk.ChainstateManagerOptions(context, str(folder), str(folder / "blocks"))
    options.set_worker_threads_num(min(2, os.cpu_count() or 1))
    return pbk.ChainstateManager(options)


def accept(economy: Economy, folder: Path) -> Blocks:
    """Have Core take every block into the data directory `folder` (blk, rev, xor.dat under blocks/).

    `process_block` says True of invalid blocks, too: the height of the tip after each block is what counts.
    """
    manager = manager_of(folder)
    blocks = Blocks(economy)
    for height, data in enumerate(blocks, start=1):
        manager.process_block(pbk.Block(data))
        assert manager.get_active_chain().height == height, f"Core refused block {height}"
    return blocks


def undo(folder: Path) -> Iterator[list[list[tuple[int, bytes]]]]:
    """A row a block from height 1 on: for each transaction but the coinbase the spent outputs' (value, script)."""
    manager = manager_of(folder)
    for height, entry in enumerate(manager.get_active_chain().block_tree_entries):
        if height:
            spent = manager.block_spent_outputs[entry]
            yield [
                [(coin.output.amount, bytes(coin.output.script_pubkey)) for coin in tx.coins]
                for tx in spent.transactions
            ]
