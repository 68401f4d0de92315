"""Damaged indexes and banks: refused by name, true, or made again, and no crash. Two seconds here; see soak."""

import subprocess
from pathlib import Path

import pytest
from tests.media import index_fuzz
from tests.media.index_fuzz import attack_index


def test_damaged_indexes(tmp_path: Path) -> None:
    done = attack_index(tmp_path / "folders", seconds=2, seed=1)
    assert done["tried"] >= 9
    assert any("refused" in each for each in done["told"])


def test_a_crash_is_seen_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(command: list[str], **_: object) -> "subprocess.CompletedProcess[str]":
        (tmp_path / "trial").write_text("9 4 ringed")
        return subprocess.CompletedProcess(command, -11, "", "Fatal Python error: Segmentation fault")

    monkeypatch.setattr(index_fuzz.subprocess, "run", killed)
    with pytest.raises(AssertionError, match=r"-11 in trial 9 4 ringed[\s\S]*Segmentation"):
        attack_index(tmp_path, seconds=1, seed=9)
