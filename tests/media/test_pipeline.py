"""Several workers: the same results in the same order as one, whatever breaks; known-good and negative banks."""

import hashlib
import os
import threading
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import pytest
from tests.media.helpers import encoded, rings

from amparo.base import AmparoError, Blob, Skipped
from amparo.media import (
    Entry,
    Index,
    PdqHash,
    Scanned,
    build_index,
    hash_blob,
    rerun_scan,
    result_digest,
    scan,
    scan_recipe,
)
from amparo.media.decoder import client


def index_of(folder: Path, *entries: Entry) -> Index:
    build_index(entries, folder, {"name": folder.name})
    return Index.open(folder)


def pdq_of(data: bytes) -> PdqHash:
    made = hash_blob(Blob.from_bytes(data, "a")).pdq
    assert made is not None
    return made


def cannot_open() -> BinaryIO:
    raise OSError(13, "Permission denied")


class Refuses(BytesIO):
    def read(self, size: int | None = -1) -> bytes:
        raise AmparoError


@pytest.fixture(scope="module")
def pictures() -> list[bytes]:
    return [encoded(rings(96, shift=9 * shift), "JPEG", quality=90) for shift in range(40)]


def mixed(pictures: list[bytes]) -> list[Blob]:
    blobs = []
    for number, data in enumerate(pictures):
        blobs.append(Blob.from_bytes(data, f"{number}.jpg"))
        blobs.append(Blob.from_bytes(f"text {number}".encode() * number, f"{number}.txt"))
        if number % 10 == 3:
            blobs.append(Blob(f"{number}-closed", None, cannot_open))
            blobs.append(Blob(f"{number}-refused", None, Refuses))
            blobs.append(Blob.from_bytes(data[:500], f"{number}-half.jpg"))
            blobs.append(Blob.from_bytes(bytes(3 << 20), f"{number}.big"))
            blobs.append(Blob.from_bytes(b"\0\0\0\x18ftypisom" + bytes(900), f"{number}.mp4"))
    return blobs


def test_two_workers_give_what_one_gives(tmp_path: Path, pictures: list[bytes]) -> None:
    listed = [
        Entry(2, {"pdq": pdq_of(pictures[7]).variants[3]}),
        Entry(3, {"md5": hashlib.md5(pictures[9]).hexdigest()}),
    ]
    index = index_of(tmp_path / "l", *listed)
    one = list(scan(mixed(pictures), {"l": index}))
    two = list(scan(mixed(pictures), {"l": index}, workers=2))
    assert two == one
    assert [each.name for each in one] == [each.name for each in mixed(pictures)]
    assert {hit.entry.row for each in one for hit in each.hits} == {2, 3}
    reasons = {skipped.reason for each in one for skipped in each.skipped}
    assert reasons == {"unreadable", "broken-picture", "broken-video"}


def test_blobs_are_read_in_the_callers_thread_in_order_and_not_all_at_once(pictures: list[bytes]) -> None:
    opened: list[int] = []

    def blobs() -> Iterator[Blob]:
        for number in range(400):

            def opener(number: int = number) -> BinaryIO:
                assert threading.current_thread() is threading.main_thread()
                opened.append(number)
                return BytesIO(pictures[number % 40])

            yield Blob(f"{number}.jpg", None, opener)

    results = scan(blobs(), {}, workers=2)
    next(results)
    assert len(opened) <= 2 * 64 + 64
    assert sum(1 for _ in results) == 399
    assert opened == list(range(400))


def test_one_worker_does_each_blob_before_it_takes_the_next(pictures: list[bytes]) -> None:
    taken: list[int] = []

    def blobs() -> Iterator[Blob]:
        for number in range(3):
            taken.append(number)
            yield Blob.from_bytes(pictures[number], str(number))

    results = scan(blobs(), {})
    next(results)
    assert taken == [0]


