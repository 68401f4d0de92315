"""Entities of small chains and of real blocks: what joins, why, since when, what if not, after appends and reorgs."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger import made_blocks as made
from tests.ledger.clusters.views import chains, lists_of, view
from tests.reference import union_find as plain

from amparo import _kernels
from amparo.ledger import Store, append, load, rollback
from amparo.ledger.clusters import ChainView, Clusters, Held, Settings
from amparo.ledger.clusters import errors as err
from amparo.ledger.clusters.build import build_arrays, co_spend_skips, same_key_edges
from amparo.ledger.clusters.files import Manifest
from amparo.ledger.clusters.whatif import evidence, shortest
from amparo.ledger.scripts import ScriptKind

NONE = 0xFFFFFFFF
#: 0 and 1 pay in tx 1, 1 and 2 in tx 2, 0 and 2 in tx 3; 4 stands alone.
CHAIN = [
    ([], [(0, 900), (1, 901), (1, 902), (2, 903), (0, 904), (2, 905)]),
    ([0, 1], [(3, 1800)]),
    ([2, 3], [(4, 1803)]),
    ([4, 5], [(4, 1808)]),
]


@pytest.fixture
def clusters(tmp_path):
    return Clusters.build(view(CHAIN), tmp_path / "clusters")


def test_an_entity_by_hand(clusters):
    assert clusters.roots.tolist() == [0, 0, 0, 3, 4]
    assert clusters.entity(2) == (0, 3, 1, 2, {"co-spend": 2, "same-key": 0})
    assert clusters.entity(4) == (4, 1, None, None, {"co-spend": 0, "same-key": 0})
    assert clusters.members(1).tolist() == [0, 1, 2]
    assert clusters.members(1, limit=2).tolist() == [0, 1]
    assert clusters.members(3).tolist() == [3]
    assert clusters.largest() == ((0, 3),)
    assert clusters.components == 3


def test_why_names_the_transaction_that_first_joined_them(clusters):
    why = clusters.why(0, 2)
    assert why.hops == ((0, 1, 1, "co-spend"), (1, 2, 2, "co-spend"))
    assert why.joined_by == 2
    assert clusters.why(2, 0).hops[0][:3] == (2, 1, 2)
    assert clusters.why(1, 1) == ((), -1, ())
    assert clusters.why(0, 4) is None


def test_why_names_what_could_be_a_payjoin(tmp_path):
    """One of the inputs would have sufficed: perhaps two owners, and nobody can tell."""
    chain = [([], [(0, 90_000), (1, 50_000)]), ([0, 1], [(2, 80_000), (3, 59_000)])]
    assert Clusters.build(view(chain), tmp_path / "clusters").why(0, 1).undecidable == (1,)


def test_a_shorter_proof_is_found_over_all_evidence(clusters):
    assert clusters.shortest(0, 2) == ((0, 2, 3, "co-spend"),)
    assert clusters.shortest(1, 1) == ()
    assert clusters.shortest(0, 4) is None


def test_without_a_transaction_other_evidence_takes_over(clusters):
    kept = clusters.without(1, txs=[2])
    assert kept.holds
    assert (kept.dropped, kept.evidence) == ((2,), 2)
    split = clusters.without(1, txs=[1, 2])
    assert split.parts == ((0, 2), (1, 1))
    assert (split.part_of(2), split.part_of(1)) == (0, 1)
    assert split.members_of(0).tolist() == [0, 2]
    with pytest.raises(KeyError):
        split.part_of(4)
    assert len(clusters.without(1, heuristics=["co-spend"]).parts) == 3
    with pytest.raises(err.UnknownHeuristic):
        clusters.without(1, heuristics=["feeling"])


def test_as_of_a_transaction_reads_no_later_one(clusters):
    before = clusters.as_of(2)
    assert before.roots.tolist() == [0, 0, 2, 3, 4]
    assert (before.root(1), before.size(1), before.members(2).tolist()) == (0, 2, [2])
    assert clusters.as_of(4).roots.tolist() == clusters.roots.tolist()
    with pytest.raises(err.UnknownTransaction):
        clusters.as_of(5)


def test_as_of_a_day(tmp_path):
    blocks = {"first_tx": np.array([0, 1, 2, 4], np.uint64), "block_time": np.array([100, 200, 300], np.int64)}
    clusters = Clusters.build(view(CHAIN, **blocks), tmp_path / "clusters")
    at = datetime.fromtimestamp
    assert [clusters.as_of(at(each, UTC)).tx for each in (99, 100, 250, 300)] == [0, 1, 2, 4]
    with pytest.raises(ValueError, match="zone"):
        clusters.as_of(datetime(2026, 1, 1))  # noqa: DTZ001


def test_a_held_edge_is_left_out_and_recorded(tmp_path):
    held = [Held(2, "co-spend", "The wallet was shared."), Held(3, "co-spend", "So was this.")]
    clusters = Clusters.build(view(CHAIN), tmp_path / "clusters", held=held)
    assert clusters.roots.tolist() == [0, 0, 2, 3, 4]
    assert Clusters.open(tmp_path / "clusters", view(CHAIN)).held == tuple(held)
    for wrong in (Held(4, "co-spend", ""), Held(-1, "co-spend", "")):
        with pytest.raises(err.UnknownTransaction):
            Clusters.build(view(CHAIN), tmp_path / "other", held=[wrong])
    with pytest.raises(err.UnknownHeuristic):
        Clusters.build(view(CHAIN), tmp_path / "other", held=[Held(1, "x", "")])


def test_alarms(clusters):
    assert clusters.alarms() == ()
    assert clusters.alarms(large=0) == (
        (1, 0, 1, "co-spend", 1, 1, True, False),
        (2, 1, 2, "co-spend", 2, 1, True, False),
    )
    (alarm,) = clusters.alarms(tags={0: ["A"], 2: ["B"]})
    assert (alarm.tx, alarm.large, alarm.actors) == (2, False, True)
    assert clusters.alarms(tags={0: ["A"], 2: ["A"], 4: ["B"]}) == ()


def keyed(chain, scripts):
    """The chain with a script (kind, key) for each address."""
    seen = view(chain)
    addr = seen.addr.tolist()
    payload = np.zeros((len(scripts), 32), np.uint8)
    payload[:, 0] = [key for _, key in scripts]
    return replace(
        seen,
        addr_stype=np.array([kind for kind, _ in scripts], np.uint8),
        addr_payload=payload,
        addr_first=np.array([addr.index(each) for each in range(len(scripts))], np.uint64),
    )


def test_one_key_in_two_forms_is_an_edge_of_its_own_kind(tmp_path):
    """Address 3 is the P2PKH form of address 2's bare key; it first appears in tx 1."""
    bare, hashed = ScriptKind.P2PK, ScriptKind.P2PKH
    seen = keyed(CHAIN, [(bare, 1), (hashed, 2), (bare, 0), (hashed, 0), (bare, 2)])
    assert same_key_edges(seen).tolist() == [[2, 3, 1], [4, 1, 2]]
    clusters = Clusters.build(seen, tmp_path / "clusters")
    assert clusters.roots.tolist() == [0, 0, 0, 0, 0]
    assert clusters.why(2, 3).hops == ((2, 3, 1, "same-key"),)
    assert clusters.shortest(2, 3) == ((2, 3, 1, "same-key"),)
    assert clusters.entity(0).merges == {"co-spend": 2, "same-key": 2}
    assert clusters.without(0, heuristics=["same-key"]).parts == ((0, 3), (3, 1), (4, 1))
    held = Clusters.build(seen, tmp_path / "held", held=[Held(1, "same-key", "The script was rented.")])
    assert held.roots.tolist() == [0, 0, 0, 3, 0]


