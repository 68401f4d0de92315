"""A restored installation is the same one: it opens the same report, for the same code and the same passphrase."""

import json
import os
import subprocess
import sys
import tarfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import need
from tests_cli import rows

STEPS = Path(__file__).with_name("reporting.py")
WORDS = "words that no backup may show"
POSTGRES = os.environ.get("AMPARO_TEST_POSTGRES", "").rstrip("/")
PAIR = ("amparo-*.data.tar", "amparo-*.keys.tar")


def step(environment: dict[str, str], *words: str, asked: dict[str, str] | None = None) -> dict[str, Any]:
    line = [sys.executable, str(STEPS), *words]
    done = subprocess.run(
        line, env=environment, input=json.dumps(asked or {}), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.fixture(params=["sqlite", "postgres"])
def databases(request: pytest.FixtureRequest) -> Iterator[list[dict[str, str]]]:
    """What the environment of the first and of the restored installation says about their databases."""
    if request.param == "sqlite":
        yield [{}, {}]
        return
    need("postgres", bool(POSTGRES), "set AMPARO_TEST_POSTGRES to a server's address")
    import psycopg

    names = [f"amparo_{uuid.uuid4().hex[:12]}" for _ in range(2)]
    with psycopg.connect(f"{POSTGRES}/postgres", autocommit=True) as server:
        for name in names:
            server.execute(f'CREATE DATABASE "{name}"')
        yield [{"AMPARO_DATABASE_URL": f"{POSTGRES}/{name}"} for name in names]
        for name in names:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_the_same_report_opens_with_its_code_after_a_restore(
    run: Callable[..., Any], environment: dict[str, str], databases: list[dict[str, str]], tmp_path: Path
) -> None:
    first, second = databases
    made = rows(run("init", "--agency", "North", "--country", "KE", "--json", **first))[0]
    sent = step({**environment, **first}, "send", WORDS)
    backup = rows(run("backup", tmp_path / "backups", "--json", **first))[0]
    later = step({**environment, **first}, "send", "after the backup")
    assert_apart(Path(backup["data"]), Path(backup["keys"]), made)

    there = {**second, "AMPARO_HOME": str(tmp_path / "again")}
    done = run("restore", backup["data"], "--keys", backup["keys"], "--json", **there)
    assert done.returncode == 0, done.stdout
    asked = {"passphrase": made["passphrase"], "code": sent["code"]}
    found = step({**environment, **there}, "open", asked=asked)
    assert found == {
        "number": sent["number"], "words": [WORDS], "lines": found["lines"], "chain": True, "wrong": False,
        "append_only": True, "vendor": "postgresql" if second else "sqlite",
    }  # fmt: skip
    assert found["lines"] >= 1
    assert step({**environment, **there}, "open", asked={**asked, "code": later["code"]})["number"] is None
    for path in (tmp_path / "again").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


def assert_apart(data: Path, keys: Path, made: dict[str, Any]) -> None:
    """Nobody else may read the two archives; each lacks what the other has; neither shows a secret or a report."""
    for path in (data, keys):
        assert path.stat().st_mode & 0o777 == 0o600
        content = path.read_bytes()
        for secret in (WORDS, made["passphrase"], made["recovery_words"]):
            assert secret.encode() not in content
    with tarfile.open(data) as archive:
        kept = {name.split("/")[0] for name in archive.getnames()}
    assert "keys" not in kept
    assert "config.toml" in kept
    with tarfile.open(keys) as archive:
        assert {name.split("/")[0] for name in archive.getnames()} == {"keys", "manifest.json"}
        secrets = [archive.extractfile(each).read() for each in archive if each.name.endswith(".key")]  # type: ignore[union-attr]
    content = data.read_bytes()
    assert len(secrets) >= 3
    assert not any(secret in content for secret in secrets)
