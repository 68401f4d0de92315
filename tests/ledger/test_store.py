"""The store: look-ups, tables, damage, and chains that do not hold together."""

import json

import duckdb
import pyarrow.parquet as pq
import pytest
from tests.ledger import made_blocks as made

from amparo.ledger import Store, load
from amparo.ledger import errors as err
from amparo.ledger.store import resolve
from amparo.ledger.store.arrays import spans


@pytest.fixture(scope="module")
def folder(shared, tmp_path_factory):
    folder = tmp_path_factory.mktemp("ledger") / "store"
    load(shared / "chain/blk00TEST00.dat", folder)
    return folder


@pytest.fixture(scope="module")
def store(folder):
    return Store.open(folder)


def test_the_first_payment_looked_up_every_way(store):
    (paid, change) = store.find("170:1")
    assert (paid.value, paid.script, paid.address) == (10**9, "p2pk", "1Q2TWHE3GMdB6BZKafqwxXtWAWgFt5Jvm3")
    assert (change.spent_by, paid.spent_by) == ("181:1", None)
    assert store.find(f"{paid.txid}:1") == (change,)
    assert store.find(paid.txid.upper()) == (paid, change)
    assert store.find("170:1/0") == (paid,)
    assert store.outputs_to(paid.address) == (paid,)


def test_an_address_finds_all_its_outputs_in_chain_order(store):
    found = store.outputs_to("12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3S")
    assert [each.ref for each in found] == ["9:0/0", "170:1/1", "181:1/1", "182:1/1", "183:1/1", "248:1/1"]
    assert store.outputs_to("12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3S", limit=2) == found[:2]
    assert store.outputs_to("1BoatSLRHtKNngkdXEeobR76b53LETtpyT") == ()


def test_every_txid_finds_its_transaction(store):
    for tx in range(0, store.manifest.report.transactions, 37):
        assert store.find_tx(store.txid(tx)).tx == tx


@pytest.mark.parametrize("address", ["12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3T", "", "bc1qqqqqq", "x" * 500, "11111"])
def test_an_address_with_one_wrong_sign_is_refused(store, address):
    with pytest.raises(err.BadAddress):
        store.outputs_to(address)


def test_a_transaction_can_be_read_again_as_evidence(store, shared):
    row = store.find_tx("170:1")
    data = (shared / "chain" / row.block.file).read_bytes()[row.at : row.at + row.size]
    assert made.dsha(data)[::-1].hex() == row.txid


def test_tables_and_arrays_say_the_same(folder, store):
    outputs = pq.read_table(folder / "output.parquet").to_pydict()
    inputs = pq.read_table(folder / "input.parquet").to_pydict()
    assert [store.spender(each) for each in outputs["output"]] == outputs["spent_by"]
    assert [store.value(each) for each in outputs["output"]] == outputs["value"]
    assert len(inputs["input"]) == 260
    by_tx = {}
    for tx, spent in zip(inputs["tx"], inputs["prev_out"], strict=True):
        by_tx.setdefault(tx, []).append(spent)
    assert {tx: store.inputs_of(tx) for tx in by_tx} == by_tx
    counts = duckdb.sql(f"SELECT count(*), sum(n_tx), max(height) FROM '{folder / 'block.parquet'}'").fetchall()
    assert counts[0] == (4522, 4583, 4521)


def test_block_hashes_are_those_of_the_chain(store):
    assert store.block(0).hash == "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f"
    assert store.block(4521).hash == store.manifest.report.tip


def test_equal_blocks_give_equal_data_digests(shared, store, tmp_path):
    load(shared / "chain/blk00TEST00.dat", tmp_path / "again")
    assert Store.open(tmp_path / "again").manifest.data_digest == store.manifest.data_digest


def small(tmp_path, bodies, window="made"):
    return load(made.write(tmp_path / "blk00000.dat", made.chain(bodies)), tmp_path / "store", window=window)


def test_verify_names_the_file_that_changed(tmp_path):
    small(tmp_path, [[], []])
    store = Store.open(tmp_path / "store")
    store.verify()
    data = bytearray((tmp_path / "store/value.bin").read_bytes())
    data[0] ^= 1
    (tmp_path / "store/value.bin").write_bytes(data)
    with pytest.raises(err.StoreDamaged, match=r"value\.bin"):
        Store.open(tmp_path / "store").verify()


def test_a_cut_or_missing_array_is_found_at_once(tmp_path):
    small(tmp_path, [[], []])
    path = tmp_path / "store/txid.bin"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(err.StoreDamaged, match=r"txid\.bin"):
        Store.open(tmp_path / "store")
    path.unlink()
    with pytest.raises(err.StoreDamaged, match=r"txid\.bin"):
        Store.open(tmp_path / "store")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "amparo-ledger-store/9"}'])
