"""Bitcoin Core's engine accepts every block of a made economy, and our loader reads its files as the economy is."""

from hashlib import sha256

import numpy as np
import pytest
from tests.ledger.economy import keys
from tests.ledger.economy.core import accept, undo

from amparo.ledger import Store, load
from amparo.ledger.calibrate import Parameters, make_economy, measure
from amparo.ledger.clusters import Confidence


@pytest.fixture(scope="module")
def economy():
    return make_economy(Parameters(seed=5, transactions=2500))


@pytest.fixture(scope="module")
def node(economy, tmp_path_factory):
    """A data directory that Core wrote, and the blocks that went in."""
    folder = tmp_path_factory.mktemp("node")
    return folder, accept(economy, folder)


def test_points_are_multiples_of_the_generator():
    found = keys.points(600)
    assert [found[each] for each in (0, 1, 255, 256, 599)] == [
        keys.multiply(each + 1) for each in (0, 1, 255, 256, 599)
    ]
    assert len(set(found)) == 600
    assert keys.ecdsa(5, sha256(b"x").digest())[:4] == bytes.fromhex("30440220")


def test_core_refuses_a_wrong_amount(tmp_path):
    economy = make_economy(Parameters(seed=6, transactions=1000))
    coinbase = economy.chain.first_out[economy.chain.first_tx[120]]
    economy.chain.value[coinbase] += 1
    with pytest.raises(AssertionError, match="Core refused block 120"):
        accept(economy, tmp_path)


def test_core_knows_every_spent_output_as_the_economy_does(economy, node):
    folder, blocks = node
    chain, at = economy.chain, 0
    for block in undo(folder):
        for tx in block:
            for value, script in tx:
                output = chain.prev_out[at]
                assert (value, script) == (chain.value[output], blocks.script_of(output))
                at += 1
    assert at == len(chain.prev_out)


def test_the_loader_reads_cores_files_as_the_economy_is(economy, node, tmp_path):
    folder, _ = node
    report = load(folder / "blocks", tmp_path / "store")
    chain = economy.chain
    assert (report.blocks, report.transactions, report.unresolved) == (economy.n_blocks, len(chain.tx_kind), 0)
    for name, kind in (("first_tx", "<u8"), ("first_out", "<u8"), ("first_in", "<u8"), ("prev_out", "<u8")):
        got = np.fromfile(tmp_path / f"store/{name}.bin", kind)
        wanted = np.array(getattr(chain, name), np.uint64)
        assert (got[: len(wanted)] == wanted).all(), name
    assert (np.fromfile(tmp_path / "store/value.bin", "<i8") == np.array(chain.value)).all()
    kinds = np.array([*chain.kind, 7], np.uint8)[np.array(chain.address)]
    assert (np.fromfile(tmp_path / "store/stype.bin", "u1") == kinds).all()
    locktimes, sequences = (
        np.fromfile(tmp_path / f"store/{each}.bin", "<u4") for each in ("tx_locktime", "in_sequence")
    )
    assert (locktimes[1:] == np.array(chain.locktime)[1:]).all()
    assert (sequences == np.array(chain.sequence)).all()
    sizes = np.fromfile(tmp_path / "store/tx_size.bin", "<u4").astype(int)[1:] - np.array(chain.size)[1:]
    spends = np.array(chain.tx_kind)[1:] != 0
    # A signature is a byte or two shorter now and then; never longer.
    assert (sizes[spends] <= 0).all()
    assert (sizes[spends] > -40).all()


def test_real_blocks_measure_as_the_made_columns_do(economy, node, tmp_path):
    """Same structure, so the same rates; only the habit of fee rates may differ by a signature's odd byte."""
    load(node[0] / "blocks", tmp_path / "blocks")
    load(economy, tmp_path / "columns")
    table = Confidence.from_rows([(1, 9, 1), (2, 9, 1)])
    found = [measure(Store.open(tmp_path / name), economy.truth, table).rates for name in ("blocks", "columns")]
    told = [
        [rate for rate in rates if "fee rate" not in rate.heuristic and "leads" not in rate.heuristic]
        for rates in found
    ]
    assert len(told[0]) > 20
    assert [rate.as_dict() for rate in told[0]] == [rate.as_dict() for rate in told[1]]
