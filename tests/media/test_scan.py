"""The scan on real photos: exact, near and turned; one bad blob never stops it; and it can be run again."""

import csv
import io
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import pytest
from tests.media.helpers import encoded, rings

from amparo.base import AmparoError, Blob
from amparo.media import (
    LISTS,
    Entry,
    Index,
    build_index,
    hash_blob,
    match,
    rerun_scan,
    result_digest,
    scan,
    scan_recipe,
)


def index_of(folder: Path, *entries: Entry) -> Index:
    build_index(entries, folder, {"name": folder.name})
    return Index.open(folder)


@pytest.fixture
def bridge(shared: Path, tmp_path: Path) -> Index:
    """A list of one photo: its sha256 and its PDQ."""
    original = hash_blob(Blob.from_path(shared / "pdq/bridge-mods/aaa-orig.jpg"))
    assert original.pdq is not None
    digests = {"sha256": original.sha256, "md5": original.md5, "pdq": original.pdq.hex}
    return index_of(tmp_path / "bridge", Entry(2, digests, "a bridge", "training"))


def test_exact_near_and_turned_photos_are_found(shared: Path, bridge: Index) -> None:
    files = [*sorted((shared / "pdq/bridge-mods").iterdir()), *sorted((shared / "pdq/dih").iterdir())]
    others = [shared / "pdq/misc/c.png", shared / "pdq/modes/rgb.jpeg"]
    found = {Path(each.name).name: each for each in scan(map(Blob.from_path, files + others), {"demo": bridge})}
    exact = found["aaa-orig.jpg"].hits[0]
    assert (exact.signal, exact.distance, exact.variant, exact.also) == ("sha256", 0, None, ("md5", "pdq"))
    near = found["shrink-a-lot.jpg"].hits[0]
    assert (near.signal, near.distance, near.variant, near.quality) == ("pdq", 16, "original", 100)
    first, *rest = [found[file.name].hits[0] for file in sorted((shared / "pdq/dih").iterdir())]
    assert first.signal == "sha256"  # the same file again
    # The variant of the seized picture that meets the list's hash: what undoes the turn.
    assert [hit.variant for hit in rest] == ["rot270", "rot180", "rot90", "flipx", "flipy", "plus1", "minus1"]
    assert all(len(found[file.name].hits) == 1 for file in files)
    assert all(found[file.name].hits == () for file in others)
    assert all(each.hits[0].entry.label == "a bridge" for each in found.values() if each.hits)


