"""What people ask of traces: all rules side by side, a path, a peel chain, a worklist, stop rules of other rooms."""

from datetime import date
from importlib import import_module

import numpy as np
import pytest

from amparo.base import UnknownEntry, canonical
from amparo.ledger import Seed, State, StopRules, Tag, TagIndex
from amparo.ledger import errors as err
from amparo.ledger.trace import (
    PEEL_STOPS,
    Marks,
    PeelStop,
    StopReason,
    compare,
    path_between,
    peel,
    rerun_trace,
    trace,
    trace_back,
    worklist,
)
from amparo.ledger.trace.errors import NotAPeel, NothingPaid, TooManyOutputs, WrongPin

SERVICE = "1Q2TWHE3GMdB6BZKafqwxXtWAWgFt5Jvm3"  # paid by the first payment, 170:1/0


def tag(address, label, actor=None, confidence="forensic"):
    return Tag(
        address=address,
        tx_hash=None,
        label=label,
        source="https://example.org/tags",
        currency="BTC",
        network="bitcoin",
        confidence=confidence,
        actor=actor,
        category="exchange",
        abuse=None,
        lastmod=date(2024, 1, 2),
        is_cluster_definer=False,
        creator="Unit 4",
        title="Made tags",
        pack="a" * 64,
    )


def test_all_rules_side_by_side(store):
    found = compare(store, [Seed("9:0")], preferred=("fifo", "The court follows Clayton's case."))
    assert list(found.results) == ["fifo", "lifo", "tiho", "haircut", "poison"]
    assert found.conserving == ("fifo", "lifo", "tiho", "haircut")
    assert dict(found.agreement) == {"outputs": 14, "in_all": 14, "held_in_all": 5, "held_least": 5_000_000_000}
    rows = {each.ref: each for each in found.outputs}
    last = rows["496:1/0"]
    assert (last.least, last.most, last.in_all) == (1_100_000_000, 1_100_000_000, True)
    assert last.by_rule["poison"] == last.value > last.most
    assert {each.ref for each in found.leaves("lifo")} == {
        *("170:1/0", "181:1/0", "221:1/0", "248:1/1", "496:1/0"),
    }
    canonical(found.as_dict())
    assert found.as_dict()["preferred"] == "fifo"
    assert found.digest == compare(store, [Seed("9:0")], preferred=("fifo", found.reason)).digest


def test_rules_that_disagree_are_shown(store):
    found = compare(store, [Seed("9:0", 1_000_000_000)], ["fifo", "lifo", "haircut"])
    differ = [each for each in found.outputs if each.least != each.most]
    assert differ
    assert all(each.by_rule[rule] >= each.least for each in differ for rule in found.conserving)
    assert found.agreement["held_least"] < 1_000_000_000
    back = compare(store, [Seed("496:1/0")], backward=True)
    assert "tiho" not in back.results
    with pytest.raises(UnknownEntry):
        compare(store, [Seed("9:0")], ["fifo"], preferred=("newest", ""))


def test_a_path_between_two_outputs(store):
    found = path_between(store, "9:0/0", "496:1/0")
    assert [each.ref for each in found.shortest.outputs][:2] == ["9:0/0", "170:1/1"]
    assert found.shortest.outputs[-1].ref == "496:1/0"
    assert found.shortest.hops == 6 == len(found.by_rule["fifo"].outputs) - 1
    assert found.by_rule["fifo"].arrived == 1_100_000_000
    for before, after in zip(found.shortest.outputs, found.shortest.outputs[1:], strict=False):
        assert before.spent_by == after.ref.partition("/")[0]
    canonical(found.as_dict())


def test_a_path_between_entities_and_none_at_all(store):
    first = store.output(store.find("9:0")[0].output).address
    found = path_between(store, [first], [SERVICE, "1dyoBoF5vDmPCxwSsUZbbYhA5qjAfBTx9"])
    assert found.shortest.outputs[-1].address in {SERVICE, "1dyoBoF5vDmPCxwSsUZbbYhA5qjAfBTx9"}
    backwards = path_between(store, "496:1/0", "9:0/0")
    assert (backwards.shortest, dict(backwards.by_rule), backwards.complete) == (None, {}, True)
    short = path_between(store, "9:0/0", "496:1/0", stops=StopRules(max_hops=2))
    assert (short.shortest, short.complete) == (None, False)


def test_addresses_are_seeds(store):
    address = store.find("170:1")[0].address
    everything = trace(store, [Seed(address)], "fifo")
    assert [each["output"] for each in everything.parameters["seeds"]] == [
        each.ref for each in store.outputs_to(address)
    ]
    assert rerun_trace(store.folder, everything.parameters) == everything.digest
    with pytest.raises(NothingPaid):
        trace(store, [Seed("1BoatSLRHtKNngkdXEeobR76b53LETtpyT")], "fifo")
    with pytest.raises(err.BadReference):
        trace(store, [Seed("1BoatSLRHtKNngkdXEeobR76b53LETtpyU")], "fifo")


def test_an_address_paid_too_often_is_refused(store, monkeypatch):
    monkeypatch.setattr(import_module("amparo.ledger.trace.seeds"), "ADDRESS_LIMIT", 0)
    with pytest.raises(TooManyOutputs, match="at most 0"):
        trace(store, [Seed(SERVICE)], "fifo")


