"""Traces back: the exact inverse of going forward, conserved, ended and booked by the same rules."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger.economies import Graph, economies, seeded, values_of
from tests.reference import back as plain

from amparo.ledger import Seed, State, StopRules
from amparo.ledger import errors as err
from amparo.ledger.taint.rule import FeePolicy
from amparo.ledger.trace import StopReason, TraceResult, rerun_trace_back, trace, trace_back, walk
from amparo.ledger.trace.errors import FeeHasNoWayBack, NoWayBack

BACK = ["fifo", "lifo", "haircut", "poison"]
WAYS = [FeePolicy.LAST, FeePolicy.FIRST]


def amounts(columns):
    return dict(zip(columns.output.tolist(), columns.tainted.tolist(), strict=True))


def whole(economy, outputs):
    values = values_of(economy)
    return {each: values[each] for each in outputs if values[each]}


def test_one_step_by_hand():
    """Outputs 5 + 4 of inputs 3 + 7, fee 1. fifo: output 4 is satoshis 5..8, all of the second input. lifo turns the
    queue: output 5 takes the last five of the second input, output 4 its first two and two of the first input.
    """
    graph = Graph([([], [3, 7]), ([0, 1], [5, 4])]).arrays()
    assert amounts(walk(graph, {3: 4}, "fifo", backward=True)) == {1: 4, 3: 4}
    lifo = walk(graph, {3: 4}, "lifo", backward=True)
    assert amounts(lifo) == {0: 2, 1: 2, 3: 4}
    assert [lifo.mark(row) for row in (0, 1)] == [((1, 3),), ((0, 2),)]
    assert amounts(walk(graph, {3: 4}, "haircut", backward=True)) == {0: 1, 1: 3, 3: 4}
    assert amounts(walk(graph, {3: 4}, "fifo", fee=FeePolicy.FIRST, backward=True)) == {1: 4, 3: 4}
    assert walk(graph, {3: 4}, "fifo", backward=True).totals.minted == 4


@settings(max_examples=150, deadline=None)
@given(economies(), st.sampled_from(["fifo", "lifo"]), st.sampled_from(WAYS))
def test_back_equals_forward_for_every_pair_of_outputs(economy, rule, fee):
    graph, outputs = Graph(economy).arrays(), range(len(values_of(economy)))
    there = {each: amounts(walk(graph, whole(economy, [each]), rule, fee=fee)) for each in outputs}
    back = {each: amounts(walk(graph, whole(economy, [each]), rule, fee=fee, backward=True)) for each in outputs}
    for source in outputs:
        for target in outputs:
            assert there[source].get(target, 0) == back[target].get(source, 0)


@settings(max_examples=150, deadline=None)
@given(seeded(whole=False), st.sampled_from(["fifo", "lifo"]), st.sampled_from(WAYS))
def test_ordered_rules_name_the_very_satoshis(case, rule, fee):
    economy, claims = case
    ways = plain.ordered(economy, rule, fee.value)
    expected = set().union(*(way for output, amount in claims.items() for way in ways[output][:amount]))
    columns = walk(Graph(economy).arrays(), claims, rule, fee=fee, backward=True)
    found = {
        (output, place)
        for row, output in enumerate(columns.output.tolist())
        for start, end in columns.mark(row)
        for place in range(start, end)
    }
    assert found == expected
    assert columns.totals.found == columns.totals.claims == sum(claims.values())


@settings(max_examples=150, deadline=None)
@given(economies(), st.data())
def test_haircut_stays_within_a_satoshi_a_step_of_the_fraction(economy, data):
    target = data.draw(st.sampled_from(range(len(values_of(economy)))))
    expected = plain.shares(economy, target)
    columns = walk(Graph(economy).arrays(), whole(economy, [target]), "haircut", backward=True)
    found, steps = amounts(columns), len(columns.step("tx"))
    for output, share in expected.items():
        assert abs(found.get(output, 0) - share) <= steps
    assert columns.totals.found == columns.totals.claims


@settings(max_examples=100, deadline=None)
@given(economies(), st.data())
def test_poison_back_is_its_reach_turned_round(economy, data):
    values = values_of(economy)
    graph = Graph(economy).arrays()
    target = data.draw(st.sampled_from(range(len(values))))
    back = set(walk(graph, whole(economy, [target]), "poison", backward=True).output.tolist())
    there = {each for each in range(len(values)) if target in amounts(walk(graph, whole(economy, [each]), "poison"))}
    assert back == there


@settings(max_examples=150, deadline=None)
@given(
    seeded(whole=True),
    st.sampled_from(["fifo", "lifo", "haircut"]),
    st.builds(
        StopRules,
        max_hops=st.none() | st.integers(0, 4),
        floor=st.none() | st.integers(0, 8),
        first_height=st.none() | st.integers(0, 9),
        max_transactions=st.integers(0, 9),
        dormant_days=st.none() | st.integers(0, 5),
    ),
    st.sets(st.integers(0, 9)),
    st.booleans(),
)
def test_whatever_ends_a_trace_back_nothing_is_lost(case, rule, stops, lost, given_amounts):
    economy, claims = case
    graph = Graph(economy, lost=frozenset(lost))
    arrays = graph.arrays(given=dict.fromkeys(range(len(economy)), 1_000) if given_amounts else None)
    totals = walk(arrays, claims, rule, stops=stops, backward=True).totals
    assert totals.found == totals.claims == sum(claims.values())


@pytest.mark.parametrize("rule", BACK)
def test_the_first_payment_back_to_its_coinbase(store, rule):
    """496:1 also spends the coinbase of block 360, so two coinbases stand behind its first output."""
    result = trace_back(store, [Seed("496:1/0")], rule)
    found = {each.ref: each for each in result.outputs}
    there = {each.ref: each for each in trace(store, [Seed("9:0")], rule).outputs}
    assert {each.ref for each in result.outputs if each.state is State.MINTED} <= {"9:0/0", "360:0/0"}
    assert found["9:0/0"].state is State.MINTED
    if rule != "poison":
        assert found["9:0/0"].tainted == there["496:1/0"].tainted == 1_100_000_000
        assert result.totals.minted == result.totals.claims == found["496:1/0"].value
    assert result.steps[-1].ref == "170:1"
    assert result.direction == "backward"


@pytest.mark.parametrize("rule", BACK)
def test_a_recipe_back_runs_again(store, rule):
    stops = StopRules(max_hops=3, services=frozenset({"1Q2TWHE3GMdB6BZKafqwxXtWAWgFt5Jvm3"}))
    result = trace_back(store, [Seed("496:1/0"), Seed("248:1/1", 5)], rule, stops=stops)
    assert result.recipe.tool == "ledger.trace-back"
    assert rerun_trace_back(store.folder, result.recipe.parameters) == result.digest
    again = TraceResult.from_dict(result.as_dict(), inputs=result.inputs)
    assert (again.digest, again.recipe) == (result.digest, result.recipe)
    assert result.digest != trace(store, [Seed("496:1/0")], rule).digest


def test_what_has_no_way_back_is_refused(store):
    with pytest.raises(NoWayBack, match="tiho"):
        trace_back(store, [Seed("496:1/0")], "tiho")
    with pytest.raises(FeeHasNoWayBack, match="prorata"):
        trace_back(store, [Seed("496:1/0")], "fifo", fee="prorata")
    trace_back(store, [Seed("496:1/0")], "haircut", fee="prorata")
    with pytest.raises(err.NoSeeds):
        trace_back(store, [], "fifo")


@pytest.mark.parametrize(
    ("stops", "reason"),
    [
        (StopRules(max_hops=1), StopReason.HOPS),
        (StopRules(floor=2_000_000_000), StopReason.FLOOR),
        (StopRules(first_height=200), StopReason.HEIGHT),
        (StopRules(first_time=1_231_800_000), StopReason.DATE),
        (StopRules(max_transactions=1), StopReason.BUDGET),
        (StopRules(dormant_days=1), StopReason.DORMANT),
    ],
)
def test_stop_rules_end_a_trace_back_too(store, stops, reason):
    totals = trace_back(store, [Seed("496:1/0")], "fifo", stops=stops).totals
    assert totals.stopped == {reason: 1_100_000_000}
    assert totals.found == totals.claims
