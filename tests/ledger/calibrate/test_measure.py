"""Measuring: an economy written by hand with counts worked by hand, then made ones."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.ledger.calibrate import Parameters, Plan, TxKind, calibrate, make_economy, measure
from amparo.ledger.calibrate.case import make_case
from amparo.ledger.calibrate.changing import learn, table_of
from amparo.ledger.calibrate.deposits import deposit_rates, make_book
from amparo.ledger.calibrate.economy.book import NOBODY, Out, Style
from amparo.ledger.calibrate.economy.columns import economy_of
from amparo.ledger.calibrate.economy.dice import Dice
from amparo.ledger.calibrate.economy.wallet import Chain
from amparo.ledger.calibrate.errors import SeedTwice
from amparo.ledger.calibrate.joining import joining, pairs, shapes
from amparo.ledger.clusters import Confidence, predicates
from amparo.ledger.scripts import ScriptKind

KEY = ScriptKind.P2WPKH


class Hand:
    """A chain written one transaction at a time; each owner's addresses are new."""

    def __init__(self):
        self.chain = Chain(Dice(1))
        self.coin(NOBODY)
        self.owners = [self.chain.new_owner() for _ in range(3)]

    def to(self, owner):
        return self.chain.new_address(owner, KEY)

    def coin(self, owner, value=1_000_000):
        self.chain.height += 1
        found = self.chain.coinbase(self.to(owner), data=False)
        self.chain.close(found, value)
        return found

    def tx(self, inputs, outputs, kind=TxKind.PAYMENT):
        made = [Out(self.to(owner), value, change) for owner, value, change in outputs]
        return self.chain.write(inputs, made, kind, Style())


@pytest.fixture
def hand():
    return Hand()


def measured(hand, tmp_path):
    case = make_case(economy_of(Parameters(1, 1000), hand.chain), tmp_path)
    return case, {rate.heuristic: rate for rate in (*joining(case), *shapes(case))}


def test_counts_by_hand(hand, tmp_path):
    ann, bob, eve = hand.owners
    coins = [hand.coin(ann) for _ in range(3)]
    shop = hand.coin(bob)
    hand.tx(coins[:2], [(bob, 1_500_000, False), (ann, 499_000, True)])  # one right merge
    hand.tx([coins[2], shop], [(bob, 1_300_000, False), (ann, 690_000, False)], TxKind.PAYJOIN)  # a wrong one
    hand.tx([hand.coin(eve)], [(eve, 500_000, True), (bob, 499_000, False)])
    case, rates = measured(hand, tmp_path)
    assert (rates["co-spend"].right, rates["co-spend"].wrong) == (1, 0)
    assert (rates["co-spend, PayJoin only"].right, rates["co-spend, PayJoin only"].wrong) == (0, 1)
    assert (rates["co-spend with PayJoin"].right, rates["co-spend with PayJoin"].wrong) == (1, 1)
    # Ann has 5 addresses (3 coins, a change, an output), Bob 4, Eve 2, nobody 1: 4 + 3 + 1 merges are needed,
    # and 10 + 6 + 1 pairs are true.
    assert (rates["co-spend"].found, rates["co-spend"].total) == (1, 8)
    assert (rates["co-spend, pairs"].right, rates["co-spend, pairs"].wrong) == (1, 0)
    assert (rates["co-spend with PayJoin, pairs"].right, rates["co-spend with PayJoin, pairs"].wrong) == (1, 1)
    assert rates["co-spend, pairs"].total == 17
    learnt = learn(case, predicates(case.view))
    # Of four outputs that are judged (the PayJoin's are not), two are the payers' own.
    assert learnt.sum(axis=1).tolist() == [2, 2]


