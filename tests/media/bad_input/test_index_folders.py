"""Index folders with a manifest that is JSON and still no manifest; see tests/media/index_fuzz.py for all else."""

import json
from pathlib import Path
from typing import Any

import pytest

from amparo.media import Entry, Index, IndexDamaged, build_index
from amparo.media.index import Bank, rebuild_index

ENTRIES = [Entry(1, {"md5": "ab" * 16}), Entry(2, {"md5": "cd" * 16})]
UNWRITABLE = [
    pytest.param(1.5, id="fraction"),
    pytest.param(2**70, id="too-large"),
    pytest.param("\ud800", id="half-a-pair"),
    pytest.param({"é": 1}, id="key-not-ascii"),
]


def change(manifest: Path, **changes: Any) -> None:
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | changes))


@pytest.mark.parametrize("value", UNWRITABLE)
def test_a_manifest_without_a_digest_is_damage(tmp_path: Path, value: Any) -> None:
    build_index(ENTRIES, tmp_path / "list", {"name": "list"})
    change(tmp_path / "list/manifest.json", list={"name": value})
    Bank.create(tmp_path / "bank", {"name": "list"})
    change(tmp_path / "bank/bank.json", list={"name": value})
    for opens in (Index.open, rebuild_index):
        with pytest.raises(IndexDamaged, match=r"manifest\.json"):
            opens(tmp_path / "list")
    with pytest.raises(IndexDamaged, match=r"bank\.json"):
        Bank.open(tmp_path / "bank")


def test_an_index_is_not_called_whole_when_manifest_and_files_do_not_fit(tmp_path: Path) -> None:
    build_index(ENTRIES, tmp_path / "list", {"name": "list"})
    assert rebuild_index(tmp_path / "list") == ()
    change(tmp_path / "list/manifest.json", signals={"md5": 1})  # every file still has the SHA-256 it must have
    with pytest.raises(IndexDamaged, match=r"md5\."):
        rebuild_index(tmp_path / "list")
