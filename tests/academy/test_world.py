"""A whole world: the same seed gives the same bytes, and the engines find what was planted."""

import json
from pathlib import Path

import pytest

from amparo.academy import World, build_world
from amparo.academy.errors import FolderNotEmpty


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return build_world(1, tmp_path_factory.mktemp("world") / "one")


def test_same_seed_same_bytes(world: World, tmp_path: Path) -> None:
    again = build_world(1, tmp_path / "again")
    assert again.manifest == world.manifest
    assert again.answers == world.answers
    assert build_world(2, tmp_path / "other").manifest["chain.dat"] != world.manifest["chain.dat"]


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me", encoding="utf-8")
    with pytest.raises(FolderNotEmpty):
        build_world(1, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_reports_in_six_languages_hold_what_they_claim(world: World) -> None:
    assert {report.language for report in world.reports} == {"en", "es", "fr", "ar", "pt", "sw"}
    for report in world.reports:
        told = "\n".join(report.answers.values())
        assert "{" not in told
        for values in report.holds.values():
            assert all(value in told for value in values)
    assert world.answers.urgent == tuple(n for n, report in enumerate(world.reports) if report.urgent)
    assert len(world.answers.linked) >= 2


def test_everything_is_marked_as_made_up(world: World) -> None:
    assert all(person.name.endswith("(synthetic)") for person in world.people)
    assert "synthetic" in world.tag_pack.read_text(encoding="utf-8")


def test_answers_on_disk_are_the_answers(world: World) -> None:
    stored = json.loads((world.folder / "answers.json").read_text(encoding="utf-8"))
    assert stored["ransom"]["seed"] == world.answers.ransom.seed
    assert stored["exact"] == list(world.answers.exact)