def test_a_coinjoin_by_hand_is_found_and_a_missed_one_counts(hand, tmp_path):
    coins = [hand.coin(owner, 1_000_000 + 7 * owner) for owner in hand.owners]
    equal = [(owner, 700_000, False) for owner in hand.owners]
    rest = [(owner, 290_000 + owner, True) for owner in hand.owners]
    hand.tx(coins, [*equal, *rest], TxKind.JOINMARKET)
    coins = [hand.coin(owner) for owner in hand.owners]
    hand.tx(coins, [(owner, 400_000 + owner, False) for owner in hand.owners], TxKind.JOINMARKET)  # no equal outputs
    _, rates = measured(hand, tmp_path)
    left_out = rates["CoinJoin, left out"]
    assert (left_out.right, left_out.wrong, left_out.found, left_out.total) == (1, 0, 1, 2)
    assert (rates["shape joinmarket"].right, rates["shape joinmarket"].recall) == (1, 0.5)
    # The missed one joins three owners: two wrong merges.
    assert (rates["co-spend"].right, rates["co-spend"].wrong) == (0, 2)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(-1, 3)), min_size=1, max_size=12))
@settings(max_examples=40)
def test_pairs_are_counted_as_one_by_one(rows):
    roots, owner = (np.array(column) for column in zip(*rows, strict=True))
    counted = [0, 0, 0]
    for (r1, o1), (r2, o2) in combinations(rows, 2):
        for place, hit in enumerate((r1 == r2 and o1 == o2, r1 == r2, o1 == o2)):
            counted[place] += hit
    assert list(pairs(roots, owner)) == counted


@pytest.fixture(scope="module")
def small():
    return calibrate(Plan((1,), (2,), 4000))


def test_a_small_calibration_holds_every_kind_of_rate(small):
    names = set(small.names)
    assert {"co-spend", "same-key", "CoinJoin, left out", "change layer", "GraphSense's change rules"} <= names
    assert {"change: one time", "shape wasabi-2.0", "co-spend and change layer, pairs"} <= names
    assert all(rate.cases for rate in small.rates), [rate.heuristic for rate in small.rates if not rate.cases]
    recalls = [rate.recall for rate in small.curve]
    assert recalls == sorted(recalls, reverse=True)
    low, high = (next(rate for rate in small.curve if rate.heuristic.endswith(end)) for end in ("0.50", "0.90"))
    assert high.precision > low.precision
    told = small.facts["economies"]
    assert [(row["seed"], row["for"]) for row in told] == [(1, "learning"), (2, "measuring")]
    assert all(row["coinjoins"] >= 0.05 * row["transactions"] for row in told)
    assert all(row["payjoins"] >= 0.01 * row["transactions"] for row in told)


def test_what_is_learnt_is_the_table_of_the_change_layer(small):
    change = small.facts["change"]
    table = Confidence.read(small.text())
    assert table.as_dict()["rows"] == change["rows"]
    assert sum(right for _, right, _ in change["rows"]) > 2000


def test_deposit_addresses_are_measured_on_a_book_with_shops_that_look_like_them():
    book = make_book(1, 60)
    assert book.deposits
    shops = {receiver for _, _, receiver, _ in book.moves if receiver.startswith("shop")}
    found, sharing, few = deposit_rates(1, 60)
    assert found.total == len(book.deposits)
    assert 0 < found.wrong <= len(shops)
    assert found.recall > 0.8
    assert few.cases < sharing.cases


def test_no_seed_is_learnt_from_and_measured_on():
    with pytest.raises(SeedTwice, match="Seed 2"):
        calibrate(Plan((1, 2), (2, 3), 1000))


def test_measuring_a_store_gives_the_same_as_calibrating(small, tmp_path):
    economy = make_economy(Parameters(2, 4000))
    case = make_case(economy, tmp_path)
    found = measure(case.store, economy.truth, table_of_rows(small.facts["change"]["rows"]))
    on_bitcoin = [rate.as_dict() for rate in small.rates if not rate.heuristic.startswith("deposit")]
    assert [rate.as_dict() for rate in found.rates] == on_bitcoin


def table_of_rows(rows):
    learnt = np.zeros((2, 1 << 16), np.int64)
    for bits, right, wrong in rows:
        learnt[:, bits] = right, wrong
    return table_of(learnt)
