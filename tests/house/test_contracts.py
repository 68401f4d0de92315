"""Who may import whom: the contracts of pyproject.toml hold, and would notice a break."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def lint(folder: Path) -> "subprocess.CompletedProcess[str]":
    command = [
        str(Path(sys.executable).with_name("lint-imports")),
        "--no-cache",
        "--config",
        str(ROOT / "pyproject.toml"),
    ]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env={"PYTHONPATH": "src"})


def test_contracts_hold() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
