"""What real blocks allow: known counts of the first blocks of the chain."""

import pytest

from amparo.ledger import Store, load
from amparo.ledger.calibrate import measure_blocks, rates, with_public
from amparo.ledger.clusters import Clusters, Confidence


@pytest.fixture(scope="module")
def table():
    return Confidence.from_rows([(1, 9, 1)])


def test_the_first_blocks(shared, table):
    """197 merges by co-spending and one by a key in two forms; two changes are plain only by what came later."""
    mined = "12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3S"
    found = measure_blocks(shared / "chain/blk00TEST00.dat", {mined: {"early miner"}, "0x" + "0" * 40: {"no"}}, table)
    assert found.facts["transactions"] == 4583
    assert (found.facts["merges"], found.facts["tagged"]) == (198, 1)
    rates_of = {rate.heuristic: rate for rate in found.rates}
    locktime = rates_of["later reveal, change: same locktime"]  # nobody set one in 2009: it rules nothing out
    assert (locktime.right, locktime.wrong, locktime.found, locktime.total) == (2, 2, 2, 2)


def test_one_label_in_an_entity_is_right_two_are_wrong(shared, table, tmp_path):
    source = shared / "chain/blk00TEST00.dat"
    load(source, tmp_path / "store")
    store = Store.open(tmp_path / "store")
    clusters = Clusters.build(store, tmp_path / "clusters")
    root, size = clusters.largest(1)[0]
    one, two = (store.address_text(int(each)) for each in clusters.members(root, 2))
    assert size == 44
    for labels, counts in (({"x"}, {"x", "y"}), (1, 0)), (({"x"}, {"y"}), (0, 1)):
        got = measure_blocks(source, {one: labels[0], two: labels[1]}, table)
        assert (got.rates[-1].right, got.rates[-1].wrong, got.facts["tagged"]) == (*counts, 2)


def test_public_rates_add_up_beside_the_made_ones(shared, table):
    parts = [measure_blocks(shared / f"chain/btc-main-{each}.raw", {}, table) for each in (227835, 227836)]
    both = with_public(rates(), parts)
    assert both.rates == rates().rates
    assert [row["source"] for row in both.facts["blocks"]] == ["btc-main-227835.raw", "btc-main-227836.raw"]
    assert len(both.public) == len(parts[0].rates)