def test_other_folders_are_no_store(tmp_path, text):
    with pytest.raises(err.NoStore):
        Store.open(tmp_path)
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises((err.NoStore, err.StoreVersion)):
        Store.open(tmp_path)


def test_the_manifest_tells_source_and_skips(tmp_path):
    small(tmp_path, [[], []])
    manifest = json.loads((tmp_path / "store/manifest.json").read_text())
    assert manifest["report"]["window"] == "made"
    assert manifest["source_files"][0][0] == "blk00000.dat"


def test_a_window_keeps_what_it_cannot_resolve(tmp_path):
    outside = made.tx([(b"\x05" * 32, 3)], [made.pays(9)])
    report = small(tmp_path, [[outside]])
    assert (report.inputs, report.resolved, report.unresolved) == (1, 0, 1)
    assert Store.open(tmp_path / "store").inputs_of(1) == [None]


def spend_of(height, vout=0, value=made.COIN, owner=0):
    return made.tx([(made.dsha(made.coinbase(height)), vout)], [made.pays(value, owner)])


def test_an_output_spent_twice_names_both(tmp_path):
    with pytest.raises(err.DoubleSpend, match=made.dsha(made.coinbase(1))[::-1].hex()):
        small(tmp_path, [[], [spend_of(1, owner=1)], [spend_of(1, owner=2)]])
    assert not (tmp_path / "store").exists()


def test_an_output_spent_twice_is_found_across_chunks(tmp_path, monkeypatch):
    """With one transaction at a time, the first spend is linked when the second one comes."""
    monkeypatch.setattr(resolve, "spans", lambda start, stop, size=1: spans(start, stop, 1))
    with pytest.raises(err.DoubleSpend):
        small(tmp_path, [[], [spend_of(1, owner=1)], [spend_of(1, owner=2)]])


@pytest.mark.parametrize("vout", [1, 7])
def test_an_output_that_never_was_names_the_transaction(tmp_path, vout):
    bad = spend_of(1, vout=vout)
    with pytest.raises(err.UnknownSpend, match=made.dsha(bad)[::-1].hex()):
        small(tmp_path, [[], [bad]])


def test_money_from_nowhere_is_refused(tmp_path):
    with pytest.raises(err.ValueCreated, match="5100000000"):
        small(tmp_path, [[], [spend_of(1, value=51 * made.COIN)]])


def test_spending_before_it_exists_is_unresolved_never_linked(tmp_path):
    early = spend_of(2)
    report = small(tmp_path, [[early], []])
    assert (report.resolved, report.unresolved) == (0, 1)


def test_spends_inside_one_block_resolve(tmp_path):
    first = spend_of(1, owner=1)
    second = made.tx([(made.dsha(first), 0)], [made.pays(made.COIN, 2)])
    report = small(tmp_path, [[], [first, second]])
    assert (report.resolved, report.unresolved) == (2, 0)


def test_a_chain_from_genesis_on_is_no_window(tmp_path):
    blocks = [made.genesis_block(), *made.chain([[], []])]
    assert made.block_hash(blocks[0]) == made.GENESIS
    report = load(made.write(tmp_path / "blk00000.dat", blocks), tmp_path / "store")
    assert (report.window, report.first_height, report.last_height) == (None, 0, 2)


def test_a_chain_from_genesis_on_must_resolve_everything(tmp_path):
    outside = made.tx([(b"\x05" * 32, 3)], [made.pays(9)])
    blocks = [made.genesis_block(), *made.chain([[], [outside]])]
    with pytest.raises(err.UnknownSpend) as caught:
        load(made.write(tmp_path / "blk00000.dat", blocks), tmp_path / "store")
    assert caught.value.facts == {
        "txid": made.dsha(outside)[::-1].hex(),
        "block": made.block_hash(blocks[2])[::-1].hex(),
        "spent": "05" * 32 + ":3",
    }


def test_a_store_of_the_older_form_is_replaced_by_its_own_source_only(tmp_path):
    report = small(tmp_path, [[], []])
    store, manifest = tmp_path / "store", tmp_path / "store/manifest.json"
    value = json.loads(manifest.read_text()) | {"format": "amparo-ledger-store/1"}
    manifest.write_text(json.dumps(value))
    with pytest.raises(err.StoreVersion):
        Store.open(store)
    other = made.write(tmp_path / "other.dat", made.chain([[], [], []]))
    with pytest.raises(err.StoreVersion):
        load(other, store, window="made")
    assert load(tmp_path / "blk00000.dat", store, window="made") == report
    Store.open(store).verify()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["blk00000.dat", "other.dat", "store"]
