"""Appending to a store, reorganisations, rollback: equal to a fresh load of the same chain, whenever it is stopped."""

import fcntl
import os
import signal
import subprocess
import sys
import textwrap

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger import made_blocks as made

from amparo.ledger import Store, append, load, rollback
from amparo.ledger import errors as err
from amparo.ledger.store import errors as store_err
from amparo.ledger.store import resolve
from amparo.ledger.store.layout import ARRAYS, CHAIN_ARRAYS
from amparo.ledger.transforms import transform

SECRET = ("txid_table", "addr_table")  # laid out by a secret of their own


def spend(txid, vout=0, values=(made.COIN,), owner=1):
    return made.tx([(txid, vout)], [made.pays(value, owner + number) for number, value in enumerate(values)])


def bodies():
    """Six blocks; the second branch leaves after the third."""
    first = spend(made.dsha(made.coinbase(1)), values=(20 * made.COIN, 30 * made.COIN))
    second = spend(made.dsha(first), 1, owner=2)
    third = spend(made.dsha(first), 0, owner=7)
    return [[], [first], [], [second], [third], []]


CHAIN = made.chain(bodies())


def branch(after, count, base=CHAIN):
    """Other blocks on top of the first `after` ones; the first of them spends what the main chain spends later."""
    prev = made.block_hash(base[after - 1])
    unspent = 2 <= after <= 4 and base[:after] == CHAIN[:after]
    found = []
    for number in range(count):
        body = [spend(made.dsha(bodies()[1][0]), 0, owner=40)] if number == 0 and unspent else []
        txs = [made.coinbase(after + number + 1, owner=3, branch=7), *body]
        found.append(made.block(prev, txs, 1_700_000_000 + 600 * (after + number)))
        prev = made.block_hash(found[-1])
    return found


def write(folder, blocks, name="blk00000.dat"):
    folder.mkdir(exist_ok=True)
    return made.write(folder / name, blocks)


def fresh(tmp_path, blocks, name="fresh"):
    load(write(tmp_path / f"{name}-blocks", blocks), tmp_path / name, window="made")
    return Store.open(tmp_path / name)


def same(one, other):
    """Every array equal row by row, but for the tables with a secret; the digests of the chain's arrays too."""
    for name in ARRAYS:
        if name not in (*SECRET, "block_at", "block_file", "tx_at"):
            assert np.array_equal(one.array(name), other.array(name)), name
    assert one.manifest.data_digest == other.manifest.data_digest
    for name in CHAIN_ARRAYS:
        assert one.manifest.array(name).sha256 == other.manifest.array(name).sha256
    for table in ("block", "tx", "input", "output"):
        assert rows(one, table) == rows(other, table)
    for tx in range(len(other.array("txid"))):
        assert one.find_tx(other.txid(tx)).ref == other.tx_ref(tx)
    for address in range(other.n_addresses):
        assert one.address_id(other.address_text(address)) == other.address_id(other.address_text(address))
    one.verify()


def rows(store, table):
    left_out = {"block": 'EXCLUDE (file, "offset")', "tx": 'EXCLUDE ("offset")'}.get(table, "")
    files = [str(path) for path in store.tables(table)]
    return duckdb.sql(f"SELECT * {left_out} FROM read_parquet({files}) ORDER BY 1").fetchall()


def test_a_grown_file_adds_only_its_new_blocks(tmp_path):
    path = write(tmp_path / "b", CHAIN[:3])
    load(path, tmp_path / "s", window="made")
    write(tmp_path / "b", CHAIN)
    report = append(tmp_path / "s", path)
    assert (report.new, report.blocks, report.cut, report.last_height) == (True, 6, 0, 6)
    store = Store.open(tmp_path / "s")
    same(store, fresh(tmp_path, CHAIN))
    assert store.tip == made.block_hash(CHAIN[-1])[::-1].hex()
    assert store.block(5).file == "blk00000.dat"
    assert len(store.manifest.source_files) == 1
    assert not append(tmp_path / "s", path).new


def test_loading_a_grown_source_appends(tmp_path):
    path = write(tmp_path / "b", CHAIN[:3])
    load(path, tmp_path / "s", window="made")
    write(tmp_path / "b", CHAIN)
    assert load(path, tmp_path / "s", window="made").blocks == 6
    assert not load(path, tmp_path / "s", window="made").new
    same(Store.open(tmp_path / "s"), fresh(tmp_path, CHAIN))


