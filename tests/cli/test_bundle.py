"""`amparo bundle verify`: what is no bundle is said so; real bundles are checked in tests/bundle."""

from pathlib import Path

from tests_cli import rows


def test_a_folder_that_is_no_bundle(run, tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("x", encoding="utf-8")
    done = run("bundle", "verify", tmp_path, "--json")
    assert done.returncode in {1, 2}
    assert rows(done)[0]["outcome"] in {"changed", "cannot-check"}


def test_nothing_there_is_wrong_use(run, tmp_path: Path) -> None:
    assert run("bundle", "verify", tmp_path / "none").returncode == 2
