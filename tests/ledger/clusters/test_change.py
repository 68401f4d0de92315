"""Change tests, the confidence table, the layer over the entities, and GraphSense's rules for comparison."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger.clusters.views import chains, view
from tests.reference import change as plain

from amparo.ledger.clusters import (
    ChangeLayer,
    Clusters,
    Confidence,
    Predicate,
    graphsense_change,
    kinds,
    predicates,
    revealed,
    wilson,
)
from amparo.ledger.clusters.change import fee_rates
from amparo.ledger.clusters.errors import BadConfidenceTable

PAYMENT = [([], [(0, 100_000, 1), (0, 70_000, 1)]), ([0], [(1, 60_000, 2), (2, 39_321, 1)])]


def names(bits):
    return {each.name for each in Predicate if int(bits) & each}


def test_a_plain_payment_shows_its_change():
    found = predicates(view(PAYMENT))
    assert found[:2].tolist() == [0, 0]  # a coinbase has none
    always = {"NOT_MILLIONS", "SMALLER", "FRESH", "ONCE", "PEELS", "SAME_LOCKTIME", "SAME_FEE_RATE", "SAME_VERSION"}
    assert names(found[2]) == always
    assert names(found[3]) == always | {"SAME_TYPE", "NOT_THOUSANDS", "ONE_TIME", "LEADS", "LEADS_BY_TWO"}


def test_reuse_op_return_and_coinjoin():
    chain = view([([], [(0, 100_000)]), ([0], [(0, 40_000), (None, 0), (1, 50_000)])])
    found = predicates(chain)
    assert {"REUSED", "SAME_CLUSTER"} <= names(found[1])
    assert found[2] == 0
    assert "ONLY_FRESH" in names(found[3])
    assert predicates(chain, np.array([0, 1], np.uint16)).tolist() == [0] * 4


def test_the_same_cluster_is_that_of_the_time():
    """Addresses 0 and 1 pay together only in the last transaction: until then a payment to 1 shows nothing."""
    chain = view(
        [([], [(0, 50_000), (0, 60_000), (1, 10_000)]), ([0], [(1, 20_000), (2, 29_000)]), ([1, 2], [(3, 60_000)])]
    )
    found = predicates(chain)
    assert "SAME_CLUSTER" not in names(found[3])
    roots = np.array([0, 0, 2, 3], np.uint32)
    assert np.flatnonzero(revealed(chain, roots, found)).tolist() == [3]


@st.composite
def habits(draw, count):
    each = st.tuples(st.booleans(), st.just(None), st.sampled_from([1, 2]), st.booleans())
    return draw(st.lists(each, min_size=count, max_size=count))


@given(data=st.data(), chain=chains(), skip=st.sets(st.integers(0, 13), max_size=3))
def test_bits_are_those_of_the_plain_twin(data, chain, skip):
    kind = data.draw(st.lists(st.sampled_from([1, 3]), min_size=10, max_size=10))
    chain = [(spends, [(a, v, kind[a]) for a, v in made]) for spends, made in chain]
    facts = data.draw(habits(len(chain)))
    seen = view(
        chain,
        tx_locktime=np.array([each[0] for each in facts], np.uint32),
        tx_version=np.array([each[2] for each in facts], np.int32),
        tx_flags=np.array([4 * each[3] for each in facts], np.uint16),
    )
    shapes = np.array([tx in skip for tx in range(len(chain))], np.uint16)
    expected = plain.passed(chain, facts, skip)
    assert [names(each) for each in predicates(seen, shapes)] == expected


def test_fee_rates_count_virtual_bytes_and_only_what_is_known():
    chain = replace(view(PAYMENT), tx_size=np.array([100, 200], np.uint32), tx_weight=np.array([0, 561], np.uint32))
    assert fee_rates(chain).tolist() == [0xFFFFFFFF, 679 * 1000 // 141]
    assert fee_rates(replace(chain, tx_weight=None)).tolist() == [0xFFFFFFFF, 679 * 1000 // 200]
    lost = replace(chain, prev_out=np.array([2**64 - 1], np.uint64))
    assert fee_rates(lost).tolist() == [0xFFFFFFFF, 0xFFFFFFFF]


def test_few_cases_give_little_confidence():
    assert wilson(0, 0) == 0.0
    assert round(wilson(8, 2), 4) == 0.4902  # the textbook's 80 % of ten
    assert wilson(10, 0) < wilson(100, 0) < wilson(10_000, 0) < 1
    table = Confidence.from_rows([(3, 95, 5), (64, 1, 0)], {"made": "2026-11-24"})
    assert table.of(np.array([3, 64, 5], np.uint16)).tolist() == [wilson(95, 5), wilson(1, 0), 0.0]


def test_a_table_is_read_as_it_was_written():
    import json

    table = Confidence.from_rows([(3, 95, 5), (64, 1, 0)], {"made": "2026-11-24"})
    again = Confidence.read(json.dumps({"change": table.as_dict()}))
    assert (again, again.digest) == (table, table.digest)
    assert Confidence.read(json.dumps(table.as_dict())) == table


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"format": "amparo-change-confidence/2", "rows": []}',
        '{"format": "amparo-change-confidence/1", "rows": [[1, 2]]}',
        '{"format": "amparo-change-confidence/1", "rows": [[0, 1, 1]]}',
        '{"format": "amparo-change-confidence/1", "rows": [[65536, 1, 1]]}',
        '{"format": "amparo-change-confidence/1", "rows": [[1, -1, 1]]}',
        '{"format": "amparo-change-confidence/1", "rows": [[1, 1, 1], [1, 2, 2]]}',
    ],
)
def test_a_table_that_is_none_is_refused(text):
    with pytest.raises(BadConfidenceTable):
        Confidence.read(text)


def layer_of(tmp_path, chain, right=1000, floor=0.9, **more):
    """Everything that passed the one-time rule, with the same measured precision."""
    seen = view(chain)
    clusters = Clusters.build(seen, tmp_path / "clusters")
    bits = predicates(seen)
    rows = {(int(each), right, 0) for each in bits if each & Predicate.ONE_TIME}
    return ChangeLayer(clusters, Confidence.from_rows(rows), floor, bits=bits, **more), clusters


def test_the_layer_lies_over_the_entities_and_leaves_them(tmp_path):
    layer, clusters = layer_of(tmp_path, PAYMENT)
    (edge,) = layer.edges
    assert (edge.tx, edge.output, edge.payer, edge.address) == (1, 3, 0, 2)
    assert edge.confidence == wilson(1000, 0)
    assert layer.members(2).tolist() == [0, 2]
    assert layer.edges_of(0) == (edge,)
    assert layer.edges_of(1) == ()
    assert clusters.members(2).tolist() == [2]


def test_below_the_floor_nothing_is_joined(tmp_path):
    layer, _ = layer_of(tmp_path, PAYMENT, right=10)
    assert layer.edges == ()
    assert layer.roots.tolist() == [0, 1, 2]


def test_two_outputs_of_equal_confidence_are_none(tmp_path):
    chain = [PAYMENT[0], ([0], [(1, 60_321, 1), (2, 39_321, 1)])]
    seen = view(chain)
    bits = predicates(seen)
    assert bits[2] == bits[3]
    table = Confidence.from_rows([(int(bits[2]), 1000, 0)])
    assert ChangeLayer(Clusters.build(seen, tmp_path / "c"), table, 0.5, bits=bits).edges == ()


def test_the_guard_refuses_an_edge_between_large_entities_and_between_actors(tmp_path):
    """0 and 1 pay together, and so do 2 and 3; the change of the first joins the second pair."""
    chain = [
        ([], [(0, 50_000), (1, 50_000)]),
        ([0, 1], [(2, 30_321), (3, 61_000)]),
        ([2, 3], [(4, 80_000, 2), (5, 11_000)]),
    ]
    layer, _ = layer_of(tmp_path, chain)
    assert [edge.address for edge in layer.edges] == [2]
    guarded, _ = layer_of(tmp_path, chain, guard=1)
    assert [(each.edge.address, each.large, each.actors) for each in guarded.refused] == [(2, True, False)]
    tagged, _ = layer_of(tmp_path, chain, tags={0: ["Bank"], 3: ["Shop"]})
    assert [(each.large, each.actors) for each in tagged.refused] == [(False, True)]
    assert tagged.edges == ()
    friendly, _ = layer_of(tmp_path, chain, tags={0: ["Shop"], 3: ["Shop"]})
    assert len(friendly.edges) == 1


def test_graphsense_rules():
    seen = view(PAYMENT)
    roots, shapes = np.arange(3, dtype=np.uint32), np.zeros(2, np.uint16)
    assert graphsense_change(seen, roots, shapes).tolist() == [0, 0, 0, 50]
    assert graphsense_change(seen, np.array([0, 0, 2], np.uint32), shapes).tolist() == [0, 0, 50, 50]
    assert graphsense_change(seen, roots, np.array([0, 32], np.uint16)).tolist() == [0] * 4
    reuse = view([([], [(0, 100_000)]), ([0], [(0, 40_000), (1, 50_321)])])
    assert graphsense_change(reuse, np.arange(2, dtype=np.uint32), shapes).tolist() == [0, 100, 0]


def graphsense_plainly(chain, roots, shapes):
    outputs = [output for _, made in chain for output in made]
    paid, first = {}, {}
    for tx, (_, made) in enumerate(chain):
        for address, *_ in made:
            paid[address] = paid.get(address, 0) + 1
            first.setdefault(address, tx)
    found = []
    for tx, (spends, made) in enumerate(chain):
        ins = [outputs[each] for each in spends]
        payers = {address for address, *_ in ins}
        score = dict.fromkeys(range(len(made)), 0)
        single = [
            n
            for n, (address, value) in enumerate(made)
            if ins and value % 1000 and value < min(v for _, v in ins) and paid[address] == 1 and first[address] == tx
        ]
        if 2 <= len(made) <= 10 and len(single) == 1:
            score[single[0]] = 50
        for n, (address, _) in enumerate(made):
            if roots[address] in {roots[each] for each in payers}:
                score[n] = 50
            if address in payers:
                score[n] = 100
        best = max(score.values()) if not shapes[tx] & 62 else 0
        found += [score[n] if score[n] == best and best else 0 for n in score]
    return found


@given(chain=chains(), roots=st.lists(st.integers(0, 3), min_size=10, max_size=10), joins=st.sets(st.integers(0, 13)))
def test_graphsense_rules_are_those_of_a_plain_reading(chain, roots, joins):
    shapes = np.array([32 * (tx in joins) for tx in range(len(chain))], np.uint16)
    found = graphsense_change(view(chain), np.array(roots, np.uint32), shapes)
    assert found.tolist() == graphsense_plainly(chain, roots, shapes.tolist())


def test_change_of_a_mix_is_not_asked():
    three = [(0, 50_000), (1, 60_000), (2, 70_000)]
    chain = view([([], three), ([0, 1, 2], [*((n, 40_000) for n in (3, 4, 5)), (6, 9_000), (7, 19_321)])])
    assert kinds(chain)[1]
    assert predicates(chain).tolist() == [0] * 8
