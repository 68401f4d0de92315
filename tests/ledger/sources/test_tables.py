"""Tables of bitcoin-etl's form: the store that the blocks' bytes give, in every file form; every kind of defect."""

import csv
import json

import duckdb
import pytest
from tests.ledger import made_blocks as made
from tests.ledger.sources import core
from tests.ledger.sources import esplora as double

from amparo.base import SkipCount, silent
from amparo.ledger import Seed, Store, load, trace
from amparo.ledger.nodes import errors as err
from amparo.ledger.scripts import ScriptKind, classify
from amparo.ledger.sources import Tables, source_of

TYPES = {
    ScriptKind.P2PKH: "pubkeyhash",
    ScriptKind.P2SH: "scripthash",
    ScriptKind.P2PK: "pubkey",
    ScriptKind.P2WPKH: "witness_v0_keyhash",
    ScriptKind.P2WSH: "witness_v0_scripthash",
    ScriptKind.OP_RETURN: "nulldata",
    ScriptKind.MULTISIG: "multisig",
}


def rows_of(known):
    """bitcoin-etl's transactions of a chain, as its README describes them (read by python-bitcoinlib)."""
    for txid, tx in known.txs.items():
        height, position = known.where[txid]
        yield {
            "hash": txid,
            "size": len(tx.serialize()),
            "virtual_size": len(tx.serialize()),
            "version": tx.nVersion,
            "lock_time": tx.nLockTime,
            "block_number": height,
            "block_hash": double.shown(made.block_hash(known.blocks[height])),
            "block_timestamp": known.read[height].nTime,
            "index": position,
            "is_coinbase": position == 0,
            "inputs": [] if position == 0 else [the_input(known, *each) for each in enumerate(tx.vin)],
            "outputs": [{"index": number, **paid(known, out)} for number, out in enumerate(tx.vout)],
        }


def the_input(known, number, each):
    previous = double.shown(each.prevout.hash)
    joined = paid(known, known.txs[previous].vout[each.prevout.n])
    del joined["script_hex"]
    return {
        "index": number,
        "spent_transaction_hash": previous,
        "spent_output_index": each.prevout.n,
        "script_hex": bytes(each.scriptSig).hex(),
        "sequence": each.nSequence,
        **joined,
    }


def paid(known, out):
    script = bytes(out.scriptPubKey)
    address = known.address(script)
    kind = classify(script)[0]
    return {
        "script_hex": script.hex(),
        "type": TYPES.get(kind, "nonstandard"),
        "addresses": [address] if address else ["nonstandard" + script.hex()[:40]],
        "value": out.nValue,
    }


@pytest.fixture(scope="session")
def known(economy):
    return double.Esplora(economy[0])


@pytest.fixture
def rows(known):
    return json.loads(json.dumps(list(rows_of(known))))


def jsonl(folder, rows, name="transactions.jsonl"):
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))


def parquet(folder, rows):
    jsonl(folder, rows, "rows.txt")
    rows = f"SELECT * FROM read_json('{folder}/rows.txt', format='newline_delimited')"
    duckdb.execute(f"COPY ({rows}) TO '{folder}/transactions.parquet'")
    (folder / "rows.txt").unlink()


def write_csv(path, rows):
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def nested_csv(folder, rows):
    folder.mkdir(exist_ok=True)
    flat = [{**row, "inputs": json.dumps(row["inputs"]), "outputs": json.dumps(row["outputs"])} for row in rows]
    write_csv(folder / "transactions.csv", flat)


def separate_csv(folder, rows):
    """Three tables, as BigQuery's views `inputs` and `outputs` beside the transactions."""
    folder.mkdir(exist_ok=True)
    plain = [{key: value for key, value in row.items() if key not in ("inputs", "outputs")} for row in rows]
    write_csv(folder / "transactions.csv", plain)
    for side in ("inputs", "outputs"):
        found = [
            {"transaction_hash": row["hash"], **each, "addresses": json.dumps(each["addresses"])}
            for row in rows
            for each in row[side]
        ]
        write_csv(folder / f"{side}.csv", found)


def separate_parquet(folder, rows):
    separate_csv(folder, rows)
    for name in ("transactions", "inputs", "outputs"):
        duckdb.execute(f"COPY (SELECT * FROM read_csv('{folder}/{name}.csv')) TO '{folder}/{name}.parquet'")
        (folder / f"{name}.csv").unlink()


def partitioned(folder, rows):
    half = len(rows) // 2
    for number, part in enumerate((rows[half:], rows[:half])):
        place = folder / f"transactions/start_block={number}"
        place.mkdir(parents=True)
        jsonl(place, part, f"transactions_{number}.json")


def digest(folder):
    return Store.open(folder).manifest.data_digest


def load_tables(folder, store, network="regtest", window=None):
    scan = Tables(network).scan(folder, SkipCount(), silent, window=False)
    return load(scan, store, window=window), scan


