"""The index: finds what a plain dictionary finds, refuses what was damaged, leaves nothing half written."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amparo.base import Skipped, WrongUse
from amparo.media import Entry, Index, IndexDamaged, IndexExists, build_index

A, B = "aa" * 16, "ab" * 16


def hexes(octets: int) -> st.SearchStrategy[str]:
    return st.binary(min_size=octets, max_size=octets).map(bytes.hex)


def test_worked_example(tmp_path: Path) -> None:
    entries = [
        Entry(2, {"md5": B, "pdq": "00" * 32}, "first", "known-abuse", {"étape": "1"}),
        Skipped("line 3", "bad-digest"),
        Entry(4, {"md5": A, "sha256": "cc" * 32}),
        Entry(5, {"md5": B, "pdq": "00" * 31 + "07"}),
    ]
    report = build_index(entries, tmp_path / "list", {"name": "demo"})
    assert (report.entries, report.skipped.counts) == (3, {"bad-digest": 1})
    index = Index.open(tmp_path / "list", check=True)
    assert (len(index), index.digest, dict(index.facts)) == (3, report.digest, {"name": "demo"})
    assert index.lookup("md5", B) == (0, 2)
    assert index.lookup("md5", A) == (1,)
    assert index.lookup("sha1", "00" * 20) == ()
    assert index.near("00" * 32, 3) == [(0, 0), (2, 3)]
    assert index.near("00" * 32, 2) == [(0, 0)]
    assert index.near("ff" * 32) == []
    assert index.entry(index.lookup("md5", B)[0]) == entries[0]


def test_an_empty_list_finds_nothing(tmp_path: Path) -> None:
    build_index([], tmp_path / "list", {})
    index = Index.open(tmp_path / "list", check=True)
    assert (len(index), index.lookup("md5", A), index.near("00" * 32)) == (0, (), [])


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.fixed_dictionaries({}, optional={"md5": hexes(16), "sha1": hexes(20), "pdq": hexes(32)}), max_size=30)
)
def test_finds_what_a_dictionary_finds(tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str]]) -> None:
    folder = tmp_path_factory.mktemp("x") / "list"
    entries = [Entry(row, digests) for row, digests in enumerate(rows) if digests]
    build_index(entries, folder, {})
    index = Index.open(folder)
    for entry in entries:
        for signal, digest in entry.digests.items():
            wanted = [each.row for each in entries if each.digests.get(signal) == digest]
            assert [index.entry(ref).row for ref in index.lookup(signal, digest)] == wanted
    for entry in entries:
        if "pdq" in entry.digests:
            assert entry.row in [index.entry(ref).row for ref, bits in index.near(entry.digests["pdq"], 0) if bits == 0]


def test_same_entries_same_digest_and_another_fact_another(tmp_path: Path) -> None:
    entries = [Entry(2, {"md5": A})]
    one, two, other = (
        build_index(entries, tmp_path / name, {"name": fact}).digest
        for name, fact in (("1", "x"), ("2", "x"), ("3", "y"))
    )
    assert one == two != other


def test_an_index_is_never_written_over(tmp_path: Path) -> None:
    build_index([], tmp_path / "list", {})
    with pytest.raises(IndexExists):
        build_index([], tmp_path / "list", {})


def test_a_build_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    def entries() -> Iterator[Entry]:
        yield Entry(2, {"md5": A})
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        build_index(entries(), tmp_path / "list", {})
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def built(tmp_path: Path) -> Path:
    folder = tmp_path / "list"
    build_index([Entry(2, {"md5": A, "sha1": "bb" * 20, "sha256": "cc" * 32, "pdq": "0f" * 32}, "x")], folder, {})
    return folder


def test_each_file_cut_short_or_gone_is_named(built: Path) -> None:
    names = sorted(path.name for path in built.iterdir())
    assert len(names) == 15
    for name in names:
        whole = (built / name).read_bytes()
        (built / name).write_bytes(whole[:-1])
        with pytest.raises(IndexDamaged, match=name):
            Index.open(built)
        (built / name).unlink()
        with pytest.raises(IndexDamaged, match=name):
            Index.open(built)
        (built / name).write_bytes(whole)
    Index.open(built, check=True)


def test_one_changed_byte_is_named_when_checked(built: Path) -> None:
    for name in sorted(path.name for path in built.iterdir() if path.name != "manifest.json"):
        whole = (built / name).read_bytes()
        (built / name).write_bytes(bytes([whole[0] ^ 1]) + whole[1:])
        with pytest.raises(IndexDamaged, match=name):
            Index.open(built, check=True)
        (built / name).write_bytes(whole)


def test_a_changed_line_is_an_error_when_read(built: Path) -> None:
    path = built / "entries.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"row"', b'"rox"'))
    with pytest.raises(IndexDamaged, match=r"entries\.jsonl"):
        Index.open(built).entry(Index.open(built).lookup("md5", A)[0])


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format":99}'])
def test_a_manifest_that_is_none(built: Path, text: str) -> None:
    (built / "manifest.json").write_text(text)
    with pytest.raises(IndexDamaged, match="manifest"):
        Index.open(built)


def test_another_format_is_refused(built: Path) -> None:
    path = built / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 3}))
    with pytest.raises(IndexDamaged, match="format"):
        Index.open(built)


def test_a_wrong_digest_is_wrong_use(built: Path) -> None:
    index = Index.open(built)
    for wrong in ("", A.upper(), A + "0"):
        with pytest.raises(WrongUse):
            index.lookup("md5", wrong)
    with pytest.raises(WrongUse):
        index.near("zz" * 32)
