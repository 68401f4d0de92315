"""Run `amparo` as the user would: in its own process, with its own home."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    """What the command sees: nothing of the test settings, its own AMPARO_HOME."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AMPARO_", "DJANGO_"))}
    return {**kept, "AMPARO_HOME": str(home)}


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    """run("hash", path, "--json"): the finished process."""

    def command(*words: object, **more: str) -> "subprocess.CompletedProcess[str]":
        line = [sys.executable, "-m", "amparo", *map(str, words)]
        return subprocess.run(
            line, env={**environment, **more}, capture_output=True, text=True, check=False, timeout=120
        )

    return command
