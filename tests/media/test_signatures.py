"""What a scan saw is kept whole through kills, cut files and any values; a list that comes later finds the same."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.base import Blob, Skipped
from amparo.media import Entry, Hashes, Index, PdqHash, build_index, hash_blob, match, rerun_scan, result_digest
from amparo.media import signatures as kept
from amparo.media.errors import SignaturesDamaged
from amparo.media.hashes import CameraFacts
from amparo.media.signatures import FILE, Signature, SignatureWriter, read_signatures
from amparo.media.video_hash import VideoFrame, VideoHash

VARIANTS = tuple(f"{number:064x}" for number in range(8))
PICTURE = Hashes(
    7, "1" * 32, "2" * 40, "3" * 64, PdqHash(VARIANTS[0], 77, VARIANTS, "simplejpeg 1.9.0", ("broken-tail",)),
    camera=CameraFacts("Made", "Up", "S1", None, "2026:03:01 10:20:30", (-1.25, 36.8), "id"),
)  # fmt: skip
VIDEO = Hashes(
    9, "4" * 32, "5" * 40, "6" * 64,
    video=VideoHash((VideoFrame(0.5, 1.25, VARIANTS[0], 60, VARIANTS, 2),), 12.0, "key", "av 18", 1, "too-long"),
)  # fmt: skip
ROWS = [
    Signature(1, "a.jpg", PICTURE),
    Signature(2, "b.mp4", VIDEO, known_good=True),
    Signature(3, "c.jpg", Hashes(0, "7" * 32, "8" * 40, "9" * 64, skipped=Skipped("c.jpg", "broken-picture", "why"))),
    Signature(5, "d\udcff".encode("utf-8", "replace").decode(), None, Skipped("d?", "unreadable", "gone")),
]


def test_everything_comes_back_as_it_was(tmp_path: Path) -> None:
    writer = SignatureWriter(tmp_path)
    assert (writer.write(ROWS[:1]), writer.write(ROWS[1:])) == (1, 2)
    report = writer.finish()
    assert report.rows == 4
    assert list(read_signatures(tmp_path, sha256=report.sha256)) == ROWS
    assert list(read_signatures(tmp_path, after=3)) == ROWS[3:]
    writer.forget_parts()
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


@settings(max_examples=15)
@given(st.lists(st.integers(0, 4), max_size=6), st.integers(1, 5))
def test_the_file_does_not_depend_on_how_its_parts_were_cut(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], group: int
) -> None:
    rows = [Signature(number, f"f{number}", PICTURE) for number in range(1, sum(sizes) + 1)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept, "_GROUP", group)
        cut = SignatureWriter(tmp_path_factory.mktemp("cut"))
        start = 0
        for size in sizes:
            cut.write(rows[start : start + size])
            start += size
        whole = SignatureWriter(tmp_path_factory.mktemp("whole"))
        whole.write(rows)
        assert cut.finish() == whole.finish()
    assert list(read_signatures(cut.folder)) == rows


def test_who_was_killed_goes_on_after_the_parts_that_counted(tmp_path: Path) -> None:
    first = SignatureWriter(tmp_path)
    first.write(ROWS[:1])
    first.write(ROWS[1:3])  # killed before this one counted
    (tmp_path / "parts/00000003.partial").write_bytes(b"half")
    second = SignatureWriter(tmp_path, parts=1)
    second.write(ROWS[1:])
    second.finish()
    assert list(read_signatures(tmp_path)) == ROWS


def test_a_part_that_is_gone_or_cut_is_named(tmp_path: Path) -> None:
    writer = SignatureWriter(tmp_path)
    writer.write(ROWS)
    part = tmp_path / "parts/00000001.parquet"
    part.write_bytes(part.read_bytes()[:-9])
    with pytest.raises(SignaturesDamaged, match="00000001"):
        writer.finish()
    part.unlink()
    with pytest.raises(SignaturesDamaged, match="00000001"):
        writer.finish()


def test_a_changed_cut_or_missing_file_is_refused(tmp_path: Path) -> None:
    writer = SignatureWriter(tmp_path)
    writer.write(ROWS)
    report = writer.finish()
    path = tmp_path / FILE
    data = path.read_bytes()
    for bad in (data[:-20], data[: len(data) // 2], b"", b"PAR1" + data[4:-8] + b"\xff\xff\xff\x7fPAR1"):
        path.write_bytes(bad)
        with pytest.raises(SignaturesDamaged):
            list(read_signatures(tmp_path, sha256=report.sha256))
        with pytest.raises(SignaturesDamaged):
            list(read_signatures(tmp_path))
    path.unlink()
    with pytest.raises(SignaturesDamaged):
        list(read_signatures(tmp_path))


def test_a_later_list_finds_from_signatures_what_a_reading_finds(tmp_path: Path, shared: Path) -> None:
    """And its recipe, run again over the bytes, gives the same digest."""
    original, blurred = (shared / "pdq/bridge-mods" / name for name in ("aaa-orig.jpg", "blur-a-lot.jpg"))
    writer = SignatureWriter(tmp_path / "kept")
    writer.write([Signature(1, "x", hash_blob(Blob.from_path(blurred)))])
    writer.finish()
    known = hash_blob(Blob.from_path(original))
    assert known.pdq is not None
    build_index([Entry(1, {"pdq": known.pdq.hex}, "bridge")], tmp_path / "index", {"list": "later"})
    (seen,) = read_signatures(tmp_path / "kept")
    assert seen.hashes is not None
    found = match(seen.path, seen.hashes, {"later": Index.open(tmp_path / "index")})
    assert [(hit.signal, hit.distance) for hit in found.hits] == [("pdq", 4)]
    again = rerun_scan(Blob.from_path(blurred), {"later": tmp_path / "index"}, {"threshold": 31, "min_quality": 50})
    assert again == result_digest(found)
