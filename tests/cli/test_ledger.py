"""`amparo ledger` on the first mebibyte of the real chain and on bad sources."""

from pathlib import Path

import pytest
from tests_cli import rows

LEAVES = {
    "170:1/0": 1_000_000_000,
    "181:1/0": 1_000_000_000,
    "221:1/0": 100_000_000,
    "248:1/1": 1_800_000_000,
    "496:1/0": 1_100_000_000,
}


@pytest.fixture
def store(run, shared: Path, tmp_path: Path) -> Path:
    done = run("ledger", "load", shared / "chain/blk00TEST00.dat", "--store", tmp_path / "store", "--json")
    assert done.returncode == 0
    *skips, report = rows(done)
    assert [skip["reason"] for skip in skips] == ["cut-record"]
    assert (report["inputs"], report["resolved"], report["unresolved"]) == (260, 260, 0)
    return tmp_path / "store"


@pytest.mark.parametrize("rule", ["fifo", "lifo", "haircut", "tiho"])
def test_trace_adds_up_to_the_satoshi(run, store: Path, rule: str) -> None:
    done = run("ledger", "trace", "9:0", "--store", store, "--rule", rule, "--json")
    assert done.returncode == 0
    *outputs, totals = rows(done)
    assert {row["ref"]: row["tainted"] for row in outputs if row["state"] == "held"} == LEAVES
    parts = ("held", "fee", "absorbed", "stopped", "destroyed", "gap")
    assert totals["claims"] == sum(totals[part] for part in parts) == 5_000_000_000


def test_trace_of_one_output_and_a_picture(run, store: Path, tmp_path: Path) -> None:
    done = run("ledger", "trace", "9:0/0", "--store", store, "--rule", "fifo", "--svg", tmp_path / "flow.svg")
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1].startswith("claims 5,000,000,000 = 5,000,000,000 held")
    assert (tmp_path / "flow.svg").read_text(encoding="utf-8").startswith("<svg")


def test_unknown_rule_names_the_known_ones(run, store: Path) -> None:
    done = run("ledger", "trace", "9:0", "--store", store, "--rule", "lofi")
    assert done.returncode == 2
    assert "fifo" in done.stderr


def test_no_store_says_how_to_make_one(run, tmp_path: Path) -> None:
    done = run("ledger", "trace", "9:0", "--store", tmp_path / "none", "--rule", "fifo")
    assert done.returncode != 0
    assert "ledger load" in done.stderr


def test_a_file_that_is_no_chain(run, tmp_path: Path) -> None:
    (tmp_path / "x.dat").write_bytes(b"this is not a block file at all")
    done = run("ledger", "load", tmp_path / "x.dat", "--store", tmp_path / "store", "--json")
    assert done.returncode in {1, 2, 3}
    assert rows(done)[0]["error"].startswith("L")
    assert not (tmp_path / "store").exists()


def test_a_store_is_rolled_back_and_follows_its_chain_again(run, store: Path, shared: Path) -> None:
    done = run("ledger", "rollback", "4000", "--store", store, "--json")
    assert [(row["blocks"], row["cut"]) for row in rows(done)] == [(4001, 521)]
    done = run("ledger", "append", shared / "chain/blk00TEST00.dat", "--store", store)
    assert done.returncode == 0
    assert done.stdout.startswith("4522 blocks of bitcoin; the last is 0000")
    again = run("ledger", "append", shared / "chain/blk00TEST00.dat", "--store", store)
    assert again.stdout.splitlines()[-1].endswith("(nothing to do)")
    absent = run("ledger", "rollback", "9999", "--store", store)
    assert (absent.returncode, "9999" in absent.stderr) == (2, True)
