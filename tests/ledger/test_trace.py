"""Traces: the known flow of output 9:0, stop rules, gaps, overlapping seeds, recipes that run again."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger import made_blocks as made
from tests.ledger.economies import Graph, seeded
from tests.reference.walk import walk

from amparo.base import NotCanonical, UnknownEntry, canonical
from amparo.ledger import NOTES, Seed, State, StopRules, Store, load, rerun_trace, trace
from amparo.ledger import errors as err
from amparo.ledger.taint import TAINT_RULES
from amparo.ledger.trace import STOP_REASONS, StopReason, trace_back

CONSERVING = [rule.name for rule in TAINT_RULES if rule.conserves]
LEAVES = {
    "170:1/0": 1_000_000_000,
    "181:1/0": 1_000_000_000,
    "221:1/0": 100_000_000,
    "248:1/1": 1_800_000_000,
    "496:1/0": 1_100_000_000,
}


@pytest.fixture(scope="module")
def genesis_store(shared, tmp_path_factory):
    folder = tmp_path_factory.mktemp("ledger") / "store"
    load(shared / "chain/blk00TEST00.dat", folder)
    return Store.open(folder)


@pytest.fixture(scope="module")
def window_store(shared, tmp_path_factory):
    """The block alone: its undo file, which says what it spends, is left behind."""
    folder = tmp_path_factory.mktemp("ledger")
    block = Path(shutil.copy(shared / "chain/btc-main-300025.raw", folder))
    load(block, folder / "store")
    return Store.open(folder / "store")


@pytest.fixture(scope="module")
def given_store(shared, tmp_path_factory):
    """The same block, with its undo file beside it."""
    folder = tmp_path_factory.mktemp("ledger") / "store"
    load(shared / "chain/btc-main-300025.raw", folder)
    return Store.open(folder)


def adds_up(result):
    totals = result.as_dict()["totals"]
    parts = ("held", "fee", "absorbed", "stopped", "destroyed", "gap")
    assert totals["claims"] == sum(totals[name] for name in parts)
    assert totals["held"] == sum(each.tainted for each in result.held)
    for step in result.steps:
        assert step.tainted == step.moved + step.fee + step.absorbed + step.gap


@pytest.mark.parametrize("rule", CONSERVING)
def test_the_known_flow_of_the_first_payment(genesis_store, rule):
    result = trace(genesis_store, [Seed("9:0")], rule)
    assert len(result.outputs) == 14
    assert {each.ref: each.tainted for each in result.held} == LEAVES
    assert (result.totals.claims, result.totals.held, result.totals.fee) == (5_000_000_000, 5_000_000_000, 0)
    adds_up(result)


def test_poison_reaches_the_same_leaves_with_twice_the_money(genesis_store):
    result = trace(genesis_store, [Seed("9:0")], "poison")
    assert {each.ref for each in result.held} == set(LEAVES)
    assert result.totals.held == 10_000_000_000
    assert "reach-only" in {note.name for note in result.notes}


def test_hops_and_steps_are_told(genesis_store):
    result = trace(genesis_store, [Seed("9:0")], "fifo")
    assert [(step.ref, step.hop) for step in result.steps][:3] == [("170:1", 1), ("181:1", 2), ("182:1", 3)]
    assert {each.ref: each.hop for each in result.outputs}["496:1/0"] == 6
    first = result.steps[0]
    assert first.txid == "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16"
    assert (first.height, first.position, first.time) == (170, 1, 1231731025)


def test_seeds_can_be_named_four_ways(genesis_store):
    txid = "0437cd7f8525ceed2324359c2d0ba26006d92d856a9c20fa0241106ee5a597c9"
    digests = {trace(genesis_store, [Seed(ref)], "fifo").digest for ref in ("9:0", "9:0/0", txid, f"{txid}:0")}
    assert len(digests) == 1


@pytest.mark.parametrize("rule", list(TAINT_RULES.names()))
def test_a_recipe_runs_again_to_the_same_digest(genesis_store, rule):
    stops = StopRules(max_hops=4, floor=1000, services=frozenset({"1Q2TWHE3GMdB6BZKafqwxXtWAWgFt5Jvm3", "1none"}))
    result = trace(genesis_store, [Seed("9:0", 3_000_000_000)], rule, stops=stops, fee="prorata")
    recipe = result.recipe
    assert rerun_trace(genesis_store.folder, recipe.parameters) == recipe.output == result.digest
    met = {each.address for each in result.outputs if each.stop == "service"}
    assert recipe.parameters["stops"]["services"] == sorted(met)
    assert (met == set()) is (rule in ("lifo", "tiho"))  # the last satoshis and the largest output pass the service by
    assert recipe.tool == "ledger.trace"
    changed = {**recipe.parameters, "fee": "last", "seeds": [{**recipe.parameters["seeds"][0], "amount": 1}]}
    assert rerun_trace(genesis_store.folder, changed) != recipe.output


def test_a_recipe_refuses_another_chain(genesis_store, window_store):
    parameters = dict(trace(genesis_store, [Seed("9:0")], "fifo").recipe.parameters)
    with pytest.raises(err.NotLoaded):
        rerun_trace(window_store.folder, parameters)
    parameters["seeds"] = [{**parameters["seeds"][0], "output": "10:0/0"}]
    with pytest.raises(err.NotLoaded):
        rerun_trace(genesis_store.folder, parameters)


def test_the_result_is_canonical_and_names_its_data(genesis_store):
    value = trace(genesis_store, [Seed("9:0")], "lifo").as_dict()
    canonical(value)
    assert value["chain"]["data"] == genesis_store.manifest.data_digest
    with pytest.raises(NotCanonical):
        canonical({"amount": 0.5})


def test_a_service_stops_the_trace(genesis_store):
    stops = StopRules(services=frozenset({"1Q2TWHE3GMdB6BZKafqwxXtWAWgFt5Jvm3"}))
    result = trace(genesis_store, [Seed("9:0")], "fifo", stops=stops)
    stopped = [each for each in result.outputs if each.state is State.STOPPED]
    assert [(each.ref, each.tainted, each.stop) for each in stopped] == [("170:1/0", 1_000_000_000, "service")]
    assert result.totals.stopped == {StopReason.SERVICE: 1_000_000_000}
    adds_up(result)


@pytest.mark.parametrize(
    ("stops", "reason", "amount"),
    [
        (StopRules(max_hops=0), "hop-limit", 5_000_000_000),
        (StopRules(max_hops=2), "hop-limit", 3_000_000_000),
        (StopRules(floor=200_000_000), "floor", 200_000_000),
        (StopRules(last_height=182), "height", 3_000_000_000),
        (StopRules(max_transactions=1), "budget", 4_000_000_000),
    ],
)
def test_each_stop_rule_books_what_it_stops(genesis_store, stops, reason, amount):
    result = trace(genesis_store, [Seed("9:0")], "fifo", stops=stops)
    assert {key.value: value for key, value in result.totals.stopped.items()} == {reason: amount}
    assert reason in STOP_REASONS
    assert [note.facts["reason"] for note in result.notes if note.name == "stopped"] == [reason]
    adds_up(result)


def test_overlapping_seeds_are_absorbed_and_said(genesis_store):
    result = trace(genesis_store, [Seed("9:0"), Seed("170:1/1")], "fifo")
    assert (result.totals.claims, result.totals.absorbed, result.totals.held) == (9 * 10**9, 4 * 10**9, 5 * 10**9)
    assert "absorbed" in {note.name for note in result.notes}
    adds_up(result)


def test_haircut_refuses_a_partial_claim_on_its_own_path(genesis_store):
    with pytest.raises(err.AmbiguousClaim, match="170:1/1"):
        trace(genesis_store, [Seed("9:0"), Seed("170:1/1", 5)], "haircut")
    adds_up(trace(genesis_store, [Seed("9:0"), Seed("170:1/1", 5)], "tiho"))


@pytest.mark.parametrize(
    ("seeds", "error"),
    [
        ([], err.NoSeeds),
        ([Seed("nonsense")], err.BadReference),
        ([Seed("9:0/0/0")], err.BadReference),
        ([Seed("-1:0")], err.BadReference),
        ([Seed("4522:0")], err.NotLoaded),
        ([Seed("9:1")], err.NotLoaded),
        ([Seed("9:0/1")], err.NotLoaded),
        ([Seed("0" * 64)], err.NotLoaded),
        ([Seed("9:0", 0)], err.ClaimOutOfRange),
        ([Seed("9:0", 5_000_000_001)], err.ClaimOutOfRange),
        ([Seed("170:1", 5)], err.AmountNeedsOneOutput),
        ([Seed("9:0"), Seed("9:0/0", 7)], err.ClaimedTwice),
    ],
)
def test_seeds_that_cannot_be(genesis_store, seeds, error):
    with pytest.raises(error):
        trace(genesis_store, seeds, "fifo")


def test_unknown_rules_and_fee_policies(genesis_store):
    with pytest.raises(UnknownEntry):
        trace(genesis_store, [Seed("9:0")], "cifo")
    with pytest.raises(err.UnknownFeePolicy):
        trace(genesis_store, [Seed("9:0")], "fifo", fee="none")


@pytest.mark.parametrize("rule", CONSERVING)
def test_a_window_says_what_it_does_not_hold(window_store, rule):
    result = trace(window_store, [Seed("300025:431")], rule)
    assert result.totals.gap == 81_310_363
    assert [(note.name, note.facts.get("satoshi")) for note in result.notes if note.name == "gap"] == [
        ("gap", 81_310_363)
    ]
    window = next(note for note in result.notes if note.name == "window")
    assert (window.facts["unresolved"], window.facts["inputs"]) == (1239, 1427)
    adds_up(result)


@pytest.mark.parametrize("rule", CONSERVING)
def test_every_output_of_a_window_as_seed_still_adds_up(window_store, rule):
    result = trace(window_store, [Seed(f"300025:{position}") for position in range(461)], rule)
    assert result.totals.absorbed > 0
    adds_up(result)


def test_poison_passes_a_gap_and_says_so(window_store):
    result = trace(window_store, [Seed("300025:431")], "poison")
    assert "gap-reach" in {note.name for note in result.notes}
    assert all(each.state is not State.GAP for each in result.outputs)


@pytest.mark.parametrize("rule", CONSERVING)
def test_amounts_the_undo_file_gives_close_the_gap(given_store, rule):
    result = trace(given_store, [Seed("300025:431")], rule)
    assert result.totals.gap == 0
    assert [note.facts["inputs"] > 0 for note in result.notes if note.name == "given"] == [True]
    adds_up(result)


def test_notes_fill_their_sentences(window_store, genesis_store, given_store):
    results = [trace(window_store, [Seed("300025:431")], rule) for rule in TAINT_RULES.names()]
    results.append(trace(given_store, [Seed("300025:431")], "fifo"))
    results.append(trace_back(genesis_store, [Seed("496:1/0")], "haircut"))
    results.append(trace(genesis_store, [Seed("9:0"), Seed("170:1")], "fifo", stops=StopRules(max_hops=3)))
    seen = {note.name for result in results for note in result.notes}
    for result in results:
        assert all("%" not in note.sentence % note.facts for note in result.notes)
    assert set(NOTES) - seen <= {"source-explorer", "source-table"}  # said where such a source was loaded


@settings(max_examples=100, deadline=None)
@given(
    seeded(whole=True),
    st.sampled_from(CONSERVING),
    st.builds(
        StopRules,
        max_hops=st.none() | st.integers(0, 4),
        floor=st.none() | st.integers(0, 8),
        last_height=st.none() | st.integers(0, 9),
        max_transactions=st.integers(0, 9),
    ),
    st.sets(st.integers(0, 20)),
    st.sets(st.integers(0, 9)),
)
def test_whatever_stops_or_is_missing_nothing_is_lost(case, rule, stops, odd, lost):
    economy, claims = case
    graph = Graph(economy, lost=frozenset(lost), unspendable=frozenset(each for each in odd if each % 2))
    walked = walk(graph, claims, TAINT_RULES[rule], stops=stops, is_service=lambda output: output in odd)
    assert walked.totals.found == walked.totals.claims == sum(claims.values())
    assert all(reach.state is not State.WAITING for reach in walked.reached.values())


def test_the_hop_of_a_step_counts_from_its_nearest_seed():
    """The last transaction spends output 2, one step from a seed, together with output 1, a seed itself."""
    economy = [([], [10, 10]), ([0], [10]), ([2, 1], [20])]
    walked = walk(Graph(economy), {0: 10, 1: 10}, TAINT_RULES["fifo"])
    assert [step.hop for step in walked.steps] == [1, 1]
    assert walked.reached[3].hop == 1


def test_a_rule_that_loses_money_gives_no_result():
    fifo = TAINT_RULES["fifo"]

    class Leaky(type(fifo)):
        def move(self, inputs, outputs, fee):
            moved = super().move(inputs, outputs, fee)
            return moved._replace(outputs=((), *moved.outputs[1:]))

    economy = [([], [10]), ([0], [6, 4])]
    with pytest.raises(err.NotConserved, match="10 satoshi claimed, 4"):
        walk(Graph(economy), {0: 10}, Leaky())


def test_a_transaction_that_makes_money_stops_everything():
    with pytest.raises(err.ValueCreated, match="11"):
        walk(Graph([([], [10]), ([0], [11])]), {0: 10}, TAINT_RULES["fifo"])


@pytest.fixture
def made_store(tmp_path):
    """Height 1 pays owner 1; height 2 splits it: 30 on, 15 into data that can never be spent, 5 coins fee."""
    first = made.coinbase(1, owner=1)
    burnt = (15 * made.COIN).to_bytes(8, "little") + b"\x04\x6a\x02hi"
    spend = made.tx([(made.dsha(first), 0)], [made.pays(30 * made.COIN, 2), burnt])
    path = made.write(tmp_path / "blk00000.dat", [made.block(made.GENESIS, [first])])
    second = made.block(made.block_hash(path.read_bytes()[8:]), [made.coinbase(2), spend])
    made.write(path, [path.read_bytes()[8:], second])
    load(path, tmp_path / "store", window="made")
    return Store.open(tmp_path / "store")


def test_money_in_an_unspendable_output_is_destroyed(made_store):
    result = trace(made_store, [Seed("1:0")], "fifo")
    totals = result.totals
    assert (totals.held, totals.destroyed, totals.fee) == (30 * made.COIN, 15 * made.COIN, 5 * made.COIN)
    adds_up(result)
