"""The transforms by DuckDB against plain Python, and Spark against DuckDB."""

import importlib.util
import json
import shutil
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from tests.conftest import need
from tests.ledger.economies import economies

from amparo.ledger import Store, load
from amparo.ledger.transforms import TABLES, compare, transform
from amparo.ledger.transforms.errors import NoTable, TablesThere

P2PKH, OP_RETURN = 1, 7


def write_tables(folder, economy, owners, kind=P2PKH):
    """An economy (inputs as output numbers, values) as the three tables of a store; `owners`: output -> address."""
    folder.mkdir(parents=True)
    tables = {name: [] for name in ("tx", "input", "output")}
    places = {}
    for tx, (inputs, values) in enumerate(economy):
        tables["tx"].append({"tx": tx, "txid": tx.to_bytes(32, "big")})
        for spent in inputs:
            made, vout = places[spent]
            row = {"input": len(tables["input"]), "tx": tx, "prev_txid": made.to_bytes(32, "big"), "prev_vout": vout}
            tables["input"].append(row)
        for vout, value in enumerate(values):
            output = len(tables["output"])
            places[output] = (tx, vout)
            payload = owners[output].to_bytes(32, "big")
            row = {"output": output, "tx": tx, "vout": vout, "value": value, "stype": kind, "payload": payload}
            tables["output"].append(row)
    for name, rows in tables.items():
        pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMAS[name]), folder / f"{name}.parquet")
    return folder


SCHEMAS = {
    "tx": pa.schema([("tx", pa.uint32()), ("txid", pa.binary(32))]),
    "input": pa.schema(
        [("input", pa.uint64()), ("tx", pa.uint32()), ("prev_txid", pa.binary(32)), ("prev_vout", pa.uint32())]
    ),
    "output": pa.schema(
        [
            *(("output", pa.uint64()), ("tx", pa.uint32()), ("vout", pa.uint32())),
            *(("value", pa.int64()), ("stype", pa.uint8()), ("payload", pa.binary(32))),
        ]
    ),
}


def read(folder, name):
    return pq.read_table(folder / name).to_pylist()


def plain_roots(economy, owners, excluded=()):
    """Address (its first output) -> smallest address of its cluster."""
    first = {}
    for output, owner in enumerate(owners):
        first.setdefault(owner, output)
    root = {address: address for address in first.values()}
    for tx, (inputs, _) in enumerate(economy):
        together = {root[first[owners[each]]] for each in inputs}
        if together and tx not in excluded:
            least = min(together)
            root = {address: least if old in together else old for address, old in root.items()}
    return root


def test_a_hand_worked_economy(tmp_path):
    """Outputs 0 (A), 1 (B), 2 (C); then A and B are spent together into D, then C and D into A again."""
    economy = [([], [5, 6, 7]), ([0, 1], [10]), ([2, 3], [4])]
    owners = [1, 2, 3, 4, 1]
    store = write_tables(tmp_path / "store", economy, owners)
    report = transform(store, tmp_path / "out")
    assert report.rows == {"resolved": 4, "paid": 5, "cluster": 4, "totals": 4}
    assert report.clusters == 2
    resolved = {row["input"]: (row["tx"], row["prev_out"]) for row in read(tmp_path / "out", "resolved")}
    assert resolved == {0: (1, 0), 1: (1, 1), 2: (2, 2), 3: (2, 3)}
    assert {row["address"]: row["root"] for row in read(tmp_path / "out", "cluster")} == {0: 0, 1: 0, 2: 2, 3: 2}
    totals = {row["address"]: row for row in read(tmp_path / "out", "totals")}
    a = totals[0]
    assert (a["outputs"], a["received"], a["spent_outputs"], a["spent"], a["first_tx"], a["last_tx"]) == (
        *(2, 9, 1, 5),
        *(0, 2),
    )
    assert not (tmp_path / "out" / "work").exists()


def test_an_excluded_transaction_joins_nobody(tmp_path):
    store = write_tables(tmp_path / "store", [([], [5, 6, 7]), ([0, 1], [10])], [1, 2, 3, 4])
    assert transform(store, tmp_path / "out", excluded=[1]).clusters == 4