def test_every_row_of_the_golden_file_finds_itself(shared: Path, tmp_path: Path) -> None:
    with (shared / "pdq/vectors/golden-pdqhash-0.2.8.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    text = "pdq,label\n" + "".join(f"{row['pdq']},{row['path']}\n" for row in rows)
    build_index(LISTS["csv"].read(BytesIO(text.encode())), tmp_path / "all", {})
    indexes = {"all": Index.open(tmp_path / "all")}
    for row in rows:
        scanned = next(scan([Blob.from_path(shared / "pdq" / row["path"])], indexes))
        plain = int(row["quality"]) < 50
        assert [each.reason for each in scanned.skipped] == (["picture-too-plain"] if plain else []), row["path"]
        assert plain or row["path"] in {hit.entry.label for hit in scanned.hits if hit.distance == 0}


def test_bad_blobs_do_not_stop_it(tmp_path: Path) -> None:
    picture = encoded(rings(), "JPEG")
    index = index_of(tmp_path / "l", Entry(2, {"md5": hash_blob(Blob.from_bytes(picture, "x")).md5}))

    def cannot_open() -> BinaryIO:
        raise OSError(13, "Permission denied")

    class Refuses(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise AmparoError

    blobs = [
        Blob("closed", None, cannot_open),
        Blob("refused", None, Refuses),
        Blob.from_bytes(picture[:700], "half.jpg"),
        Blob.from_bytes(b"words", "words.jpg"),
        Blob.from_bytes(picture, "good.jpg"),
    ]
    told: list[int] = []
    got = list(scan(blobs, {"l": index}, progress=lambda done, total, unit: told.append(done)))
    assert [each.name for each in got] == ["closed", "refused", "half.jpg", "words.jpg", "good.jpg"]
    reasons = [[each.reason for each in scanned.skipped] for scanned in got]
    assert reasons == [["unreadable"], ["unreadable"], ["broken-picture"], ["not-a-picture"], []]
    assert [len(each.hits) for each in got] == [0, 0, 0, 0, 1]
    assert told == [1, 2, 3, 4, 5]


def test_a_scan_resumed_by_names_gives_the_same(shared: Path, bridge: Index) -> None:
    blobs = [Blob.from_path(file) for file in sorted((shared / "pdq/bridge-mods").iterdir())]
    whole = list(scan(blobs, {"demo": bridge}))
    done = {each.name for each in whole[:5]}
    assert whole[:5] + list(scan([b for b in blobs if b.name not in done], {"demo": bridge})) == whole


def test_hits_are_ordered_strongest_first_over_lists(tmp_path: Path) -> None:
    hashes = hash_blob(Blob.from_bytes(encoded(rings()), "a.png"))
    assert hashes.pdq is not None
    index = index_of(
        tmp_path / "l",
        Entry(2, {"pdq": hashes.pdq.hex}),
        Entry(3, {"md5": hashes.md5}),
        Entry(4, {"sha1": hashes.sha1, "sha256": "00" * 32}),
        Entry(5, {"sha256": hashes.sha256}),
    )
    scanned = match("a.png", hashes, {"one": index, "two": index})
    one = [("sha256", 5), ("sha1", 4), ("md5", 3), ("pdq", 2)]
    assert [(hit.signal, hit.entry.row) for hit in scanned.hits] == one + one
    assert [hit.list_name for hit in scanned.hits] == ["one"] * 4 + ["two"] * 4


def test_a_plain_picture_is_matched_exactly_but_not_nearly(tmp_path: Path) -> None:
    hashes = hash_blob(Blob.from_bytes(b"P5 64 64 255\n" + bytes([77]) * 4096, "blank.pgm"))
    assert hashes.pdq is not None
    index = index_of(tmp_path / "l", Entry(2, {"pdq": hashes.pdq.hex}), Entry(3, {"md5": hashes.md5}))
    scanned = match("blank.pgm", hashes, {"l": index})
    assert [(hit.signal, hit.entry.row) for hit in scanned.hits] == [("md5", 3)]
    assert [each.reason for each in scanned.skipped] == ["picture-too-plain"]


def test_the_recipe_can_be_run_again(shared: Path, bridge: Index) -> None:
    blob = Blob.from_path(shared / "pdq/bridge-mods/shrink-a-lot.jpg")
    scanned = next(scan([blob], {"demo": bridge}))
    recipe = scan_recipe(scanned, {"demo": bridge}, 31, 50)
    assert recipe is not None
    assert recipe.tool == "media.match"
    assert recipe.inputs["list:demo"] == bridge.digest
    assert rerun_scan(blob, {"demo": bridge.folder}, recipe.parameters) == recipe.output
    renamed = Blob("other name.jpg", blob.size, blob.opener)
    assert rerun_scan(renamed, {"demo": bridge.folder}, recipe.parameters) == recipe.output
    assert rerun_scan(blob, {"demo": bridge.folder}, {"threshold": 7, "min_quality": 50}) != recipe.output
    assert result_digest(scanned) == recipe.output


def test_what_could_not_be_read_has_no_recipe(tmp_path: Path) -> None:
    def cannot_open() -> BinaryIO:
        raise OSError(13, "Permission denied")

    scanned = next(scan([Blob("x", None, cannot_open)], {}))
    assert scan_recipe(scanned, {}, 31, 50) is None
