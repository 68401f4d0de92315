"""`amparo lists`: show, import, export and check, as an officer types them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from amparo.cli.root import amparo
from amparo.media import LISTS, Index
from amparo.media.lists.known_good import KNOWN_GOOD

MD5 = "900150983cd24fb0d6963f7d28e17f72"
VICS = LISTS["vics-2.0"].examples()[0].data


def run(*arguments: object) -> Result:
    return CliRunner().invoke(amparo, ["lists", *map(str, arguments)], prog_name="amparo")


def rows(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    path = tmp_path / "known.json"
    path.write_bytes(VICS)
    return path


def test_show_finds_the_form_and_counts(listed: Path) -> None:
    result = run("show", listed, "--records", "5", "--json")
    assert result.exit_code == 0
    *skips, entry, last = rows(result)
    assert [row["reason"] for row in skips] == ["bad-digest", "no-digest"]
    assert entry["digests"] == {"md5": MD5}
    assert last == {"format": "vics-2.0", "entries": 1, "withdrawn": 0, "skipped": {"bad-digest": 1, "no-digest": 1}}


def test_import_makes_an_index_and_strict_tells_of_skips(listed: Path, tmp_path: Path) -> None:
    result = run("import", listed, tmp_path / "index", "--name", "national", "--version", "7", "--strict")
    assert result.exit_code == 1
    index = Index.open(tmp_path / "index")
    assert (index.facts["name"], index.facts["version"], index.facts["format"]) == ("national", "7", "vics-2.0")
    assert len(index.lookup("md5", MD5)) == 1


def test_a_list_that_is_cut_off_leaves_nothing(listed: Path, tmp_path: Path) -> None:
    listed.write_bytes(VICS[:-3])
    result = run("import", listed, tmp_path / "index")
    assert result.exit_code == 1
    assert "M011" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["known.json"]


def test_export_writes_an_index_in_another_form(listed: Path, tmp_path: Path) -> None:
    run("import", listed, tmp_path / "index")
    for form in ("csv", "ncmec-v2", "md5sum", "vics-1.3"):
        out = tmp_path / f"out.{form}"
        assert run("export", tmp_path / "index", out, "--to", form).exit_code == 0
        assert rows(run("show", out, "--json"))[-1]["format"] == form
    again = run("export", tmp_path / "index", tmp_path / "out.csv", "--to", "csv")
    assert again.exit_code == 2
    assert "there already" in again.stderr


def test_a_filter_is_made_of_harmless_lists_only(listed: Path, tmp_path: Path) -> None:
    sums = tmp_path / "sums"
    sums.write_text("a" * 40 + "  calc.exe\n", encoding="ascii")
    assert run("export", sums, tmp_path / "good", "--to", "bloom").exit_code == 0
    with KNOWN_GOOD["bloom"].open(tmp_path / "good") as good:
        assert good.holds(sha1="a" * 40)
    assert "bloom" in run("show", tmp_path / "good").stdout
    run("import", listed, tmp_path / "index")
    for source in (listed, tmp_path / "index"):
        result = run("export", source, tmp_path / "bad", "--to", "bloom")
        assert result.exit_code == 2
        assert "illegal material" in result.stderr
    assert not (tmp_path / "bad").exists()


def test_what_has_no_form_or_no_place_is_said(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"hello")
    assert "M010" in run("show", tmp_path / "x").stderr
    assert "A010" in run("export", tmp_path / "x", tmp_path / "y", "--to", "nothing", "--format", "csv").stderr
    (tmp_path / "f").write_bytes(KNOWN_GOOD["bloom"].examples()[0].data)
    assert run("import", tmp_path / "f", tmp_path / "index").exit_code == 2


def test_a_damaged_index_is_refused_and_made_again(listed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "known.index"
    assert run("import", listed, folder).exit_code == 0
    digest = Index.open(folder).digest
    (folder / "md5.digests").write_bytes(bytes(16))
    result = run("check", folder)
    assert (result.exit_code, "md5.digests" in result.stderr) == (1, True)
    assert rows(run("check", folder, "--rebuild", "--json"))[-1] == {
        "digest": digest,
        "entries": 1,
        "rebuilt": ["md5.digests"],
    }
    assert run("check", folder).exit_code == 0
    (folder / "entries.jsonl").write_bytes(b"{}\n")
    assert run("check", folder, "--rebuild").exit_code == 1
