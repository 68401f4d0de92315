"""A listed clip, found again in copies that were changed in one way each; and the same verdict by key frames first."""

import functools
from io import BytesIO
from pathlib import Path

import pytest
from PIL import ImageOps
from tests.media import videos

from amparo.base import Blob, Skipped, canonical
from amparo.media import Entry, Index, build_index
from amparo.media.video import (
    Verdict,
    VideoFrame,
    VideoHash,
    VideoHit,
    examine_video,
    hash_video,
    match_video,
    verdict,
    video_entries,
)
from amparo.media.video.match import MAX_ENTRIES


def hashed(data: bytes, *, deepen: bool = False) -> VideoHash:
    made = hash_video(BytesIO(data), len(data), "v", deepen=deepen)
    assert isinstance(made, VideoHash), made
    return made


def index_of(folder: Path, entries: list[Entry]) -> Index:
    build_index(entries, folder, {"name": folder.name})
    return Index.open(folder)


@pytest.fixture(scope="module")
def listed(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Index:
    """A list of one clip of 22 s, made as a unit would make it."""
    video = hashed(videos.encode(videos.scene(shared)), deepen=True)
    return index_of(tmp_path_factory.mktemp("lists") / "clips", list(video_entries(video, "clip-1", "training")))


@functools.cache
def changed(shared: Path, way: str) -> bytes:
    scene, other = videos.scene(shared), videos.unrelated(shared)
    changes: dict[str, videos.Change] = {
        "grey": videos.grey,
        "sepia": videos.sepia,
        "small logo": videos.logo(0.05),
        "large logo": videos.logo(0.4),
        "half the size": videos.scaled(0.5),
        "blurred": videos.blurred,
        "cropped": videos.cropped(0.1),
        "mirrored": ImageOps.mirror,
        "turned": videos.quarter_turned,
    }
    if way in changes:
        return videos.encode([changes[way](image) for image in scene])
    cuts = [image for start in range(0, len(scene) - 15, 30) for image in scene[start : start + 12]]
    pictures = {
        "without its beginning": scene[13:],
        "ten seconds of it": scene[60:160],
        "halves changed about": (*scene[110:], *scene[:110]),
        "within another": (*other[:100], *scene, *other[100:]),
        "many short cuts": cuts,
        "another": other,
    }
    if way in pictures:
        return videos.encode(pictures[way])
    if way == "quicker":
        return videos.encode(scene, rate=15)
    if way == "mpeg4 in avi":
        return videos.encode(scene, kind="avi", codec="mpeg4")
    assert way == "recompressed"
    return videos.encode(scene, crf="38", every=35)


MATCHES = (
    *("grey", "sepia", "half the size", "blurred", "mirrored", "turned", "recompressed", "quicker", "mpeg4 in avi"),
    *("without its beginning", "ten seconds of it", "halves changed about", "within another", "many short cuts"),
    "small logo",
)
#: What PDQ of whole pictures cannot see; docs/explanation/video.md says so.
MISSED = ("large logo", "cropped")


@pytest.mark.parametrize("way", [*MATCHES, *MISSED, "another"])
def test_triage_says_what_a_full_pass_says(way: str, shared: Path, listed: Index) -> None:
    data = changed(shared, way)
    full = hashed(data, deepen=True)
    expected = verdict(full, match_video(full, listed))
    examined = examine_video(Blob.from_bytes(data, way), {"clips": listed})
    assert examined.verdict is expected
    assert expected is (Verdict.MATCH if way in MATCHES else Verdict.NO_MATCH)
    assert not examined.deepened or way in {"many short cuts", "small logo"}, "key frames decide nearly all"


def hit_of(data: bytes, listed: Index) -> VideoHit:
    (hit,) = match_video(hashed(data, deepen=True), listed)
    assert canonical(hit.as_dict())
    return hit


def test_a_copy_is_found_whole(shared: Path, listed: Index) -> None:
    hit = hit_of(changed(shared, "grey"), listed)
    assert (hit.video, hit.entry.label, hit.variant) == ("clip-1", "training", "original")
    assert (hit.query_share, hit.bank_share, hit.truncated) == (100, 100, False)
    (segment,) = hit.segments
    assert (segment.query_start, segment.query_end) == (segment.bank_start, segment.bank_end) == (0.0, 21.0)


def test_the_stretch_is_told_in_both_times(shared: Path, listed: Index) -> None:
    hit = hit_of(changed(shared, "within another"), listed)
    (segment,) = hit.segments
    assert 9 <= segment.query_start <= 11
    assert segment.bank_start <= 1
    assert 30 <= segment.query_end <= 32
    assert 20 <= segment.bank_end <= 22
    assert hit.query_share < 60
    part = hit_of(changed(shared, "ten seconds of it"), listed).segments[0]
    assert abs((part.bank_start - part.query_start) - 6.0) <= 1


def test_halves_changed_about_are_two_stretches(shared: Path, listed: Index) -> None:
    first, second = hit_of(changed(shared, "halves changed about"), listed).segments[:2]
    assert first.bank_start >= 10 > second.bank_start


def test_a_mirrored_copy_says_how_it_lies(shared: Path, listed: Index) -> None:
    assert hit_of(changed(shared, "mirrored"), listed).variant == "flipy"
    assert hit_of(changed(shared, "turned"), listed).variant == "rot270"


def test_a_listed_picture_is_found_in_a_video(shared: Path, tmp_path: Path) -> None:
    frame = hashed(videos.encode(videos.scene(shared)[:90]), deepen=True).frames[8]
    still = Entry(7, {"pdq": frame.hex}, "a picture")
    (hit,) = match_video(hashed(changed(shared, "grey"), deepen=True), index_of(tmp_path / "l", [still]))
    assert (hit.video, hit.entry, hit.verdict, hit.bank_share) == (None, still, Verdict.MATCH, 100)
    assert hit.segments[0].query_start == 8.0


def word(number: int) -> str:
    """A digest far from those of other numbers."""
    return f"{(number * 0x9E3779B97F4A7C15F39CC0605CEDC8341082276BF3A27251F86C6A11D0C18E95) % 2**256:064x}"


def made(*frames: tuple[float, str, int], step: str | float = 1.0, duration: float = 20.0) -> VideoHash:
    """A video of (time, digest, quality)."""
    zero = "f" * 64
    seen = [VideoFrame(time, time, digest, quality, (digest, *(zero,) * 7)) for time, digest, quality in frames]
    return VideoHash(tuple(seen), duration, step, "none")


@pytest.fixture(scope="module")
def made_list(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """A video of ten pictures."""
    video = made(*((float(number), word(number), 90) for number in range(1, 11)))
    return index_of(tmp_path_factory.mktemp("lists") / "made", list(video_entries(video, "ten")))


def test_two_pictures_of_ten_are_undecided_and_three_in_order_match(made_list: Index) -> None:
    two = made((0.0, word(4), 90), (1.0, word(5), 90), (2.0, word(99), 90))
    (hit,) = match_video(two, made_list)
    assert (hit.verdict, hit.frames, hit.query_share, hit.bank_share) == (Verdict.UNDECIDED, 2, 66, 20)
    three = made((0.0, word(4), 90), (1.0, word(5), 90), (2.0, word(6), 90))
    assert match_video(three, made_list)[0].verdict is Verdict.MATCH


def test_the_same_pictures_backwards_are_no_match(made_list: Index) -> None:
    backwards = made(*((float(number), word(10 - number), 90) for number in range(6)))
    (hit,) = match_video(backwards, made_list)
    assert hit.verdict is Verdict.UNDECIDED


def test_plain_pictures_are_not_compared(made_list: Index) -> None:
    plain = made(*((float(number), word(number), 40) for number in range(1, 6)))
    assert match_video(plain, made_list) == []
    assert verdict(plain, []) is Verdict.NOT_ENOUGH
    assert match_video(plain, made_list, min_quality=40)[0].verdict is Verdict.MATCH


def test_verdicts_without_hits() -> None:
    good = [(float(number), word(number), 90) for number in range(6)]
    assert verdict(made(*good), []) is Verdict.NO_MATCH
    assert verdict(made(*good[:1]), []) is Verdict.NO_MATCH, "a clip of one picture was compared whole"
    assert verdict(made(*good[:2], (2.0, word(9), 10), (3.0, word(8), 10)), []) is Verdict.NOT_ENOUGH
    assert verdict(made(), []) is Verdict.NOT_ENOUGH
    assert verdict(made(*good, step="key", duration=30.0), []) is Verdict.NO_MATCH
    assert verdict(made(*good[:2], step="key", duration=4.0), []) is Verdict.UNDECIDED
    assert verdict(made(*good, step="key", duration=600.0), []) is Verdict.UNDECIDED, "key frames too far apart"
    assert verdict(made(step="key"), []) is Verdict.UNDECIDED


def test_a_list_that_does_not_say_how_many_still_matches_by_order(tmp_path: Path) -> None:
    entries = [Entry(row, {"pdq": word(row)}, extra={"video": "v", "time": f"{row}.000"}) for row in range(1, 9)]
    entries.append(Entry(20, {"pdq": word(20)}, extra={"video": "odd", "time": "soon", "frames": "many"}))
    index = index_of(tmp_path / "l", entries)
    video = made(*((float(row), word(row), 90) for row in range(1, 5)), (9.0, word(20), 90))
    hit, odd = match_video(video, index)
    assert (hit.verdict, hit.bank_share) == (Verdict.MATCH, None)
    assert (odd.video, odd.verdict, odd.bank_share) == ("odd", Verdict.UNDECIDED, None)


def test_a_list_flooded_with_one_picture_is_cut_and_says_so(tmp_path: Path) -> None:
    flood = [
        Entry(row, {"pdq": word(1)}, extra={"video": f"v{row}", "time": "1"}) for row in range(1, MAX_ENTRIES + 50)
    ]
    hits = match_video(made((0.0, word(1), 90)), index_of(tmp_path / "l", flood))
    assert len(hits) == MAX_ENTRIES
    assert all(hit.truncated for hit in hits)


def test_what_many_videos_share_is_not_counted(made_list: Index, tmp_path: Path) -> None:
    card = index_of(tmp_path / "n", [Entry(row, {"pdq": word(row)}) for row in (4, 5)])
    video = made(*((float(number), word(number), 90) for number in range(3, 7)))
    assert match_video(video, made_list)[0].frames == 4
    (hit,) = match_video(video, made_list, negative=card)
    assert (hit.frames, hit.verdict) == (2, Verdict.UNDECIDED)


def test_what_is_no_video_has_no_verdict(listed: Index) -> None:
    examined = examine_video(Blob.from_bytes(b"words", "words.mp4"), {"clips": listed})
    assert examined.verdict is None
    assert isinstance(examined.video, Skipped)
    assert (examined.video.what, examined.video.reason) == ("words.mp4", "broken-video")


def test_the_scan_finds_a_clip_and_its_recipe_can_be_run_again(shared: Path, listed: Index) -> None:
    from amparo.media import rerun_scan, scan, scan_recipe

    blob = Blob.from_bytes(changed(shared, "mirrored"), "holiday.mp4")
    scanned = next(scan([blob], {"clips": listed}))
    (hit,) = scanned.hits
    assert (hit.signal, hit.variant, hit.verdict) == ("pdq", "flipy", Verdict.MATCH)
    assert [segment.frames > 3 for segment in hit.segments] == [True]
    recipe = scan_recipe(scanned, {"clips": listed}, 31, 50)
    assert recipe is not None
    assert rerun_scan(blob, {"clips": listed.folder}, recipe.parameters) == recipe.output


def test_the_scan_and_its_recipe_heed_the_negative_bank(shared: Path, listed: Index, tmp_path: Path) -> None:
    from amparo.media import rerun_scan, scan, scan_recipe

    blob = Blob.from_bytes(changed(shared, "ten seconds of it"), "part.mp4")
    shown = hashed(changed(shared, "ten seconds of it"), deepen=True)
    bank = index_of(tmp_path / "n", list(video_entries(shown, "harmless")))
    scanned = next(scan([blob], {"clips": listed}, negative=bank))
    assert [hit for hit in scanned.hits if hit.verdict is Verdict.MATCH] == []
    recipe = scan_recipe(scanned, {"clips": listed}, 31, 50, negative=bank)
    assert recipe is not None
    assert rerun_scan(blob, {"clips": listed.folder}, recipe.parameters, negative=bank.folder) == recipe.output
