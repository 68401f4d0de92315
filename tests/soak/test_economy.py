"""A large made economy: Bitcoin Core accepts it, and all spent outputs are the economy's."""

import numpy as np
import pytest
from tests.ledger.economy.core import accept, undo

from amparo.ledger import load
from amparo.ledger.calibrate import Parameters, make_economy

pytestmark = pytest.mark.soak


def test_a_hundred_thousand_transactions(tmp_path):
    economy = make_economy(Parameters(seed=1, transactions=100_000))
    blocks = accept(economy, tmp_path)
    chain, at = economy.chain, 0
    for block in undo(tmp_path):
        for value, script in (coin for tx in block for coin in tx):
            output = chain.prev_out[at]
            assert (value, script) == (chain.value[output], blocks.script_of(output))
            at += 1
    assert at == len(chain.prev_out) > 250_000
    report = load(tmp_path / "blocks", tmp_path / "store")
    assert (report.unresolved, report.transactions) == (0, len(chain.tx_kind))
    assert (np.fromfile(tmp_path / "store/prev_out.bin", "<u8") == np.array(chain.prev_out, np.uint64)).all()
