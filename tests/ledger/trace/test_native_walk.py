"""The native walk: equal to the plain Python walk and to the satoshi-by-satoshi ledger, whatever the economy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger.economies import Graph, economies, seeded, values_of
from tests.reference import taint as plain
from tests.reference.walk import walk as plain_walk

from amparo import _kernels
from amparo.ledger import StopRules
from amparo.ledger import errors as err
from amparo.ledger.store.layout import UNSPENT
from amparo.ledger.taint import TAINT_RULES
from amparo.ledger.taint.rule import FeePolicy
from amparo.ledger.trace import StopReason, walk
from amparo.ledger.trace.errors import AmountTooLarge, LinksDamaged
from amparo.ledger.trace.graph import STOP_NUMBERS
from amparo.ledger.trace.states import STATES
from amparo.ledger.trace.walk import Walls

RULES = list(TAINT_RULES.names())
ORDERED = ["fifo", "lifo", "tiho"]
REASONS = (None, *StopReason)


def told(columns):
    """As the plain walk tells it: output -> (traced, hop, claim, absorbed, state, stop)."""
    rows = zip(
        *(columns.output.tolist(), columns.tainted.tolist(), columns.hop.tolist(), columns.claim.tolist()),
        *(columns.absorbed.tolist(), columns.state.tolist(), columns.stop.tolist()),
        strict=True,
    )
    return {
        row[0]: (*row[1:3], None if row[3] < 0 else row[3], row[4], STATES[row[5]], REASONS[row[6]]) for row in rows
    }


def expected_of(walked, rule, graph):
    return {
        output: (
            rule.amount(reach.mark, graph.value(output)),
            *(reach.hop, reach.claim, reach.absorbed, reach.state, reach.stop),
        )
        for output, reach in walked.reached.items()
    }


def steps(columns):
    names = ("tx", "hop", "tainted", "moved", "fee", "absorbed", "gap", "unresolved")
    return list(zip(*(columns.step(name).tolist() for name in names), strict=True))


def keys_of(outputs):
    """Where a graph has no addresses, outputs themselves are the keys."""
    numbers = np.full(len(outputs), STOP_NUMBERS[StopReason.SERVICE], dtype=np.uint8)
    return _kernels.TraceKeys(np.array(sorted(outputs), dtype=np.uint64), numbers)


@settings(max_examples=300, deadline=None)
@given(
    seeded(whole=False),
    st.sampled_from(RULES),
    st.sampled_from(list(FeePolicy)),
    st.builds(
        StopRules,
        max_hops=st.none() | st.integers(0, 4),
        floor=st.none() | st.integers(0, 8),
        last_height=st.none() | st.integers(0, 9),
        max_transactions=st.integers(2, 9),
    ),
    st.sets(st.integers(0, 20), max_size=3),
    st.sets(st.integers(0, 9), max_size=2),
)
def test_equals_the_plain_walk(case, name, fee, stops, odd, lost):
    economy, claims = case
    graph = Graph(economy, lost=frozenset(lost), unspendable=frozenset(each for each in odd if each % 2))
    rule, services = TAINT_RULES[name], {each for each in odd if not each % 3}
    ask = {"fee": fee, "stops": stops}
    try:
        expected = plain_walk(graph, claims, rule, is_service=services.__contains__, **ask)
    except err.AmbiguousClaim as error:
        where = str(error)
        with pytest.raises(err.AmbiguousClaim) as found:
            walk(graph.arrays(), claims, name, walls=Walls(keys_of(services)), **ask)
        assert str(found.value) == where
        return
    columns = walk(graph.arrays(), claims, name, walls=Walls(keys_of(services)), **ask)
    assert told(columns) == expected_of(expected, rule, graph)
    assert columns.totals == expected.totals
    assert steps(columns) == [
        (each.tx, each.hop, each.tainted, each.moved, each.fee, each.absorbed, each.gap, each.unresolved)
        for each in expected.steps
    ]
    if name in ORDERED:
        assert [columns.mark(row) for row in range(len(columns.output))] == [
            reach.mark for reach in expected.reached.values()
        ]


@settings(max_examples=200, deadline=None)
@given(seeded(whole=False), st.sampled_from(ORDERED), st.sampled_from(list(FeePolicy)))
def test_ordered_rules_equal_the_satoshi_ledger(case, rule, fee):
    economy, claims = case
    expected = plain.ordered(economy, claims, rule, fee.value)
    columns = walk(Graph(economy).arrays(), claims, rule, fee=fee)
    marks = {output: columns.mark(row) for row, output in enumerate(columns.output.tolist())}
    for output, coin in expected.coins.items():
        mark = marks.get(output, ())
        assert [any(a <= place < b for a, b in mark) for place in range(len(coin))] == coin
    totals = columns.totals
    assert (totals.held, totals.fee, totals.absorbed) == (expected.held, expected.fee, expected.absorbed)


@settings(max_examples=150, deadline=None)
@given(seeded(whole=True))
def test_haircut_and_poison_equal_their_ledgers(case):
    economy, claims = case
    expected = plain.haircut(economy, claims)
    columns = walk(Graph(economy).arrays(), claims, "haircut")
    found = dict(zip(columns.output.tolist(), columns.tainted.tolist(), strict=True))
    assert {each: amount for each, amount in found.items() if amount} == {
        each: amount for each, amount in expected.tainted.items() if amount
    }
    assert (columns.totals.held, columns.totals.fee) == (expected.held, expected.fee)
    assert set(walk(Graph(economy).arrays(), claims, "poison").output.tolist()) == plain.reach(economy, claims)


LARGE = 21 * 10**14


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("fee", list(FeePolicy))
def test_amounts_of_whole_supplies_stay_exact(rule, fee):
    """Products of two such amounts need 102 bits."""
    odd = LARGE - 12_345_678_901
    economy = [([], [LARGE, LARGE]), ([0, 1], [odd, 3, LARGE - 7, 0]), ([4, 2], [LARGE // 3, LARGE // 3])]
    claims = {0: LARGE - 1 if rule != "haircut" else LARGE}
    graph = Graph(economy)
    expected = plain_walk(graph, claims, TAINT_RULES[rule], fee=fee)
    columns = walk(graph.arrays(), claims, rule, fee=fee)
    assert told(columns) == expected_of(expected, TAINT_RULES[rule], graph)


def test_amounts_beyond_63_bits_are_refused():
    top = 2**63 - 1
    with pytest.raises(AmountTooLarge):
        walk(Graph([([], [top, top]), ([0, 1], [top])]).arrays(), {0: top}, "haircut")
    single = walk(Graph([([], [top]), ([0], [top])]).arrays(), {0: top}, "haircut")
    assert single.totals.held == top
    several = walk(Graph([([], [top, top, top])]).arrays(), {0: top, 1: top, 2: top}, "fifo")
    assert several.totals.held == 3 * top


def test_a_transaction_that_makes_money_stops_everything():
    with pytest.raises(err.ValueCreated, match="11"):
        walk(Graph([([], [10]), ([0], [11])]).arrays(), {0: 10}, "fifo")


@pytest.mark.parametrize(
    ("name", "place", "number"),
    [("spent_by", 0, 7), ("spent_by", 2, 1), ("prev_out", 0, 99), ("first_out", 2, 99), ("value", 1, -5)],
)
def test_links_that_do_not_fit_are_refused(name, place, number):
    arrays = Graph([([], [10, 10]), ([0, 1], [20]), ([2], [20])]).arrays()
    getattr(arrays, name)[place] = number
    with pytest.raises(LinksDamaged):
        walk(arrays, {0: 10}, "fifo")


def test_arrays_that_do_not_belong_together_are_refused():
    arrays = Graph([([], [10]), ([0], [10])]).arrays()
    names = ("value", "spent_by", "stype", "first_out", "first_in", "prev_out", "first_tx", "block_time")
    columns = {name: getattr(arrays, name) for name in names}
    for name in ("spent_by", "stype", "first_in", "first_tx"):
        with pytest.raises(ValueError, match="row"):
            _kernels.TraceGraph(**{**columns, name: columns[name][:-1].copy()}, addr=None, given=None)
    assert (arrays.spent_by == [1, UNSPENT]).all()


@settings(max_examples=60, deadline=None)
@given(economies(), st.sampled_from(["fifo", "lifo", "haircut"]))
def test_a_given_amount_counts_as_clean(economy, rule):
    """An input from outside whose amount is known: the transaction has a total, and nothing is a gap."""
    values = values_of(economy)
    claims = {output: value for output, value in enumerate(values[:2]) if value}
    graph = Graph(economy, lost=frozenset(range(1, len(economy))))
    columns = walk(graph.arrays(given=dict.fromkeys(range(len(economy)), 5)), claims, rule)
    assert columns.totals.gap == 0
    assert columns.totals.found == sum(claims.values())
    assert not columns.step("unresolved").any()
