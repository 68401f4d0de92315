"""Damaged indexes and banks for long, in a child process. AMPARO_FUZZ_SECONDS: how long, 180 if it is not set."""

import os
from pathlib import Path

import pytest
from tests.media.index_fuzz import attack_index

SECONDS = float(os.environ.get("AMPARO_FUZZ_SECONDS", "180"))
SEED = int(os.environ.get("AMPARO_FUZZ_SEED", str(os.getpid())))  # said by a failing test, to make it fail again


@pytest.mark.soak
def test_damaged_indexes(tmp_path: Path) -> None:
    done = attack_index(tmp_path / "folders", SECONDS, SEED)
    print("AMPARO_FUZZ_SEED", SEED, done)  # noqa: T201 (pytest shows it where it is needed)
    assert done["tried"] > SECONDS
