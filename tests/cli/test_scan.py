"""`amparo scan` on images, archives, indexes, known-good lists; its summary."""

import hashlib
import zipfile
from pathlib import Path

from tests.media.helpers import encoded, rings
from tests_cli import rows

from amparo.base import Blob
from amparo.media import Entry, build_index, hash_blob


def hits(done: object) -> list[dict]:
    return [row for row in rows(done) if "signal" in row]


def summary(done: object) -> dict:
    (found,) = [row["summary"] for row in rows(done) if "summary" in row]
    return found


def test_items_of_an_image_are_compared_with_an_index(run, shared: Path, tmp_path: Path) -> None:
    md5 = "24e2b3e2a5b0cd4a2c2b1f1e2f0a9c11"
    build_index([Entry(2, {"md5": md5}, "not there")], tmp_path / "index", {"name": "x"})
    done = run("scan", shared / "evidence/images/nps-2010-emails.E01", "--list", tmp_path / "index", "--json")
    assert done.returncode == 0
    assert hits(done) == []
    told = summary(done)
    assert told["files"] > 100
    assert told["not_compared"]["picture-too-plain"] >= 2


def test_what_an_archive_holds_is_found_and_named_by_its_place(run, tmp_path: Path) -> None:
    picture = encoded(rings(), "PNG")
    with zipfile.ZipFile(tmp_path / "seized.zip", "w") as archive:
        archive.writestr("deep/photo.png", picture)
        archive.writestr("note.txt", "nothing")
    (tmp_path / "list.md5").write_text(f"{hashlib.md5(picture).hexdigest()}  photo.png\n", encoding="utf-8")
    done = run("scan", tmp_path / "seized.zip", "--list", tmp_path / "list.md5", "--workers", "1", "--json")
    (hit,) = hits(done)
    assert hit["name"].endswith("seized.zip | deep/photo.png")
    assert (hit["list"], hit["signal"]) == ("list.md5", "md5")
    told = summary(done)
    assert (told["hits"], told["not_compared"]) == (1, {})
    assert told["files"] >= 2


def test_a_negative_bank_drops_a_near_hit_and_says_so(run, tmp_path: Path) -> None:
    picture = encoded(rings(), "PNG")
    (tmp_path / "files").mkdir()
    (tmp_path / "files/a.png").write_bytes(picture)
    pdq = hash_blob(Blob.from_bytes(picture, "a")).pdq
    assert pdq is not None
    near = f"{int(pdq.hex, 16) ^ 0b11:064x}"
    build_index([Entry(2, {"pdq": near}, "near")], tmp_path / "index", {})
    build_index([Entry(2, {"pdq": pdq.hex})], tmp_path / "bank", {})
    found = run("scan", tmp_path / "files", "--list", tmp_path / "index", "--json")
    assert [row["distance"] for row in hits(found)] == [2]
    done = run("scan", tmp_path / "files", "--list", tmp_path / "index", "--negative", tmp_path / "bank", "--json")
    assert hits(done) == []
    assert summary(done)["not_compared"] == {"negative-bank": 1}


def test_what_is_no_known_good_list_is_wrong_use(run, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("md5\n" + "ab" * 16 + "\n", encoding="utf-8")
    done = run("scan", tmp_path, "--list", tmp_path / "list.csv", "--known-good", tmp_path / "list.csv")
    assert done.returncode == 2
    assert "is no list of harmless files" in done.stderr


def test_people_get_the_rate_and_the_reasons(run, tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files/broken.jpg").write_bytes(b"\xff\xd8\xff and no more")
    (tmp_path / "list.csv").write_text("md5\n" + "ab" * 16 + "\n", encoding="utf-8")
    done = run("scan", tmp_path / "files", "--list", tmp_path / "list.csv")
    assert "1 files compared, 0 hits" in done.stderr
    assert "not compared in full (broken-picture): 1" in done.stderr