def test_new_files_alone_are_added_after_the_tip(tmp_path):
    load(write(tmp_path / "b", CHAIN[:2]), tmp_path / "s", window="made")
    for number, part in enumerate((CHAIN[2:4], CHAIN[4:])):
        append(tmp_path / "s", write(tmp_path / f"c{number}", part))
    store = Store.open(tmp_path / "s")
    same(store, fresh(tmp_path, CHAIN))
    assert [store.manifest.source_files[n][0] for n in store.array("block_file")] == ["blk00000.dat"] * 6
    assert store.array("block_file").tolist() == [0, 0, 1, 1, 2, 2]
    assert len(store.tables("tx")) == 3


def test_blocks_that_do_not_connect_are_refused(tmp_path):
    load(write(tmp_path / "b", CHAIN[:2]), tmp_path / "s", window="made")
    with pytest.raises(store_err.DoesNotConnect):
        append(tmp_path / "s", write(tmp_path / "c", CHAIN[4:]))
    with pytest.raises(err.OtherSource):
        load(tmp_path / "c/blk00000.dat", tmp_path / "s", window="made")


@pytest.mark.parametrize("after", [1, 2, 3, 5])
def test_a_reorganisation_cuts_and_goes_on(tmp_path, after):
    load(write(tmp_path / "b", CHAIN), tmp_path / "s", window="made")
    other = [*CHAIN[:after], *branch(after, 7 - after)]
    before = Store.open(tmp_path / "s")
    report = append(tmp_path / "s", write(tmp_path / "c", other))
    assert (report.cut, report.blocks) == (6 - after, 7)
    store = Store.open(tmp_path / "s")
    same(store, fresh(tmp_path, other))
    assert store.holds(made.block_hash(CHAIN[0])[::-1].hex())
    assert not store.holds(made.block_hash(CHAIN[-1])[::-1].hex())
    assert before.output(0).value == 50 * made.COIN  # who has the old store open keeps it
    assert before.tip == made.block_hash(CHAIN[-1])[::-1].hex()


def test_loading_over_a_reorganisation_follows_it(tmp_path):
    path = write(tmp_path / "b", CHAIN[:4])
    load(path, tmp_path / "s", window="made")
    write(tmp_path / "b", [*CHAIN[:4], *branch(2, 5)])  # as a node writes it: the stale blocks stay in the file
    assert load(path, tmp_path / "s", window="made").cut == 2
    same(Store.open(tmp_path / "s"), fresh(tmp_path, [*CHAIN[:2], *branch(2, 5)]))


def test_a_shorter_branch_is_refused(tmp_path):
    load(write(tmp_path / "b", CHAIN), tmp_path / "s", window="made")
    with pytest.raises(store_err.ShorterChain, match=made.block_hash(CHAIN[3])[::-1].hex()):
        append(tmp_path / "s", write(tmp_path / "c", [*CHAIN[:3], *branch(3, 2)]))
    same(Store.open(tmp_path / "s"), fresh(tmp_path, CHAIN))


@pytest.mark.parametrize("kept", [1, 2, 4, 5])
def test_a_rollback_equals_a_load_of_the_shorter_chain(tmp_path, kept):
    path = write(tmp_path / "b", CHAIN)
    load(path, tmp_path / "s", window="made")
    report = rollback(tmp_path / "s", kept)
    assert (report.blocks, report.cut, report.last_height) == (kept, 6 - kept, kept)
    same(Store.open(tmp_path / "s"), fresh(tmp_path, CHAIN[:kept]))
    assert append(tmp_path / "s", path).blocks == 6
    same(Store.open(tmp_path / "s"), fresh(tmp_path, CHAIN, "again"))


def test_a_rollback_names_its_block_by_hash_too(tmp_path):
    load(write(tmp_path / "b", CHAIN), tmp_path / "s", window="made")
    assert rollback(tmp_path / "s", made.block_hash(CHAIN[2])[::-1].hex()).blocks == 3
    assert rollback(tmp_path / "s", 3).cut == 0
    for absent in (7, -1, "ab" * 32, "no hash"):
        with pytest.raises(err.NotLoaded):
            rollback(tmp_path / "s", absent)


def test_a_double_spend_in_what_is_added_leaves_the_store_as_it_was(tmp_path):
    load(write(tmp_path / "b", CHAIN[:5]), tmp_path / "s", window="made")
    again = spend(made.dsha(bodies()[1][0]), 0, owner=9)
    bad = made.block(made.block_hash(CHAIN[4]), [made.coinbase(6), again])
    with pytest.raises(err.DoubleSpend, match=made.dsha(again)[::-1].hex()):
        append(tmp_path / "s", write(tmp_path / "c", [bad]))
    same(Store.open(tmp_path / "s"), fresh(tmp_path, CHAIN[:5]))
    append(tmp_path / "s", write(tmp_path / "d", CHAIN[5:]))
    same(Store.open(tmp_path / "s"), fresh(tmp_path, CHAIN, "whole"))


