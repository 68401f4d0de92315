"""A database that the first version made (tests/fixtures/freeze.py) comes up to this one with all that is in it."""

import json
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests_cli import rows

FROZEN = Path(__file__).resolve().parents[1] / "fixtures" / "first.tar.xz"
STEPS = Path(__file__).with_name("reporting.py")


@pytest.fixture
def old(run: Callable[..., Any], tmp_path: Path) -> dict[str, str]:
    """The frozen backup, restored; returns its notes: passphrase, code, number, words."""
    with tarfile.open(FROZEN) as archive:
        archive.extractall(tmp_path / "frozen", filter="data")
    place = tmp_path / "frozen"
    done = run("restore", place / "data.tar", "--keys", place / "keys.tar", "--json")
    assert done.returncode == 0, done.stdout
    notes: dict[str, str] = json.loads((place / "notes.json").read_text())
    return notes


def schema(home: Path) -> dict[str, str]:
    """Name -> statement of every table, index and trigger, columns in alphabetical order: later ones stand last."""
    with closing(sqlite3.connect(home / "amparo.sqlite3")) as database:
        found = database.execute("SELECT type || ' ' || name, coalesce(sql, '') FROM sqlite_master")
        return {name: ",".join(sorted(part.strip() for part in sql.split(","))) for name, sql in found}


def lines(home: Path) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(home / "amparo.sqlite3")) as database:
        return database.execute("SELECT log_id, seq, line FROM audit_logline ORDER BY log_id, seq").fetchall()


def test_a_frozen_installation_is_upgraded_and_opens_its_report(
    run: Callable[..., Any], environment: dict[str, str], old: dict[str, str], home: Path, tmp_path: Path
) -> None:
    refused = run("serve", "--json")
    assert refused.returncode == 2
    assert rows(refused)[0]["error"] == "Z003"
    before = lines(home)
    done = run("upgrade", "--json", "--backup-to", tmp_path / "before")
    assert done.returncode == 0, done.stdout + done.stderr
    made = rows(done)[0]
    assert made["changes"] >= 1
    assert Path(made["data"]).is_file()
    assert Path(made["keys"]).is_file()
    assert lines(home) == before
    asked = {"passphrase": old["passphrase"], "code": old["code"]}
    opened = subprocess.run(
        [sys.executable, str(STEPS), "open"], env=environment, input=json.dumps(asked), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert opened.returncode == 0, opened.stderr[-2000:]
    found = json.loads(opened.stdout.splitlines()[-1])
    assert (found["number"], found["words"]) == (old["number"], [old["words"]])
    assert found["chain"]
    assert found["append_only"]
    assert run("upgrade", "--json").stdout.startswith('{"changes": 0}')


def test_upgraded_and_new_databases_have_the_same_tables(
    run: Callable[..., Any], old: dict[str, str], home: Path, tmp_path: Path
) -> None:
    assert run("upgrade", "--json").returncode == 0
    fresh = {"AMPARO_HOME": str(tmp_path / "fresh")}
    assert run("init", "--agency", "New", "--country", "KE", "--json", **fresh).returncode == 0
    upgraded, new = schema(home), schema(tmp_path / "fresh")
    differs = sorted(name for name in upgraded.keys() | new.keys() if upgraded.get(name) != new.get(name))
    assert not differs, "an old migration was edited: migrations go forward only, add a new one"