def test_the_worklist_names_service_amount_day_and_output(store):
    stops = StopRules(services=frozenset({SERVICE}))
    result = trace(store, [Seed("9:0")], "fifo", stops=stops)
    held = next(each for each in result.held if each.address)
    tags = TagIndex([tag(SERVICE, "Made Exchange", "made"), tag(held.address, "A shop", confidence="web_crawl")])
    first, *rest = sorted(worklist(result, tags), key=lambda each: each.actor != "made")
    assert (first.actor, first.label, first.tainted, first.level, first.rule) == (
        *("made", "Made Exchange", 1_000_000_000, 50, "fifo"),
    )
    deposit = first.deposits[0]
    assert (deposit.ref, deposit.height, deposit.day, deposit.state) == ("170:1/0", 170, "2009-01-12", "stopped")
    assert deposit.txid == "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16"
    assert [each.actor for each in rest] == ["A shop"]
    assert [each.actor for each in worklist(result, tags, floor=40)] == ["made"]
    assert [each.actor for each in worklist(result, TagIndex())] == [SERVICE]
    canonical(first.as_dict())


def test_mixers_large_entities_and_still_outputs_end_a_trace(store):
    plain = trace(store, [Seed("9:0")], "fifo")
    mixers = np.zeros(store.manifest.report.transactions, dtype=bool)
    mixers[store.find_tx("182:1").tx] = True
    mixed = trace(store, [Seed("9:0")], "fifo", marks=Marks(mixers=mixers))
    assert mixed.totals.stopped == {StopReason.MIXER: 3_000_000_000}
    assert mixed.parameters["stops"]["mixers"] == [store.find_tx("182:1").txid]
    assert rerun_trace(store.folder, mixed.parameters) == mixed.digest
    assert "mixers" not in plain.parameters["stops"]

    sizes = np.ones(store.n_addresses, dtype=np.uint32)
    sizes[list(store.address_ids(SERVICE))] = 9
    large = trace(store, [Seed("9:0")], "fifo", stops=StopRules(max_entity=8), marks=Marks(entity_size=sizes))
    assert large.totals.stopped == {StopReason.CLUSTER: 1_000_000_000}
    assert large.parameters["stops"]["clusters"] == [SERVICE]
    assert rerun_trace(store.folder, large.parameters) == large.digest

    still = trace(store, [Seed("9:0")], "fifo", stops=StopRules(dormant_days=2))
    assert set(still.totals.stopped) == {StopReason.DORMANT}
    assert still.totals.held == 0
    assert rerun_trace(store.folder, still.parameters) == still.digest
    until = trace(store, [Seed("9:0")], "fifo", stops=StopRules(last_time=plain.steps[1].time))
    assert until.totals.stopped == {StopReason.DATE: 3_000_000_000}
    back = trace_back(store, [Seed("496:1/0")], "fifo", marks=Marks(mixers=mixers))
    assert set(back.totals.stopped) <= {StopReason.MIXER}


def test_a_peel_chain_by_hand(store):
    """The first payments: 50 coins, ten paid, then ten more, then one: 170:1, 181:1, 182:1 (one and twenty-nine)."""
    found = peel(store, "9:0/0", needed=3, max_steps=2)
    assert [(each.tx, each.paid_value, each.carried) for each in found.steps] == [
        ("170:1", 1_000_000_000, "170:1/1"),
        ("181:1", 1_000_000_000, "181:1/1"),
    ]
    assert found.stop is PeelStop.LENGTH
    assert (found.total, found.end) == (2_000_000_000, "181:1/1")
    assert found.steps[0].matched == ("script", "version", "locktime", "replaceable", "shape")
    canonical(found.as_dict())


def test_a_peel_chain_says_why_it_stops(store):
    assert peel(store, "9:0/0", floor=3_500_000_000).stop is PeelStop.FLOOR
    carried = store.find("170:1/1")[0].address
    assert peel(store, "9:0/0", services=[carried, "bc1none"]).stop is PeelStop.SERVICE
    nothing = np.zeros(store.manifest.report.outputs, dtype=np.uint16)
    assert peel(store, "9:0/0", change=nothing).stop is PeelStop.NEITHER
    assert peel(store, "9:0/0", change=nothing + 1, needed=0).stop is PeelStop.BOTH
    assert peel(store, "9:0/0").stop in PEEL_STOPS
    with pytest.raises(NotAPeel):
        peel(store, "496:1/0")


def test_a_person_may_pin_the_next_output(store):
    found = peel(store, "9:0/0", pins=["170:1/0"])
    assert (found.steps[0].carried, found.steps[0].pinned, found.stop) == ("170:1/0", True, PeelStop.UNSPENT)
    assert found.parameters["pins"] == ["170:1/0"]
    with pytest.raises(WrongPin, match="221:1/0"):
        peel(store, "9:0/0", pins=["170:1/0", "221:1/0"])


def test_rows_and_states_of_a_result_are_lazy(store):
    result = trace(store, [Seed("9:0")], "fifo")
    assert "outputs" not in vars(result)
    assert result.totals.held == 5_000_000_000
    assert len(result.columns.rows_in(State.HELD)) == 5
    assert len(result.outputs) == 14