def test_one_writer_at_a_time(tmp_path):
    load(write(tmp_path / "b", CHAIN[:3]), tmp_path / "s", window="made")
    handle = os.open(tmp_path / "s", os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        with pytest.raises(store_err.StoreBusy):
            append(tmp_path / "s", write(tmp_path / "c", CHAIN))
    finally:
        os.close(handle)


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_any_row_of_appends_equals_one_load(tmp_path_factory, data):
    """Windows of any size, tables in small parts, a reorganisation or two: the arrays are those of a fresh load."""
    tmp_path = tmp_path_factory.mktemp("row")
    chain, held = CHAIN, data.draw(st.integers(1, 5))
    load(write(tmp_path / "b", chain[:held]), tmp_path / "s", window="made", memory=1)
    for step in range(data.draw(st.integers(1, 3))):
        if data.draw(st.booleans()) and held > 1:
            after = data.draw(st.integers(1, held - 1))
            chain = [*chain[:after], *branch(after, held - after + data.draw(st.integers(1, 2)), chain)]
            held = len(chain)
        else:
            held = max(held, data.draw(st.integers(1, len(chain))))
        append(tmp_path / "s", write(tmp_path / f"c{step}", chain[:held]), memory=1)
    same(Store.open(tmp_path / "s"), fresh(tmp_path, chain[:held]))


KILLED = """
    import os, signal, sys
    from pathlib import Path
    from amparo.ledger import append, rollback
    from amparo.ledger.store import arrays, grow, write
    left = int(sys.argv[3])

    def count(event, facts):
        global left
        if event in ("open", "os.rename", "os.remove", "os.truncate") and sys.argv[1] in str(facts[0]):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    append(Path(sys.argv[1]), Path(sys.argv[2]))
"""


@pytest.mark.parametrize("reorganised", [False, True])
def test_killed_at_any_moment_the_store_is_the_old_or_the_new_one(tmp_path, reorganised):
    old, new = CHAIN[:4], ([*CHAIN[:2], *branch(2, 5)] if reorganised else CHAIN)
    expected = {store.tip: store for store in (fresh(tmp_path, old, "old"), fresh(tmp_path, new, "new"))}
    source = write(tmp_path / "c", new)
    load(write(tmp_path / "b", old), tmp_path / "s", window="made")
    seen = set()
    for moment in (1, 3, 30, 75, 100, 125, 150, 1000):
        command = [sys.executable, "-c", textwrap.dedent(KILLED), str(tmp_path / "s"), str(source), str(moment)]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        assert done.returncode in (0, -signal.SIGKILL), done.stderr
        store = Store.open(tmp_path / "s")
        same(store, expected[store.tip])
        seen.add((done.returncode, store.tip))
    assert (-signal.SIGKILL, Store.open(tmp_path / "old").tip) in seen
    assert (0, Store.open(tmp_path / "new").tip) in seen


def test_small_parts_of_the_tables_give_the_same_store(tmp_path, monkeypatch):
    monkeypatch.setattr(resolve, "MEMORY", 1)
    load(write(tmp_path / "b", CHAIN), tmp_path / "s", window="made", memory=1)
    same(Store.open(tmp_path / "s"), fresh(tmp_path, CHAIN))


def test_a_store_without_tables_grows_and_shrinks_like_one_with(tmp_path):
    load(write(tmp_path / "b", CHAIN[:4]), tmp_path / "s", window="made", tables=False)
    append(tmp_path / "s", write(tmp_path / "c", [*CHAIN[:2], *branch(2, 5)]))
    rollback(tmp_path / "s", 2)
    append(tmp_path / "s", write(tmp_path / "d", CHAIN))
    store = Store.open(tmp_path / "s")
    assert [store.tables(name) for name in ("block", "tx", "input", "output")] == [()] * 4
    assert store.manifest.data_digest == fresh(tmp_path, CHAIN).manifest.data_digest
    store.verify()


def test_the_transforms_read_all_parts_of_a_grown_store(tmp_path):
    load(write(tmp_path / "b", CHAIN[:3]), tmp_path / "s", window="made")
    append(tmp_path / "s", write(tmp_path / "c", CHAIN[3:]))
    fresh(tmp_path, CHAIN)
    grown, whole = (transform(tmp_path / name, tmp_path / f"{name}-out") for name in ("s", "fresh"))
    assert grown == whole
    assert grown.rows["resolved"] == 3