def arrays(chain, held=()):
    seen = view(chain)
    return seen, build_arrays(seen, Settings(held=tuple(held)))


@given(chain=chains(), txs=st.sets(st.integers(0, 13)), a=st.integers(0, 9), b=st.integers(0, 9))
def test_dropping_transactions_equals_a_build_without_them(chain, txs, a, b):
    seen, found = arrays(chain)
    skips = co_spend_skips(found["shapes"], ())
    root, last = found["root"], len(found["root"]) - 1
    a, b = min(a, last), min(b, last)
    members = np.flatnonzero(root == root[a]).astype(np.uint32)
    here = evidence(seen, members, skips, found["same_key"])
    dropped = [Held(each, "co-spend", "") for each in txs if each < len(chain)]
    anew = arrays(chain, dropped)[1]["root"]
    split = here.without(txs, ())
    assert split.part.tolist() == anew[members].tolist()
    assert sum(each.size for each in split.parts) == len(members)
    if root[a] == root[b]:
        _the_shortest(chain, skips, here, a, b)


def _the_shortest(chain, skips, here, a, b):
    """As many hops as a plain search over all lists needs, each of them true."""
    lists = [set(members) if not skips[tx] else set() for tx, members in enumerate(lists_of(chain))]
    reached, steps = {a}, 0
    while b not in reached:
        reached |= set().union(*(each for each in lists if each & reached))
        steps += 1
    hops = shortest(here, a, b)
    assert len(hops) == steps
    at = a
    for x, y, tx, _ in hops:
        assert x == at
        assert {x, y} <= lists[tx]
        at = y
    assert at == b


