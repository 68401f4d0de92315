"""`amparo ledger calibrate`: measured again as a user would."""

import json
from pathlib import Path

from tests_cli import rows

SMALL = ("ledger", "calibrate", "--transactions", "1000", "--learn", "1", "--seed", "2")


def test_rates_are_told_and_written(run, tmp_path: Path) -> None:
    done = run(*SMALL, "--json", "--out", tmp_path / "rates.json")
    assert done.returncode == 0
    told = rows(done)
    by_name = {row["heuristic"]: row for row in told if row["type"] == "rate"}
    assert by_name["co-spend"]["cases"] == by_name["co-spend"]["right"] + by_name["co-spend"]["wrong"] > 50
    assert all(row["economy"] == "made economies of 1000 transactions each, seeds 2" for row in told)
    held = json.loads((tmp_path / "rates.json").read_text(encoding="utf-8"))
    assert held["rates"] == [
        {key: value for key, value in row.items() if key not in ("type", "economy")}
        for row in told
        if row["type"] == "rate"
    ]
    assert held["change"]["format"] == "amparo-change-confidence/1"


def test_people_get_a_table_and_the_caution(run, shared: Path) -> None:
    done = run(*SMALL, "--blocks", shared / "chain/btc-main-227835.raw", "--tags", shared / "chain/tagpack_hacks.yaml")
    assert done.returncode == 0
    assert "Measured on made economies of 1000 transactions" in done.stdout
    assert "GraphSense's change rules" in done.stdout
    assert "published tags, one label in an entity" in done.stdout
    assert "A made economy is not the real one" in done.stderr


def test_a_seed_for_both_is_refused(run) -> None:
    done = run("ledger", "calibrate", "--transactions", "1000", "--learn", "2", "--seed", "2")
    assert done.returncode == 2
    assert "L805" in done.stderr
