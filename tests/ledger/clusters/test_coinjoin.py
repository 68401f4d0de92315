"""CoinJoin shapes: each named one made by hand, near misses, gates, tags, and a plain twin over random ones."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger.clusters.views import view
from tests.reference import union_find as plain

from amparo.ledger import Store, load
from amparo.ledger.clusters import EXCLUDED, Shape, excluded, explain, kinds, names
from amparo.ledger.clusters.errors import UnknownTransaction
from amparo.ledger.store.layout import UNRESOLVED

TENTH = 10_000_000


def joined(inputs, outputs):
    """One transaction that spends `inputs` (address, value) into `outputs`; the first makes what it spends."""
    return view([([], inputs), (list(range(len(inputs))), outputs)])


def shapes(inputs, outputs, **more):
    return set(names(int(kinds(joined(inputs, outputs), **more)[1])))


def many(count, value, first=0):
    return [(first + number, value) for number in range(count)]


def test_nothing_is_said_of_an_ordinary_payment():
    assert shapes([(0, 9000)], [(1, 5000), (2, 3000)]) == set()


def test_simple_joinmarket_and_stonewall():
    two = shapes([(0, 50_000), (1, 60_000)], [(2, 40_000), (3, 40_000), (4, 9_000), (5, 19_000)])
    assert two == {"simple", "stonewall"}
    three = [(0, 50_000), (1, 60_000), (2, 70_000)]
    paid = [*many(3, 40_000, 3), (6, 9_000), (7, 19_000), (8, 29_000)]
    assert shapes(three, paid) == {"simple", "joinmarket"}
    assert shapes([*three[:2], (1, 70_000)], paid) == set()  # two owners cannot make three equal outputs
    assert shapes(three, [(each, 546 if value == 40_000 else value) for each, value in paid]) == set()


def test_wasabi():
    ten = many(10, 11_000_000)
    outputs = [*many(9, TENTH - 4000, 20), *[(40 + n, 100_000 + 7919 * n) for n in range(8)]]
    assert shapes(ten, outputs) >= {"wasabi-1.0", "wasabi-1.1"}
    assert "wasabi-1.0" not in shapes(ten[:9], outputs)
    assert shapes([*ten, (3, 11_000_000)], outputs) == {"simple", "joinmarket"}  # one address pays two of eleven
    twenty = many(20, 3 * TENTH)
    tiers = [*many(4, 5_000_000, 50), *many(3, 2_500_000, 60), *many(2, 1_250_000, 70), (80, 77_777)]
    assert shapes(twenty, tiers) == {"wasabi-2.0"}
    assert shapes(twenty, tiers[:-1]) == set()  # not all may be of the repeated amounts
    assert shapes(twenty, [*tiers[:-1], (80, 4_999)]) == set()


def test_an_even_payout_of_a_small_round_is_no_wasabi():
    outputs = [*many(9, TENTH, 20), (40, TENTH)]
    assert "wasabi-1.0" not in shapes(many(10, 11_000_000), outputs)


def test_a_round_that_just_misses_a_named_shape():
    """Five equal odd amounts among forty outputs, paid by ten: no wallet's shape, yet nobody's ordinary payment."""
    others = [(40 + number, 100_003 + 7919 * number) for number in range(35)]
    assert shapes(many(10, 11_000_000), [*many(5, 123_457, 20), *others]) == {"equal-outputs"}
    assert shapes(many(10, 11_000_000), [*many(5, 123_000, 20), *others]) == set()  # people pay out round amounts
    assert shapes(many(10, 11_000_000), [*many(4, 123_457, 20), *others]) == set()
    assert shapes(many(10, 11_000_000), [*many(5, 123_457, 20), *others], exchanges=[3]) == {"exchange"}


def test_a_round_in_which_every_amount_repeats():
    """Wasabi 2 without any change: twenty payers, eight amounts, each at least twice."""
    payers = many(20, 9_000_000)
    pairs = [(100 + number, 5000 * 2 ** (number // 2)) for number in range(16)]
    assert shapes(payers, pairs) == {"equal-outputs"}
    assert shapes(payers[:19], pairs) == set()
    assert shapes(payers, pairs[:14]) == set()
    assert shapes(payers, [*pairs, (300, 77_777)]) == {"wasabi-2.0"}  # with change it has the named shape


def test_whirlpool():
    mix = [*many(3, 1_000_000), (3, 1_000_500), (4, 1_002_000)]
    assert "whirlpool" in shapes(mix, many(5, 1_000_000, 10))
    assert "whirlpool" not in shapes(many(5, 1_000_000), many(5, 1_000_000, 10))  # nobody new pays the fee
    assert "whirlpool" not in shapes([*mix[:4], (4, 1_000_050)], many(5, 1_000_000, 10))
    tx0 = [*many(3, 1_000_500, 10), (13, 50_000), (14, 777_777), (None, 0)]
    assert shapes([(0, 5_000_000)], tx0) == {"whirlpool-tx0"}
    assert not int(Shape.WHIRLPOOL_TX0) & int(EXCLUDED)
    assert shapes([(0, 5_000_000)], tx0[:-1]) == set()


def test_a_payjoin_is_only_ever_possible():
    """One input would have sufficed for either output: two owners, or one who was careless."""
    assert shapes([(0, 90_000), (1, 50_000)], [(2, 80_000), (3, 59_000)]) == {"payjoin"}
    assert shapes([(0, 90_000), (1, 50_000)], [(2, 100_000), (3, 39_000)]) == set()
    assert not int(Shape.PAYJOIN) & int(EXCLUDED)


def test_a_tagged_exchange_pays_out_and_does_not_join():
    three = [(0, 50_000), (1, 60_000), (2, 70_000)]
    paid = [*many(4, 40_000, 3), (7, 9_000), (8, 19_000), (9, 4_000)]
    assert shapes(three, paid) == set()
    four = [*three, (10, 80_000)]
    assert "joinmarket" in shapes(four, paid)
    assert shapes(four, paid, exchanges=[1]) == {"simple", "exchange"}


def test_a_wallet_that_did_not_exist_yet_is_not_named():
    three = [(0, 50_000), (1, 60_000), (2, 70_000)]
    chain = joined(three, [*many(3, 40_000, 3), (6, 9_000), (7, 19_000)])
    dated = partial(replace, chain, network="bitcoin", first_tx=np.array([0, 2], np.uint64))
    early, later = (dated(block_time=np.array([time], np.int64)) for time in (1_400_000_000, 1_500_000_000))
    assert names(int(kinds(early)[1])) == ("simple", "early")
    assert names(int(kinds(early, gates=False)[1])) == ("simple", "joinmarket")
    assert names(int(kinds(later)[1])) == ("simple", "joinmarket")


def test_other_networks_have_other_wallets():
    mix = joined([*many(4, 1_000_000), (4, 1_000_500)], many(5, 1_000_000, 10))
    assert "whirlpool" in names(int(kinds(mix)[1]))
    assert "whirlpool" not in names(int(kinds(replace(mix, network="litecoin"))[1]))


def test_what_could_be_a_coinjoin_with_unknown_inputs_is_not_judged():
    """The same transaction with its inputs outside of the blocks: only what its outputs allow is known."""
    chain = joined([(0, 50_000), (1, 60_000), (2, 70_000)], [*many(3, 40_000, 3), (6, 9_000), (7, 19_000)])
    lost = replace(chain, prev_out=np.full(3, UNRESOLVED, np.uint64))
    assert names(int(kinds(lost)[1])) == ("unjudged",)
    facts = explain(lost, 1)
    assert facts["excluded"]
    assert facts["unknown_inputs"] == 3
    plainly = joined([(0, 50_000), (1, 60_000)], [(2, 40_000), (3, 30_000)])
    assert int(kinds(replace(plainly, prev_out=np.full(2, UNRESOLVED, np.uint64)))[1]) == 0


def test_it_is_explained_by_its_facts():
    chain = joined([(0, 50_000), (1, 60_000), (2, 70_000)], [*many(3, 40_000, 3), (6, 9_000), (7, 19_000)])
    facts = explain(chain, 1)
    wanted = {"inputs": 3, "outputs": 5, "paying_addresses": 3, "repeated_amount": 40_000, "times": 3, "excluded": True}
    assert facts.items() >= wanted.items()
    assert len(facts["reasons"]) == len(facts["shapes"]) == 2
    with pytest.raises(UnknownTransaction):
        explain(chain, 2)


VALUES = st.sampled_from(
    [546, 2730, 4_999, 5_000, 100_000, 1_000_000, 1_000_100, 1_050_000, TENTH, 2 * TENTH + 5, 31_337]
)


@given(
    inputs=st.lists(st.tuples(st.integers(0, 40), VALUES), min_size=1, max_size=55),
    outputs=st.lists(st.tuples(st.integers(41, 90) | st.none(), VALUES), min_size=1, max_size=12),
    crowd=st.integers(0, 24),
    exchanges=st.sets(st.integers(0, 40), max_size=2),
)
def test_shapes_are_those_of_the_plain_twin(inputs, outputs, crowd, exchanges):
    """`crowd`: that many more inputs of addresses of their own, so that large rounds come up."""
    inputs = [*inputs, *((100 + number, 3 * TENTH) for number in range(crowd))]
    expected, joins = plain.shapes(inputs, [(a, v, a is None) for a, v in outputs], exchanges)
    found = shapes(inputs, outputs, exchanges=exchanges)
    assert found - {"payjoin"} == expected
    assert not joins or "payjoin" not in found


def test_two_of_block_300025_have_the_simple_shape_and_the_second_joinmarkets(shared, tmp_path):
    load(shared / "chain" / "btc-main-300025.raw", tmp_path / "store", window="300025")
    store = Store.open(tmp_path / "store")
    txids = {tx: store.txid(tx)[:16] for tx in range(461)}
    bare, dated = kinds(store, gates=False), kinds(store)
    both = {"3ad6b54fe2f69222", "dbb220ef8a2d9dde"}
    assert {txids[tx] for tx in np.flatnonzero(bare & Shape.SIMPLE).tolist()} == both
    assert {txids[tx] for tx in np.flatnonzero(bare & Shape.JOINMARKET).tolist()} == {"dbb220ef8a2d9dde"}
    assert "dbb220ef8a2d9dde" in {txids[tx] for tx in np.flatnonzero(bare & Shape.WASABI_10).tolist()}
    assert {txids[tx] for tx in np.flatnonzero(excluded(dated)).tolist()} == both
    assert [names(int(dated[tx])) for tx in np.flatnonzero(excluded(dated)).tolist()] == [
        ("simple", "stonewall"),
        ("simple", "early"),
    ]
