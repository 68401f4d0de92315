"""One economy that Bitcoin Core accepted, for every test that needs a node's or an explorer's data."""

import pytest
from tests.ledger import made_blocks as made
from tests.ledger.sources import core

from amparo.ledger.blocks import Origin, read_block


@pytest.fixture(scope="session")
def economy(tmp_path_factory):
    """Blocks with genesis, accepted by Core, and what Core says of each spent output, by reference."""
    folder = tmp_path_factory.mktemp("core")
    blocks = [made.genesis_block(), *core.economy(400, per_block=100)]
    core.feed(folder, blocks[1:])
    coins = {}
    for height, name, spent in core.coins_of_core(folder):
        data = blocks[height]
        assert made.block_hash(data)[::-1].hex() == name
        rows = iter(spent)
        for tx in read_block(data, Origin("core", 0)).txs:
            for each in tx.inputs:
                value, script, at, coinbase = next(rows)
                coins[(each.txid, each.vout)] = (at, coinbase, value, script)
    return blocks, coins