def test_a_decoder_that_dies_costs_one_picture(pictures: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    answer = client._Talk.answer
    died: list[int] = []

    def dies_once(self: client._Talk, ticket: int) -> object:
        if ticket == 5 and not died:
            died.append(ticket)
            self.process.kill()
            self.process.wait()
        return answer(self, ticket)

    monkeypatch.setattr(client._Talk, "answer", dies_once)
    blobs = [Blob.from_bytes(data, str(number)) for number, data in enumerate(pictures)]
    results = list(scan(blobs, {}, workers=2))
    lost = [each for each in results if each.skipped]
    assert died
    assert len(lost) <= 1
    assert {skipped.reason for each in lost for skipped in each.skipped} <= {"decoder-crashed"}
    assert len(results) == 40


def test_closing_the_iterator_ends_threads_and_processes(pictures: list[bytes]) -> None:
    before = threading.active_count()
    results = scan((Blob.from_bytes(data, "a") for data in pictures * 20), {}, workers=2)
    next(results)
    assert threading.active_count() > before
    results.close()  # type: ignore[attr-defined]
    assert threading.active_count() == before


def test_a_stop_through_progress_ends_the_scan(pictures: list[bytes]) -> None:
    class Stop(Exception):
        pass

    def stop(done: int, total: int | None, unit: str) -> None:
        if done == 5:
            raise Stop

    with pytest.raises(Stop):
        list(scan((Blob.from_bytes(data, "a") for data in pictures), {}, progress=stop, workers=2))


def test_a_blob_that_is_slow_to_read_delays_but_loses_nothing(pictures: list[bytes]) -> None:
    class Slow(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            time.sleep(0.01)
            return super().read(300)

    blobs = [Blob(str(number), None, lambda data=data: Slow(data)) for number, data in enumerate(pictures[:6])]
    slow = list(scan(blobs, {}, workers=2))
    assert [each.hashes for each in slow] == [hash_blob(Blob.from_bytes(data, "a")) for data in pictures[:6]]


class Good:
    """A list of harmless files that holds some SHA-256."""

    def __init__(self, *held: bytes) -> None:
        self.held = {hashlib.sha256(data).hexdigest() for data in held}

    def holds(self, *, md5: str | None = None, sha1: str | None = None, sha256: str | None = None) -> bool:
        assert md5
        assert sha1
        return sha256 in self.held


@pytest.mark.parametrize("workers", [1, 2])
def test_known_good_files_are_compared_by_exact_digests_only(
    tmp_path: Path, pictures: list[bytes], workers: int
) -> None:
    data = pictures[0]
    index = index_of(
        tmp_path / "l", Entry(2, {"pdq": pdq_of(data).hex}), Entry(3, {"sha1": hashlib.sha1(data).hexdigest()})
    )
    good = Good(data, b"a program")
    blobs = [
        Blob.from_bytes(data, "a.jpg"),
        Blob.from_bytes(b"a program", "b.exe"),
        Blob.from_bytes(pictures[1], "c.jpg"),
    ]
    first, second, third = scan(blobs, {"l": index}, workers=workers, known_good=good)
    assert [hit.entry.row for hit in first.hits] == [3]
    assert first.known_good
    assert second.known_good
    assert not third.known_good
    assert [each.reason for each in (*first.skipped, *second.skipped)] == ["known-good", "known-good"]
    recipe = scan_recipe(first, {"l": index}, 31, 50)
    assert recipe is not None
    assert recipe.parameters["known_good"] is True
    assert rerun_scan(blobs[0], {"l": index.folder}, recipe.parameters) == recipe.output


@pytest.mark.parametrize("workers", [1, 2])
def test_a_near_hit_no_nearer_than_the_negative_bank_is_dropped(
    tmp_path: Path, pictures: list[bytes], workers: int
) -> None:
    own = pdq_of(pictures[0])
    four = f"{int(own.hex, 16) ^ 0b1111:064x}"
    eight = f"{int(own.hex, 16) ^ 0xFF0:064x}"
    index = index_of(tmp_path / "l", Entry(2, {"pdq": own.hex}), Entry(3, {"pdq": eight}), Entry(4, {"md5": "ab" * 16}))
    bank = index_of(tmp_path / "negative", Entry(2, {"pdq": four}))
    (scanned,) = scan([Blob.from_bytes(pictures[0], "a")], {"l": index}, workers=workers, negative=bank)
    assert [hit.entry.row for hit in scanned.hits] == [2]  # nearer than the bank's; the other is farther
    assert [each.reason for each in scanned.skipped] == ["negative-bank"]
    recipe = scan_recipe(scanned, {"l": index}, 31, 50, negative=bank)
    assert recipe is not None
    assert recipe.inputs["negative"] == bank.digest
    blob = Blob.from_bytes(pictures[0], "other name")
    assert rerun_scan(blob, {"l": index.folder}, recipe.parameters, negative=bank.folder) == recipe.output
    assert rerun_scan(blob, {"l": index.folder}, recipe.parameters) != recipe.output


def test_a_list_flooded_with_one_picture_is_cut_and_that_is_said(tmp_path: Path, pictures: list[bytes]) -> None:
    own = int(pdq_of(pictures[0]).hex, 16)
    flood = [Entry(row, {"pdq": f"{own ^ (1 << row % 256):064x}"}) for row in range(2, 1502)]
    index = index_of(tmp_path / "l", *flood)
    (scanned,) = scan([Blob.from_bytes(pictures[0], "a")], {"l": index})
    assert len(scanned.hits) == 1000
    assert [each.reason for each in scanned.skipped] == ["too-many-near"]


def test_recipes_of_the_first_rules_run_as_they_did(tmp_path: Path, shared: Path) -> None:
    photo = (shared / "pdq/bridge-mods/aaa-orig.jpg").read_bytes()
    cut = photo[: len(photo) * 97 // 100]
    index = index_of(tmp_path / "l", Entry(2, {"md5": hashlib.md5(cut).hexdigest()}))
    old = {"threshold": 31, "min_quality": 50}
    blob = Blob.from_bytes(cut, "cut.jpg")
    (new,) = scan([blob], {"l": index})
    assert new.hashes is not None
    assert new.hashes.pdq is not None
    was = Scanned("cut.jpg", hash_blob(blob, rules=1), new.hits, (Skipped("cut.jpg", "broken-picture"),))
    assert was.hashes is not None
    assert was.hashes.pdq is None
    assert rerun_scan(blob, {"l": index.folder}, old) == result_digest(was)
    recipe = scan_recipe(new, {"l": index}, 31, 50)
    assert recipe is not None
    assert recipe.output != result_digest(was)
    assert rerun_scan(blob, {"l": index.folder}, recipe.parameters) == recipe.output


def test_the_recipe_names_decoder_rules_and_orientation(tmp_path: Path, pictures: list[bytes]) -> None:
    index = index_of(tmp_path / "l", Entry(2, {"pdq": pdq_of(pictures[0]).hex}))
    (scanned,) = scan([Blob.from_bytes(pictures[0], "a")], {"l": index})
    recipe = scan_recipe(scanned, {"l": index}, 31, 50)
    assert recipe is not None
    assert recipe.parameters == {
        "threshold": 31, "min_quality": 50, "rules": 2, "decoder": "amparo jpeg 1", "orientation": "as-stored"
    }  # fmt: skip


def test_no_descriptor_is_left_open(pictures: list[bytes]) -> None:
    def open_now() -> int:
        return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - Path.iterdir would hold one itself

    list(scan([Blob.from_bytes(pictures[0], "a")], {}, workers=2))
    before = open_now()
    for _ in range(2):
        list(scan([Blob.from_bytes(data, "a") for data in pictures[:5]], {}, workers=2))
    assert open_now() == before