@given(chain=chains())
def test_evidence_by_address_equals_evidence_by_scan(chain):
    seen, found = arrays(chain)
    skips = co_spend_skips(found["shapes"], ())
    order = np.argsort(seen.addr, kind="stable").astype(np.uint64)
    start = np.concatenate([[0], np.cumsum(np.bincount(seen.addr, minlength=seen.n_stored))]).astype(np.uint64)
    indexed = replace(seen, addr_start=start, addr_outs=order)
    for root in set(found["root"].tolist()):
        members = np.flatnonzero(found["root"] == root).astype(np.uint32)
        one, two = (evidence(each, members, skips, found["same_key"]) for each in (seen, indexed))
        assert [each.tolist() for each in (one.txs, one.local)] == [each.tolist() for each in (two.txs, two.local)]


@given(chain=chains())
def test_the_build_is_that_of_plain_sets(chain):
    seen, found = arrays(chain)
    skipped = set(np.flatnonzero(co_spend_skips(found["shapes"], ())).tolist())
    root, rows = plain.partition(seen.n_addresses, plain.edges_of(lists_of(chain), skipped))
    assert found["root"].tolist() == root
    assert [tuple(each) for each in found["forest"].tolist()] == rows


# Real blocks.


def known(first_in, members):
    """Input scripts, transactions with several, merges and the largest set, nothing left out."""
    root, forest = _kernels.cluster(np.ascontiguousarray(first_in), members, int(members[members != NONE].max()) + 1)
    lists = np.split(members, np.asarray(first_in[1:-1]).astype(np.int64))
    several = sum(len(set(each.tolist()) - {NONE}) > 1 for each in lists)
    scripts = np.unique(members[members != NONE])
    return len(scripts), several, len(forest), int(np.bincount(root[scripts]).max())


def by_address(store):
    seen = ChainView.of(store)
    return known(seen.first_in, seen.in_addr(0, len(seen.prev_out)))


def by_script(store):
    """The same with every script a number, those without an address too."""
    spent = [store.given(number) for number in range(len(store.array("prev_out")))]
    outs = store.array("prev_out").tolist()
    scripts = [store.script(out) if given is None else given[1] for out, given in zip(outs, spent, strict=True)]
    numbers = {script: number for number, script in enumerate(dict.fromkeys(scripts))}
    return known(store.array("first_in"), np.array([numbers[each] for each in scripts], np.uint32))