@pytest.mark.parametrize(
    "write", [jsonl, parquet, nested_csv, separate_csv, separate_parquet, partitioned], ids=lambda each: each.__name__
)
def test_every_form_of_table_gives_the_store_that_the_bytes_give(known, rows, tmp_path, write):
    write(tmp_path / "tables", rows)
    report, scan = load_tables(tmp_path / "tables", tmp_path / "s")
    core.feed(tmp_path / "core", known.blocks[1:])
    load(tmp_path / "core/blocks", tmp_path / "b")
    assert digest(tmp_path / "s") == digest(tmp_path / "b")
    assert (report.source, report.window, report.first_height) == ("table", None, 0)
    assert not scan.skipped.counts
    store = Store.open(tmp_path / "s")
    assert {each[2] for number in range(report.inputs) if (each := store.given(number))} == {"table"}


def test_the_folder_is_known_by_its_tables(rows, tmp_path):
    jsonl(tmp_path / "tables", rows)
    assert source_of(tmp_path / "tables").name == "table"
    assert source_of(tmp_path / "tables/transactions.jsonl").name == "table"


def test_rows_in_any_order_without_index_are_put_parents_first(rows, tmp_path):
    for row in rows:
        del row["index"]
    jsonl(tmp_path / "tables", rows[::-1])
    report, _ = load_tables(tmp_path / "tables", tmp_path / "s")
    assert report.resolved == report.inputs > 300
    result = trace(Store.open(tmp_path / "s"), [Seed("1:0")], "fifo")
    assert "source-table" in [note.name for note in result.notes]


def test_a_window_knows_what_the_table_joined(rows, tmp_path):
    jsonl(tmp_path / "tables", [row for row in rows if row["block_number"] >= 102])
    report, _ = load_tables(tmp_path / "tables", tmp_path / "s", window="late")
    assert (report.first_height, report.window) == (102, "late")
    assert 0 < report.given <= report.unresolved  # spent bare scripts have no address, so the table does not say them


def test_tables_without_scripts_are_loaded_by_address_and_said_to_be_unchecked(rows, tmp_path):
    for row in rows:
        for each in (*row["inputs"], *row["outputs"]):
            each.pop("script_hex")
    jsonl(tmp_path / "tables", rows)
    report, scan = load_tables(tmp_path / "tables", tmp_path / "s")
    assert scan.skipped.counts["table-id-unchecked"] == report.transactions - report.blocks
    assert report.resolved == report.inputs


def test_an_id_that_lost_its_last_signs_is_repaired_where_its_parts_prove_it(rows, tmp_path):
    cut = [row for row in rows if not row["is_coinbase"]][7]
    whole, cut["hash"] = cut["hash"], cut["hash"][:-1]
    jsonl(tmp_path / "tables", rows)
    _, scan = load_tables(tmp_path / "tables", tmp_path / "s")
    assert dict(scan.skipped.counts) == {"table-id-repaired": 1}
    assert Store.open(tmp_path / "s").find_tx(whole).txid == whole


def test_the_real_table_of_2009_is_refused_for_its_cut_ids(shared, tmp_path):
    """2,052 of its ids lost their last sign, and it has no scripts that could prove which."""
    rows = list(rows_of_2009(shared / "chain/btc2009"))
    assert sum(len(row["hash"]) == 63 for row in rows) == 2052
    jsonl(tmp_path / "tables", rows)
    with pytest.raises(err.BadCell, match="hash is"):
        load_tables(tmp_path / "tables", tmp_path / "s", "bitcoin", window="2009")


def test_the_real_table_of_2009_with_the_blocks_own_ids_equals_the_blocks(shared, tmp_path):
    path = shared / "chain/blk00TEST00.dat"
    load(path, tmp_path / "b")
    held = Store.open(tmp_path / "b")
    rows, repaired = [], {}
    for number, row in zip(range(4583), rows_of_2009(shared / "chain/btc2009"), strict=False):
        assert held.txid(number).startswith(row["hash"])
        repaired[row["hash"]] = held.txid(number)
        row["block_hash"] = held.block(row["block_number"]).hash
        row["block_timestamp"] = held.block(row["block_number"]).time
        rows.append(row)
    for row in rows:
        row["hash"] = repaired[row["hash"]]
        for each in row["inputs"]:
            each["spent_transaction_hash"] = repaired[each["spent_transaction_hash"]]
    jsonl(tmp_path / "tables", rows)
    report, _ = load_tables(tmp_path / "tables", tmp_path / "s", "bitcoin")
    assert (report.transactions, report.inputs, report.resolved) == (4583, 260, 260)
    ours = Store.open(tmp_path / "s")
    for name in ("txid", "value", "spent_by", "prev_out"):
        assert (ours.array(name) == held.array(name)).all()


