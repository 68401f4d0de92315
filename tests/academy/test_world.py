"""A whole world: the same seed gives the same bytes, and the engines find what was planted."""

import json
import zipfile
from pathlib import Path

import pytest

from amparo.academy import World, build_world
from amparo.academy.errors import FolderNotEmpty
from amparo.base import Blob
from amparo.ledger import Seed, Store, load, trace
from amparo.ledger.tags import read_tagpack
from amparo.media import LISTS, Index, build_index, scan
from amparo.observables import extract_text


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


def test_observables_finds_what_the_reports_hold(world: World) -> None:
    for report in world.reports:
        found = {(each.kind, each.value) for each in extract_text("\n".join(report.answers.values()))}
        for kind, values in report.holds.items():
            assert {(kind, value) for value in values} <= found, report.category


def test_media_finds_the_known_and_the_near_and_no_more(world: World, tmp_path: Path) -> None:
    with world.hash_list.open("rb") as stream:
        build_index(LISTS["csv"].read(stream), tmp_path / "index", {"name": "drill"})
    with zipfile.ZipFile(world.exhibit_zip) as phone:
        packed = [Blob.from_bytes(phone.read(name), name) for name in phone.namelist()]
    loose = [
        Blob.from_path(path, path.relative_to(world.exhibit_folder).as_posix())
        for path in world.exhibit_folder.rglob("*")
        if path.is_file()
    ]
    hits = {each.name: each.hits for each in scan([*loose, *packed], {"drill": Index.open(tmp_path / "index")})}
    exact = {name for name, found in hits.items() if any(hit.signal == "sha256" for hit in found)}
    near = {name for name, found in hits.items() if found} - exact
    assert exact == set(world.answers.exact)
    assert near == set(world.answers.near)


def test_a_trace_finds_the_planted_flow_to_the_satoshi(world: World, tmp_path: Path) -> None:
    ransom = world.answers.ransom
    report = load(world.chain, tmp_path / "store")
    assert (report.network, report.unresolved, report.skipped.total) == ("regtest", 0, 0)
    store = Store.open(tmp_path / "store")
    result = trace(store, [Seed(ransom.seed)], "fifo")
    arrived = dict.fromkeys(ransom.cash_out, 0)
    for output in result.held:
        if output.address in arrived:
            arrived[output.address] += output.tainted
    assert arrived == ransom.cash_out
    assert result.totals.fee == ransom.fees
    assert result.totals.held == ransom.kept + sum(arrived.values())
    assert store.find(ransom.seed) == store.find(ransom.seed_place)


def test_rules_differ_where_money_was_pooled(world: World, tmp_path: Path) -> None:
    load(world.chain, tmp_path / "store")
    store = Store.open(tmp_path / "store")
    digests = {trace(store, [Seed(world.answers.ransom.seed)], rule).digest for rule in ("fifo", "lifo", "haircut")}
    assert len(digests) == 3


def test_tags_name_the_services(world: World) -> None:
    pack = read_tagpack(world.tag_pack)
    assert pack.skipped.total == 0
    assert {tag.address: tag.label for tag in pack.tags} == {
        world.answers.ransom.exchange: "Example Exchange (synthetic)",
        world.answers.ransom.swap: "Sample Swap (synthetic)",
    }