def test_the_first_blocks_of_bitcoin(shared, tmp_path):
    load(shared / "chain" / "blk00TEST00.dat", tmp_path / "store")
    store = Store.open(tmp_path / "store")
    assert by_address(store) == by_script(store) == (238, 31, 197, 44)
    clusters = Clusters.build(store, tmp_path / "clusters")
    clusters.verify()
    assert clusters.entity(clusters.largest(1)[0][0]).merges == {"co-spend": 43, "same-key": 0}
    assert len(clusters.forest) == 197 + 1
    hops = [clusters.why(int(a), int(b)).hops[0] for a, b, _ in clusters.forest]
    keys = [hop for hop in hops if hop.heuristic == "same-key"]
    assert len(keys) == 2  # one of them where a co-spend came later
    assert all(store.address_text(hop.a) == store.address_text(hop.b) for hop in keys)
    root = clusters.largest(1)[0][0]
    others = [int(each) for each in clusters.members(root)[1:]]
    assert all(clusters.why(root, each).joined_by in clusters.forest[:, 2] for each in others)


def test_block_300025(shared, tmp_path):
    load(shared / "chain" / "btc-main-300025.raw", tmp_path / "store", window="300025")
    store = Store.open(tmp_path / "store")
    assert by_script(store) == (881, 158, 505, 61)
    assert by_address(store) == (878, 157, 503, 61)  # three scripts have no address, and join nothing
    clusters = Clusters.build(store, tmp_path / "clusters")
    assert clusters.n_addresses > store.n_addresses
    assert len(clusters.forest) == 478  # two CoinJoins are left out
    root, size = clusters.largest(1)[0]
    assert size == len(clusters.members(root)) < 61
    assert Clusters.open(tmp_path / "clusters", store).roots.tolist() == clusters.roots.tolist()


# Appends, reorganisations, damage.


def pay(*spends, values=(made.COIN,), owner=1):
    return made.tx(spends, [made.pays(value, owner + number) for number, value in enumerate(values)])


def bodies():
    split = pay((made.dsha(made.coinbase(1)), 0), values=[made.COIN] * 8, owner=10)
    both = pay((made.dsha(split), 0), (made.dsha(split), 1), owner=20)
    more = pay((made.dsha(split), 1 + 1), (made.dsha(split), 3), (made.dsha(both), 0), owner=30)
    return [[], [split], [], [both], [more], []]


def fresh(tmp_path, blocks, name):
    made.write(tmp_path / f"{name}.dat", blocks)
    load(tmp_path / f"{name}.dat", tmp_path / name, window="made")
    return Store.open(tmp_path / name)


def same(one, two):
    return all(np.array_equal(one._arrays[name], two._arrays[name]) for name in one._arrays)


def test_an_appended_store_is_stale_until_the_entities_are_updated(tmp_path):
    blocks = made.chain(bodies())
    store = fresh(tmp_path, blocks[:4], "store")
    Clusters.build(store, tmp_path / "clusters")
    made.write(tmp_path / "all.dat", blocks)
    append(tmp_path / "store", tmp_path / "all.dat")
    store = Store.open(tmp_path / "store")
    with pytest.raises(err.ClustersStale):
        Clusters.open(tmp_path / "clusters", store)
    updated = Clusters.update(store, tmp_path / "clusters")
    assert same(updated, Clusters.build(store, tmp_path / "anew"))
    assert updated.entity(store.address_id(store.address_text(1))).size >= 1
    assert same(Clusters.update(store, tmp_path / "clusters"), updated)


def test_a_rollback_and_a_reorganisation_cut_what_no_longer_holds(tmp_path):
    blocks = made.chain(bodies())
    store = fresh(tmp_path, blocks, "store")
    first = Clusters.build(store, tmp_path / "clusters")
    merges = len(first.forest)
    txid = store.txid(int(first.forest[-1, 2]))
    held = Held(int(first.forest[-1, 2]), "co-spend", "Under review.")
    assert len(Clusters.build(store, tmp_path / "clusters", held=[held]).forest) < merges
    rollback(tmp_path / "store", 4)
    store = Store.open(tmp_path / "store")
    cut = Clusters.update(store, tmp_path / "clusters")
    assert cut.held == ()  # its transaction is in no block now
    assert same(cut, Clusters.build(store, tmp_path / "anew"))
    Clusters.build(Store.open(tmp_path / "store"), tmp_path / "clusters")
    other = made.block(made.block_hash(blocks[3]), [made.coinbase(5, branch=9), *bodies()[4]], 1_700_009_000)
    made.write(tmp_path / "other.dat", [*blocks[:4], other])
    append(tmp_path / "store", tmp_path / "other.dat")
    store = Store.open(tmp_path / "store")
    again = Clusters.update(store, tmp_path / "clusters")
    assert len(again.forest) == merges
    assert store.txid(int(again.forest[-1, 2])) == txid
    assert same(again, Clusters.build(store, tmp_path / "anew"))


