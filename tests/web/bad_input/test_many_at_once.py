"""Eight threads at once on one SQLite file: reports come in and lines are recorded, none lost, the chain unbroken."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).with_name("at_once.py")
THREADS, REPORTS, LINES = 8, 5, 25
CODES = 3  # a report has, at most


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the threads left, written by a process whose log lines nobody has to remove again."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AMPARO_", "DJANGO_"))}
    environment = {**kept, "AMPARO_HOME": str(tmp_path_factory.mktemp("at-once") / "home")}
    done = subprocess.run([sys.executable, str(SCRIPT)], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "locked" not in done.stderr
    read: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return read


def test_lines_recorded_at_once_stand_in_one_unbroken_chain(found: dict[str, Any]) -> None:
    log = found["lines"]
    assert log["ok"], log["why"]
    assert log["facts"] == [[thread, number] for thread in range(THREADS) for number in range(LINES)]


def test_reports_sent_at_once_all_come_in_with_their_own_code_and_number(found: dict[str, Any]) -> None:
    every = THREADS * REPORTS
    assert found["reports"] == {"codes": every, "opened": every, "numbers": every, "ok": True, "lines": every}


def test_one_form_sent_by_all_at_once_is_one_report(found: dict[str, Any]) -> None:
    said = ["W407"] * (THREADS - CODES) + ["received"] * CODES
    assert found["same_form"] == {"said": said, "reports": 1, "ok": True}
