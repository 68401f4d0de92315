"""The real worker, killed with -9 in the middle of its work and started again: no item lost, none twice."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

FILES = 400
SET_UP = """
import django; django.setup()
from datetime import date
from pathlib import Path
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django_scopes import scope
from amparo.web.accounts.actions import add_agency, found_person
from amparo.web.audit.actors import SYSTEM
from amparo.web.cases.actions import open_case
from amparo.web.exhibits.actions import deposit_file
agency = add_agency(actor=SYSTEM, slug="north", name="North")
lead = found_person(actor=SYSTEM, agency=agency, username="lead", password="made up here", roles=["investigator"])
authority = dict(kind="complaint", reference="C", issuer="I", valid_from=date(2026, 1, 1), data_kinds=["files"])
with scope(agency=agency):
    case = open_case(actor=lead, title="T", authorisation=authority)
    deposit_file(actor=lead, case=case, files=[("a.zip", [Path("a.zip").read_bytes()])], label="A zip")
"""


def run(home: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "AMPARO_HOME": str(home), "DJANGO_SETTINGS_MODULE": "amparo.web.settings.desk"}
    environment.pop("AMPARO_DATABASE_URL", None)
    source = str(Path(__file__).resolve().parents[3] / "src")
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=home,
        env={**environment, "PYTHONPATH": source},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def ask(home: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(home / "amparo.sqlite3", timeout=30)) as database, database:
        return database.execute(query).fetchall()


def wait_for(home: Path, query: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not ask(home, query):
        assert time.monotonic() < end, f"nothing happened: {query}"
        time.sleep(0.02)


def kill_while(home: Path, kind: str) -> None:
    """Start a worker, kill it as soon as it is at a job of `kind`, and let the job's lease run out."""
    worker = run(home, "-m", "django", "worker")
    wait_for(home, f"SELECT 1 FROM common_job WHERE kind = '{kind}' AND state = 'running'")
    time.sleep(0.15)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    ask(home, "UPDATE common_job SET lease_until = '2026-01-01 00:00:00' WHERE state = 'running'")


def test_no_item_lost_none_twice(tmp_path: Path, zipped: object) -> None:
    home = tmp_path / "home"
    home.mkdir()
    texts = {f"{n:03d}.txt": b"mail a%d@shop.example.com " % n + b"x" * 20000 for n in range(FILES)}
    (home / "a.zip").write_bytes(zipped(texts))  # type: ignore[operator]
    made = run(home, "-c", SET_UP)
    assert made.wait() == 0, made.stderr.read().decode() if made.stderr else ""
    kill_while(home, "exhibits.catalogue")
    kill_while(home, "sightings.extract")
    worker = run(home, "-m", "django", "worker")
    try:
        wait_for(home, "SELECT 1 FROM common_job WHERE kind = 'sightings.extract' AND state = 'done'")
    finally:
        worker.kill()
        worker.wait()
    assert ask(home, "SELECT items, rows FROM exhibits_catalogue") == [(FILES + 1, FILES + 1)]
    members = "SELECT count(*), count(DISTINCT value) FROM sightings_sighting WHERE kind = 'email' AND path <> '@0'"
    assert ask(home, members) == [(FILES, FILES)]
    attempts = dict(ask(home, "SELECT kind, attempts FROM common_job"))
    assert attempts["exhibits.catalogue"] > 1 or attempts["sightings.extract"] > 1
