"""`amparo media` on real clips, and what `amparo scan` finds with the list it made."""

from pathlib import Path

from PIL import ImageOps
from tests.media import videos
from tests_cli import rows


def test_a_list_of_clips_finds_them_mirrored_and_as_they_are(run, shared: Path, tmp_path: Path) -> None:
    folder = tmp_path / "clips"
    folder.mkdir()
    (folder / "seven.mp4").write_bytes(videos.encode(videos.scene(shared)[:70]))
    (folder / "notes.txt").write_text("no video", encoding="utf-8")
    out = tmp_path / "list.csv"
    done = run("media", "video-list", folder, "--out", out, "--label", "series 7", "--purpose", "training", "--json")
    assert done.returncode == 0, done.stderr
    skipped, made = rows(done)
    assert skipped["reason"] == "not-a-video"
    assert (made["videos"], made["entries"]) == (1, 8)
    assert not list(tmp_path.glob(".*"))

    seized = tmp_path / "seized"
    seized.mkdir()
    (seized / "same.mp4").write_bytes((folder / "seven.mp4").read_bytes())
    mirrored = [ImageOps.mirror(image) for image in videos.scene(shared)[:70]]
    (seized / "mirrored.mkv").write_bytes(videos.encode(mirrored, kind="matroska"))
    (seized / "other.mp4").write_bytes(videos.encode(videos.unrelated(shared)[:70]))
    found = [row for row in rows(run("scan", seized, "--list", out, "--json")) if "signal" in row]
    assert {Path(row["name"]).name for row in found} == {"same.mp4", "mirrored.mkv"}
    assert [row["variant"] for row in found if row["name"].endswith("mkv")] == ["flipy"]
    assert [(row["verdict"], len(row["segments"])) for row in found if row["name"].endswith("mkv")] == [("match", 1)]
    assert "match, 0.0-6.0 s is 0.0-6.0 s" in run("scan", seized, "--list", out).stdout
    assert "sha256" in {row["signal"] for row in found}
    assert {row["label"] for row in found} == {"series 7"}


def test_a_list_is_never_written_over(run, shared: Path, tmp_path: Path) -> None:
    out = tmp_path / "list.csv"
    out.write_text("ours", encoding="utf-8")
    done = run("media", "video-list", shared / "pdq/video", "--out", out)
    assert done.returncode == 2
    assert "never written over" in done.stderr
    assert out.read_text(encoding="utf-8") == "ours"