def rows_of_2009(folder):
    """The published tables of 2009 joined into rows; spent outputs by the row they stand in, as they have no key."""

    def read(name):
        with (folder / name).open() as stream:
            return list(csv.DictReader(stream))

    hashes = [row["tx_hash"] for row in read("tx_hash.csv")]
    heights = [int(row["block_index"]) for row in read("tx_height.csv")]
    addresses = {row["adr_index"]: row["adr_hash"] for row in read("adr_hash.csv")}
    outputs, inputs, places = {}, {}, {}
    for row in read("tx_output.csv"):
        listed = outputs.setdefault(int(row["tx_index"]), [])
        places[row["output_index"]] = (int(row["tx_index"]), len(listed))
        found = addresses.get(row["adr_index"])  # some addresses are not in their table
        kind = "pubkey" if row["adr_index"].endswith("1") else "pubkeyhash"
        paid_to = {"addresses": [found] if found else [], "type": kind, "value": int(row["output_value"])}
        listed.append({"index": len(listed), **paid_to})
    for row in read("tx_input.csv"):
        tx, vout = places[row["output_index"]]
        listed = inputs.setdefault(int(row["tx_index"]), [])
        listed.append({"index": len(listed), "spent_transaction_hash": hashes[tx], "spent_output_index": vout})
    for tx, (txid, height) in enumerate(zip(hashes, heights, strict=True)):
        yield {
            "hash": txid,
            "block_number": height,
            "block_hash": f"{height:064x}",
            "block_timestamp": "2009-01-03 18:15:05 UTC",
            "inputs": inputs.get(tx, []),
            "outputs": outputs[tx],
        }


# Defects.


def spending(rows):
    return next(row for row in rows if not row["is_coinbase"])


def put(key, value, place=None):
    def change(rows):
        row = spending(rows)
        (row if place is None else row[place][0])[key] = value

    return change


def drop(key):
    def change(rows):
        for row in rows:
            row.pop(key)

    return change


DEFECTS = {
    "other-id": (put("hash", "ab" * 32), err.BadCell, "its parts make"),
    "short-id": (put("hash", "ab"), err.BadCell, "its parts make"),
    "float-value": (put("value", 1.5, "outputs"), err.BadCell, "outputs.value is 1.5"),
    "text-float": (put("value", "171.0", "outputs"), err.BadCell, "outputs.value is 171.0"),
    "negative": (put("value", -1, "outputs"), err.BadCell, "outputs.value is -1"),
    "two-to-63": (put("value", 2**63, "outputs"), err.BadCell, "outputs.value"),
    "no-value": (put("value", None, "outputs"), err.BadCell, "outputs.value is None"),
    "no-script": (put("script_hex", "xyz", "outputs"), err.BadCell, "script_hex is xyz"),
    "key-twice": (
        lambda rows: spending(rows)["outputs"].append(dict(spending(rows)["outputs"][0])),
        err.BadCell,
        "index",
    ),
    "key-glued": (put("index", 1710, "outputs"), err.BadCell, "index"),
    "spent-index": (put("spent_output_index", "171.0", "inputs"), err.BadCell, "spent_output_index is 171.0"),
    "cut-spent-id": (put("spent_transaction_hash", "ab" * 31, "inputs"), err.BadCell, "spent_transaction_hash"),
    "other-chain": (put("addresses", ["1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"], "inputs"), err.BadCell, "addresses"),
    "odd-time": (put("block_timestamp", "yesterday"), err.BadCell, "block_timestamp is yesterday"),
    "count": (put("output_count", 9), err.BadCell, "output_count is 9"),
    "coinbase": (put("is_coinbase", True), err.BadCell, "is_coinbase"),
    "no-outputs": (put("outputs", []), err.BadCell, "outputs is empty"),
    "other-block": (put("block_hash", "cd" * 32), err.TableOrder, "two blocks"),
    "place-twice": (put("index", 0), err.TableOrder, "missing or doubled"),
    "row-twice": (lambda rows: rows.append(dict(spending(rows))), err.TableOrder, "twice"),
    "lost-block": (lambda rows: rows.__delitem__(5), err.TableOrder, "blocks are there"),
    "lost-row": (lambda rows: rows.remove(spending(rows)), err.TableOrder, "missing or doubled"),
    "no-hash-column": (drop("hash"), err.MissingColumn, "hash"),
    "no-height-column": (drop("block_number"), err.MissingColumn, "block_number"),
    "no-time-column": (drop("block_timestamp"), err.MissingColumn, "block_timestamp"),
}


@pytest.mark.parametrize("case", DEFECTS)
def test_defects_are_named_and_nothing_is_stored(rows, tmp_path, case):
    change, error, said = DEFECTS[case]
    change(rows)
    jsonl(tmp_path / "tables", rows)
    with pytest.raises(error, match=said):
        load_tables(tmp_path / "tables", tmp_path / "s")
    assert not (tmp_path / "s").exists()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("transactions.jsonl", b'{"hash": "a'),
        ("transactions.jsonl", b"[1, 2]\n"),
        ("transactions.parquet", b"PAR1nothing"),
        ("transactions.csv", b'hash,block_number\n"a,1\n'),
        ("transactions.jsonl", b""),
    ],
    ids=["cut-json", "json-list", "parquet", "csv", "empty"],
)
def test_broken_files_are_named(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    with pytest.raises((err.TableBroken, err.MissingColumn, err.BadCell)) as caught:
        load_tables(tmp_path, tmp_path / "s")
    assert name in str(caught.value)


def test_a_folder_without_tables(tmp_path):
    with pytest.raises(err.NoTables):
        Tables().scan(tmp_path, SkipCount(), silent, window=False)