def test_tagged_exchanges_are_settings_of_a_build(tmp_path):
    blocks = made.chain(bodies())
    store = fresh(tmp_path, blocks, "store")
    last = store.n_addresses - 1
    Clusters.build(store, tmp_path / "clusters", exchanges=[0, last])
    assert Clusters.update(store, tmp_path / "clusters").manifest.settings.exchanges == (0, last)
    rollback(tmp_path / "store", 4)
    cut = Clusters.update(Store.open(tmp_path / "store"), tmp_path / "clusters")
    assert cut.manifest.settings.exchanges == (0,)  # what the other number means now, nobody knows
    again = Clusters.update(Store.open(tmp_path / "store"), tmp_path / "clusters", exchanges=[1])
    assert again.manifest.settings.exchanges == (1,)


def test_a_hold_follows_its_transaction_into_another_block(tmp_path):
    blocks = made.chain(bodies())
    store = fresh(tmp_path, blocks[:5], "store")
    tx = int(Clusters.build(store, tmp_path / "clusters").forest[-1, 2])
    Clusters.build(store, tmp_path / "clusters", held=[Held(tx, "co-spend", "Under review.")])
    early = made.block(made.block_hash(blocks[3]), [made.coinbase(5, branch=9)], 1_700_009_000)
    late = made.block(made.block_hash(early), [made.coinbase(6, branch=9), *bodies()[4]], 1_700_009_600)
    made.write(tmp_path / "other.dat", [*blocks[:4], early, late])
    append(tmp_path / "store", tmp_path / "other.dat")
    moved = Clusters.update(Store.open(tmp_path / "store"), tmp_path / "clusters")
    assert [each.tx for each in moved.held] == [tx + 1]
    assert tx + 1 not in moved.forest[:, 2]


def test_damage_and_other_forms_are_named(tmp_path):
    folder = tmp_path / "clusters"
    with pytest.raises(err.NoClusters):
        Clusters.open(folder, view(CHAIN))
    clusters = Clusters.build(view(CHAIN), folder)
    with pytest.raises(err.UnknownAddress):
        clusters.root(5)
    with pytest.raises(err.UnknownAddress):
        clusters.as_of(1).root(-1)
    with pytest.raises(err.ClustersStale):
        Clusters.open(folder, view(CHAIN[:-1]))
    (folder / "root.bin").write_bytes(bytes([1, 0, 0, 0]) * 5)
    with pytest.raises(err.ClustersDamaged):
        Clusters.open(folder, view(CHAIN)).verify()
    (folder / "root.bin").write_bytes(b"")
    with pytest.raises(err.ClustersDamaged):
        Clusters.open(folder, view(CHAIN))
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"format": "amparo-ledger-clusters/9"}))
    with pytest.raises(err.ClustersVersion):
        Manifest.read(folder)
    (folder / "manifest.json").write_text("{}")
    with pytest.raises(err.NoClusters):
        Manifest.read(folder)


def test_a_failed_build_leaves_the_older_one(tmp_path, monkeypatch):
    folder = tmp_path / "clusters"
    before = Clusters.build(view(CHAIN), folder).roots.tolist()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("amparo.ledger.clusters.files._to_disk", full)
    with pytest.raises(err.ClustersNotWritten, match="No space left"):
        Clusters.build(view(CHAIN[:2]), folder)
    assert Clusters.open(folder, view(CHAIN)).roots.tolist() == before
    assert [each.name for each in tmp_path.iterdir()] == ["clusters"]


def test_a_chain_without_transactions_has_no_entities(tmp_path):
    clusters = Clusters.build(view([]), tmp_path / "clusters")
    assert (clusters.n_addresses, clusters.largest(), clusters.alarms()) == (0, (), ())