def test_scripts_without_an_address_have_none(tmp_path):
    store = write_tables(tmp_path / "store", [([], [5])], [1], kind=OP_RETURN)
    assert transform(store, tmp_path / "out").rows["paid"] == 0


@limits(max_examples=15)
@given(economies(), st.data())
def test_clusters_equal_the_plain_ones(tmp_path_factory, economy, data):
    outputs = sum(len(values) for _, values in economy)
    owners = data.draw(st.lists(st.integers(1, 6), min_size=outputs, max_size=outputs))
    excluded = data.draw(st.sets(st.integers(0, len(economy) - 1), max_size=2))
    folder = tmp_path_factory.mktemp("transforms")
    transform(write_tables(folder / "store", economy, owners), folder / "out", excluded=excluded)
    found = {row["address"]: row["root"] for row in read(folder / "out", "cluster")}
    assert found == plain_roots(economy, owners, excluded)


def test_real_blocks(shared, tmp_path):
    """The first 4,522 blocks: 260 spends; 197 merges (counted by hand-checked peers)."""
    load(shared / "chain" / "blk00TEST00.dat", tmp_path / "store")
    report = transform(tmp_path / "store", tmp_path / "out")
    assert report.rows["resolved"] == 260
    assert report.rows["cluster"] - report.clusters == 197
    store = Store.open(tmp_path / "store")
    spends = {(row["tx"], row["prev_out"]) for row in read(tmp_path / "out", "resolved")}
    txs = range(store.manifest.report.transactions)
    assert spends == {(tx, spent) for tx in txs for spent in store.inputs_of(tx)}


def snake(length):
    """Co-spends that hang together as one long path, told in an order that is bad for it."""
    economy = [([], [1] * (2 * length))]
    economy += [([2 * at, 2 * at + 1], [1]) for at in sorted(range(length), key=lambda at: (at * 7919) % length)]
    owners = [at // 2 + at % 2 for at in range(2 * length)] + [10**6 + at for at in range(length)]
    return economy, owners


def test_a_long_path_settles_in_few_rounds(tmp_path):
    economy, owners = snake(300)
    report = transform(write_tables(tmp_path / "store", economy, owners), tmp_path / "out")
    assert report.clusters == 301
    assert 2 <= report.rounds <= 10


def test_spark_gives_equal_tables(tmp_path):
    """The one command, as its user runs it: both engines, compared table by table."""
    present = importlib.util.find_spec("pyspark") is not None and shutil.which("java") is not None
    need("spark", present, "pip install -r requirements/spark.txt, and Java 17")
    economy, owners = snake(24)
    store = write_tables(tmp_path / "store", economy, owners)
    command = ["ledger", "transform", "--store", store, "--out", tmp_path / "out", "--engine", "both", "--json"]
    done = subprocess.run([sys.executable, "-m", "amparo.cli", *map(str, command)], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    tables = {row.pop("engine"): row for row in rows if row["type"] == "tables"}
    assert tables["duckdb"] == tables["spark"]
    assert tables["spark"]["clusters"] == 25
    assert tables["spark"]["rounds"] >= 2
    compared = {row["table"]: (row["equal"], row["rows"]) for row in rows if row["type"] == "comparison"}
    assert compared == {name: (True, tables["spark"][name]) for name in TABLES}


def test_a_difference_is_counted(tmp_path):
    for name, value in (("one", 5), ("two", 6)):
        transform(write_tables(tmp_path / name, [([], [value])], [1]), tmp_path / f"{name}-out")
    found = {each.table: each for each in compare(tmp_path / "one-out", tmp_path / "two-out")}
    assert (found["paid"].only_first, found["paid"].only_second, found["cluster"].equal) == (1, 1, True)


def test_what_is_missing_is_named(tmp_path):
    with pytest.raises(NoTable, match="tx"):
        transform(tmp_path, tmp_path / "out")
    store = write_tables(tmp_path / "store", [([], [5])], [1])
    transform(store, tmp_path / "out")
    with pytest.raises(TablesThere):
        transform(store, tmp_path / "out")
