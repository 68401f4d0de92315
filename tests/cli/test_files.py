"""`amparo hash`, `observables`, `scan` on real and on bad files."""

import csv
import hashlib
import os
from pathlib import Path

import pytest
from tests_cli import rows

from amparo.academy import World, build_world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return build_world(3, tmp_path_factory.mktemp("world"))


def test_hash_equals_golden_pdq_and_hashlib(run, shared: Path) -> None:
    with (shared / "pdq/vectors/golden-pdqhash-0.2.8.csv").open(encoding="utf-8") as stream:
        golden = {row["path"]: row for row in csv.DictReader(stream)}
    photos = sorted((shared / "pdq/bridge-mods").glob("*.jpg"))
    done = run("hash", *photos, "--json")
    assert done.returncode == 0
    found = rows(done)
    assert len(found) == len(photos) == 12
    for photo, row in zip(photos, found, strict=True):
        expected = golden[f"bridge-mods/{photo.name}"]
        assert (row["pdq"], str(row["quality"])) == (expected["pdq"], expected["quality"])
        assert row["sha256"] == hashlib.sha256(photo.read_bytes()).hexdigest()


def test_hash_walks_folders_and_never_follows_links(run, tmp_path: Path) -> None:
    (tmp_path / "in/deep").mkdir(parents=True)
    (tmp_path / "in/deep/a.txt").write_bytes(b"abc")
    (tmp_path / "in/loop").symlink_to(tmp_path / "in")
    done = run("hash", tmp_path / "in", "--json")
    assert [row.get("sha256", row.get("reason")) for row in rows(done)] == [hashlib.sha256(b"abc").hexdigest(), "link"]
    assert done.returncode == 0
    assert run("hash", tmp_path / "in", "--json", "--strict").returncode == 1


def test_hash_of_a_name_that_is_no_text(run, tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/\xff\xfename"
    Path(os.fsdecode(path)).write_bytes(b"abc")
    done = run("hash", tmp_path, "--json")
    assert done.returncode == 0
    assert rows(done)[0]["name"].endswith("\\xff\\xfename")


def test_hash_of_text_named_as_picture_has_digests_and_a_reason(run, tmp_path: Path) -> None:
    (tmp_path / "x.jpg").write_text("not a picture", encoding="utf-8")
    [row] = rows(run("hash", tmp_path / "x.jpg", "--json"))
    assert row["pdq"] is None
    assert row["no_pdq"] == "not-a-picture"
    assert row["sha256"] == hashlib.sha256(b"not a picture").hexdigest()


def test_what_is_not_there_is_said_with_code_and_advice(run) -> None:
    plain = run("hash", "/no/such/file")
    assert plain.returncode == 3
    assert plain.stderr.startswith("A002: /no/such/file is not there\n")
    told = run("hash", "/no/such/file", "--json")
    assert rows(told)[0]["error"] == "A002"


def test_wrong_use_is_2(run) -> None:
    assert run("hash").returncode == 2
    assert run("nonsense").returncode == 2
    assert run("scan", ".", "--list", "/no/such/list").returncode == 2


def test_observables_by_byte(run, shared: Path) -> None:
    done = run("observables", shared / "evidence/images/nps-2010-emails.100k.raw", "--json")
    assert done.returncode == 0
    found = {(row["kind"], row["value"], row["offset"]) for row in rows(done)}
    assert ("email", "plain_text@textedit.com", 80896) in found
    assert ("email", "rtf_text@textedit.com", 91449) in found


def test_observables_refuse_a_wrong_check_sign(run, tmp_path: Path) -> None:
    good, bad = "1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "1BoatSLRHtKNngkdXEeobR76b53LETtpyU"
    (tmp_path / "note.txt").write_text(f"pay {good} or {bad}\n", encoding="utf-8")
    assert [row["value"] for row in rows(run("observables", tmp_path, "--json"))] == [good]


def test_scan_finds_what_was_planted(run, world: World) -> None:
    done = run("scan", world.exhibit_folder, "--list", world.hash_list, "--json")
    assert done.returncode == 0
    hits = [row for row in rows(done) if "signal" in row]
    found = {Path(row["name"]).relative_to(world.exhibit_folder).as_posix(): row["signal"] for row in hits}
    planted = {name for name in (*world.answers.exact, *world.answers.near) if name.startswith("pictures/")}
    assert set(found) == planted
    assert {name for name, signal in found.items() if signal != "pdq"} == planted & set(world.answers.exact)


def test_scan_says_bad_lines_and_goes_on(run, world: World, tmp_path: Path) -> None:
    text = world.hash_list.read_text(encoding="utf-8") + "zz,zz,zz,zz,bad,training\n"
    (tmp_path / "list.csv").write_text(text, encoding="utf-8")
    done = run("scan", world.exhibit_folder, "--list", tmp_path / "list.csv", "--json")
    assert [row["reason"] for row in rows(done) if "reason" in row] == ["bad-digest"]
    assert sum("signal" in row for row in rows(done)) >= 3


def test_a_closed_pipe_is_no_fault(run, shared: Path) -> None:
    import subprocess
    import sys

    image = shared / "evidence/images/nps-2010-emails.100k.raw"
    line = f"{sys.executable} -m amparo observables {image} | head -1"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
    assert done.stdout.count("\n") == 1
    assert "Traceback" not in done.stderr
