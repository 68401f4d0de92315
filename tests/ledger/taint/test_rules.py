"""All taint rules: published examples, one hand-worked step each, and the satoshi-by-satoshi twin."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger.economies import Graph, economies, seeded, values_of
from tests.reference import taint as plain
from tests.reference.walk import walk

from amparo.base import UnknownEntry
from amparo.ledger.errors import UnknownFeePolicy
from amparo.ledger.taint import TAINT_RULES, Funding, fee_policy
from amparo.ledger.taint.intervals import Queue, cut, joined, without_fee
from amparo.ledger.taint.rule import FeePolicy

ORDERED = ["fifo", "lifo", "tiho"]
FEES = list(FeePolicy)


@pytest.mark.parametrize("rule", list(TAINT_RULES), ids=lambda rule: rule.name)
def test_published_examples(rule):
    for case in rule.examples():
        inputs = [Funding(value, rule.claim(value, traced)) for value, traced in case["inputs"]]
        moved = rule.move(inputs, case["outputs"], FeePolicy.LAST)
        traced = tuple(rule.amount(mark, value) for mark, value in zip(moved.outputs, case["outputs"], strict=True))
        assert (traced, moved.fee) == (case["traced"], case["fee"])


@pytest.mark.parametrize("rule", list(TAINT_RULES), ids=lambda rule: rule.name)
def test_every_rule_says_what_it_means_and_where_it_stands(rule):
    assert rule.meaning.endswith(".")
    assert rule.legal.endswith(".")
    assert "Source:" in __import__(type(rule).__module__, fromlist=["_"]).__doc__


@pytest.mark.parametrize(
    ("policy", "kept"),
    [("last", ((0, 3),)), ("first", ((0, 1),)), ("prorata", ((0, 2),))],
)
def test_where_the_fee_is_taken_from(policy, kept):
    """Three traced of ten, fee two: from the tail none is traced, from the head two, evenly one."""
    assert without_fee(Queue(10, ((0, 3),)), 2, FeePolicy(policy)).marked == kept


def test_intervals_are_cut_at_output_borders():
    assert cut(Queue(10, ((1, 4), (6, 9))), [2, 0, 5, 3]) == (((1, 2),), (), ((0, 2), (4, 5)), ((0, 2),))
    assert joined([(5, 5), (3, 4), (0, 2), (2, 3)]) == ((0, 4),)
    assert joined([(0, 5), (1, 2)]) == ((0, 5),)


def test_tiho_breaks_a_tie_by_the_lower_output_number():
    moved = TAINT_RULES["tiho"].move([Funding(10, ((0, 3),))], [2, 4, 4], FeePolicy.LAST)
    assert moved.outputs == ((), ((0, 3),), ())


def test_unknown_names_say_what_is_known():
    with pytest.raises(UnknownEntry):
        TAINT_RULES["newest"]
    with pytest.raises(UnknownFeePolicy, match="never"):
        fee_policy("never")


@settings(max_examples=150, deadline=None)
@given(seeded(whole=False), st.sampled_from(ORDERED), st.sampled_from(FEES))
def test_ordered_rules_equal_the_satoshi_ledger(case, rule, fee):
    economy, claims = case
    expected = plain.ordered(economy, claims, rule, fee.value)
    walked = walk(Graph(economy), claims, TAINT_RULES[rule], fee=fee)
    for output, coin in expected.coins.items():
        mark = walked.reached[output].mark if output in walked.reached else ()
        assert [any(a <= place < b for a, b in mark) for place in range(len(coin))] == coin
    totals = walked.totals
    assert (totals.held, totals.fee, totals.absorbed) == (expected.held, expected.fee, expected.absorbed)
    assert totals.found == totals.claims == sum(claims.values())


@settings(max_examples=150, deadline=None)
@given(seeded(whole=True))
def test_haircut_equals_exact_fractions(case):
    economy, claims = case
    expected = plain.haircut(economy, claims)
    walked = walk(Graph(economy), claims, TAINT_RULES["haircut"])
    assert {output: reach.mark for output, reach in walked.reached.items() if reach.mark} == {
        output: amount for output, amount in expected.tainted.items() if amount
    }
    totals = walked.totals
    assert (totals.held, totals.fee, totals.absorbed) == (expected.held, expected.fee, expected.absorbed)
    assert totals.found == totals.claims


@settings(max_examples=80, deadline=None)
@given(seeded(whole=True), st.sampled_from([*ORDERED, "haircut"]))
def test_poison_is_the_outer_bound(case, rule):
    economy, claims = case
    poisoned = set(walk(Graph(economy), claims, TAINT_RULES["poison"]).reached)
    assert poisoned == plain.reach(economy, claims)
    assert set(walk(Graph(economy), claims, TAINT_RULES[rule]).reached) <= poisoned


@settings(max_examples=60, deadline=None)
@given(economies(), st.sampled_from(["fifo", "lifo"]), st.sampled_from(FEES), st.data())
def test_fifo_and_lifo_of_several_victims_add_up(economy, rule, fee, data):
    """Linear rules: tracing two unrelated seeds together gives the union of tracing each alone."""
    values = values_of(economy)
    worth = [output for output, value in enumerate(values) if value]
    if len(worth) < 2:
        return
    first, second = data.draw(st.lists(st.sampled_from(worth), min_size=2, max_size=2, unique=True))
    graph, chosen = Graph(economy), TAINT_RULES[rule]
    both = walk(graph, {first: values[first], second: values[second]}, chosen, fee=fee)
    alone = [walk(graph, {each: values[each]}, chosen, fee=fee) for each in (first, second)]
    marks: dict[int, tuple] = {}
    for walked in alone:
        for output, reach in walked.reached.items():
            marks[output] = joined((*marks.get(output, ()), *reach.mark))
    assert {output: reach.mark for output, reach in both.reached.items() if reach.mark} == marks
