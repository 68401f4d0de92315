"""Videos hashed in their process: what is read, by which times, what is refused and how it is limited."""

import io
import os
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

import pytest
from PIL import Image
from tests.media import videos

from amparo.base import Skipped
from amparo.media.errors import BlobUnreadable
from amparo.media.video import VideoDecoder, VideoFrame, VideoHash, VideoLimits, hash_video, video_frames
from amparo.media.video.files import IN_MEMORY, CannotCopy, as_file


def hashed(data: bytes, *, deepen: bool = False, decoder: VideoDecoder | None = None) -> VideoHash:
    made = hash_video(io.BytesIO(data), len(data), "v", deepen=deepen, decoder=decoder)
    assert isinstance(made, VideoHash), made
    return made


def refused(data: bytes, decoder: VideoDecoder | None = None) -> str:
    made = hash_video(io.BytesIO(data), len(data), "some video", deepen=True, decoder=decoder)
    assert isinstance(made, Skipped)
    assert made.what == "some video"
    return made.reason


@pytest.fixture(scope="module")
def clip(shared: Path) -> bytes:
    """Six seconds, a key frame each two."""
    return videos.encode(videos.scene(shared)[:60])


def test_the_shipped_clips_by_key_frames_and_by_seconds(shared: Path) -> None:
    folder = shared / "pdq/video"
    seen = {}
    for path in sorted(folder.iterdir()):
        for deepen in (False, True):
            with path.open("rb") as stream:
                made = hash_video(stream, None, path.name, deepen=deepen)
            assert isinstance(made, VideoHash)
            seen[path.name, deepen] = ([frame.time for frame in made.frames], made.usable, made.duration)
    assert seen["pattern-sd-grey-bar.mp4", False] == ([0.0, 2.0, 3.933, 5.967], 4, 6.867)
    assert seen["pattern-sd-grey-bar.mp4", True] == ([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 7, 6.867)
    # The camera wanders over a plain door: two of its four pictures show too little to compare.
    assert seen["doorknob-hd-no-bar.mp4", True] == ([0.0, 1.0, 2.0, 3.0], 2, 4.0)
    assert seen["test-padded-dimensions.mp4", False] == ([0.0], 1, 5.0)


def test_a_hash_is_that_of_the_picture(clip: bytes, shared: Path) -> None:
    from amparo.media import Decoder

    first = hashed(clip).frames[0]
    with Decoder() as decoder:
        out = io.BytesIO()
        videos.scene(shared)[0].save(out, "PNG")
        picture = decoder.pdq(out.getvalue())
    assert not isinstance(picture, Skipped)
    assert (int(first.hex, 16) ^ int(picture.hex, 16)).bit_count() <= 8
    assert len(first.variants) == 8


def test_a_stream_and_a_file_give_the_same(clip: bytes, tmp_path: Path) -> None:
    path = tmp_path / "clip"
    path.write_bytes(clip)
    with path.open("rb") as stream:
        assert hash_video(stream, len(clip), "f") == hashed(clip)
        assert stream.tell() == 0, "the process must not move the reader's place"


def test_its_canonical_form_comes_back(clip: bytes) -> None:
    for deepen in (False, True):
        made = hashed(clip, deepen=deepen)
        assert VideoHash.from_dict(made.as_dict()) == made


@pytest.mark.parametrize(
    ("kind", "codec"),
    [
        *[("matroska", "libx264"), ("mov", "libx264"), ("mpegts", "libx264")],
        *[("avi", "mpeg4"), ("avi", "mjpeg"), ("flv", "flv")],
    ],
)
def test_every_container_gives_the_same_times(kind: str, codec: str, shared: Path) -> None:
    made = hashed(videos.encode(videos.scene(shared)[:40], kind=kind, codec=codec), deepen=True)
    assert [round(frame.time, 1) for frame in made.frames] == [0.0, 1.0, 2.0, 3.0]
    assert (made.broken, made.stopped) == (0, None)


@pytest.mark.parametrize(
    ("kind", "codec", "quick"),
    [
        ("mp4", "libx265", {"preset": "ultrafast", "x265-params": "log-level=0"}),
        ("mp4", "libsvtav1", {"preset": "12"}),
        ("webm", "libvpx", {"deadline": "realtime", "cpu-used": "8"}),
        ("webm", "libvpx-vp9", {"deadline": "realtime", "cpu-used": "8"}),
        ("3gp", "h263", {}),
    ],
)
def test_codecs_of_telephones_and_browsers(kind: str, codec: str, quick: dict[str, str], shared: Path) -> None:
    some = [image.resize((176, 144)) for image in videos.scene(shared)[:12]]
    made = hashed(videos.encode(some, kind=kind, codec=codec, **quick), deepen=True)
    assert os.sched_getscheduler(0) == os.SCHED_OTHER
    assert [(round(frame.time, 1), frame.quality >= 50) for frame in made.frames] == [(0.0, True), (1.0, True)]


def test_times_come_from_stamps_not_from_counting(shared: Path) -> None:
    """Ten pictures in the first second, then one each three seconds."""
    times = [number / 10 for number in range(10)] + [3.0 * number for number in range(1, 11)]
    some = videos.scene(shared)[:200:10]
    made = hashed(videos.encode(some, times=times, kind="matroska", every=1), deepen=True)
    assert [frame.time for frame in made.frames] == [0.0, *(3.0 * number for number in range(1, 11))]
    key = hashed(videos.encode(some, times=times, kind="matroska", every=1))
    assert [frame.time for frame in key.frames] == [0.0, *(3.0 * number for number in range(1, 11))]


def test_pictures_that_stay_the_same_are_kept_once(shared: Path) -> None:
    still = [videos.scene(shared)[0]] * 50 + [videos.scene(shared)[170]] * 20
    made = hashed(videos.encode(still), deepen=True)
    assert [(frame.time, frame.until, frame.pictures) for frame in made.frames] == [(0.0, 4.0, 5), (5.0, 6.0, 2)]
    assert made.sampled == made.usable == 7


def test_a_clip_of_one_picture(shared: Path) -> None:
    made = hashed(videos.encode([videos.scene(shared)[0]]))
    assert [frame.time for frame in made.frames] == [0.0]


def test_only_key_frames_far_enough_apart_are_hashed(shared: Path) -> None:
    """A camera that writes nothing but key frames."""
    made = hashed(videos.encode(videos.scene(shared)[:60], kind="avi", codec="mjpeg"))
    assert [frame.time for frame in made.frames] == [0.0, 1.5, 3.0, 4.5]


def test_sound_without_pictures_and_pictures_with_sound(shared: Path) -> None:
    assert refused(videos.sound_only()) == "no-video-stream"
    assert hashed(videos.encode(videos.scene(shared)[:20], sound=True)).usable == 1


@pytest.mark.parametrize("size", [0, 1, 100, 4000])
def test_what_is_no_video_is_told(size: int) -> None:
    assert refused(b"\0\0\0\x20ftypisom"[:size] + bytes(max(0, size - 12))) == "broken-video"


def test_an_mp4_cut_before_its_index_is_broken(clip: bytes) -> None:
    assert refused(clip[: len(clip) // 2]) == "broken-video"


@pytest.mark.parametrize("kind", ["mp4", "matroska", "mpegts"])
def test_a_video_that_breaks_off_is_read_as_far_as_it_goes(kind: str, shared: Path) -> None:
    data = videos.encode(videos.scene(shared)[:60], kind=kind, movflags="faststart")
    made = hashed(data[: len(data) * 6 // 10], deepen=True)
    assert 2 <= len(made.frames) <= 5
    if kind == "mp4":  # the others have no index that tells what is missing
        assert made.stopped == "broken-tail"
        said = made.skipped("v")
        assert said is not None
        assert (said.what, said.reason) == ("v", "video-cut-short")


def test_noise_in_the_middle_costs_some_pictures(shared: Path) -> None:
    data = bytearray(videos.encode(videos.scene(shared)[:60], kind="mpegts"))
    middle = len(data) // 2
    data[middle : middle + 3000] = os.urandom(3000)
    made = hashed(bytes(data), deepen=True)
    assert len(made.frames) >= 4


def test_sizes_that_lie(shared: Path) -> None:
    """An index that says it is nearly 2^63 bytes long, and a packet of 2 GB: read or refused, within the limits."""
    data = videos.encode(videos.scene(shared)[:20])
    at = data.index(b"moov") - 4
    long_index = data[:at] + b"\0\0\0\x01moov" + (2**63 - 1).to_bytes(8, "big") + data[at + 8 :]
    at = data.index(b"stsz") + 16  # the size of the first packet
    long_packet = data[:at] + (2**31 - 1).to_bytes(4, "big") + data[at + 4 :]
    with VideoDecoder(VideoLimits(wall_seconds=20)) as decoder:
        for broken in (long_index, long_packet):
            made = hash_video(io.BytesIO(broken), None, "v", deepen=True, decoder=decoder)
            reason = made.reason if isinstance(made, Skipped) else made.stopped
            assert reason in {None, "broken-video", "broken-tail"}
        assert hashed(data, decoder=decoder).usable == 1


def test_pictures_too_large_are_refused(shared: Path) -> None:
    data = videos.encode(videos.scene(shared)[:20])
    with VideoDecoder(VideoLimits(pixels=320 * 240 - 1)) as decoder:
        assert refused(data, decoder) == "video-too-large"


def test_a_playlist_opens_nothing(tmp_path: Path, clip: bytes) -> None:
    """Text that names another file, as HLS and ffconcat do, must not make us read that file."""
    path = tmp_path / "secret.mp4"
    path.write_bytes(clip)
    assert refused(f"#EXTM3U\n#EXTINF:6\nfile://{path}\n#EXT-X-ENDLIST\n".encode()) == "broken-video"
    assert refused(f"ffconcat version 1.0\nfile '{path}'\n".encode()) == "broken-video"


def test_the_process_can_open_nothing_while_it_reads(clip: bytes) -> None:
    code = (
        "import os, resource, socket, sys\n"
        "from amparo.media.decoder import video_worker\n"
        "ours, theirs = socket.socketpair()\n"
        "file = os.open(sys.argv[1], os.O_RDONLY)\n"
        "socket.send_fds(ours, [b'v'], [file]); os.close(file)\n"
        "video = video_worker._video(theirs)\n"
        "for wish in (lambda: open('/etc/hostname'), lambda: socket.socket()):\n"
        "    try:\n"
        "        wish()\n"
        "    except OSError as error:\n"
        "        print(error.errno)\n"
    )
    with tempfile.NamedTemporaryFile() as file:
        run = subprocess.run([sys.executable, "-c", code, file.name], capture_output=True, text=True, check=False)
    assert run.stdout.split() == ["24", "24"], run.stderr


def test_the_library_is_not_loaded_here(shared: Path) -> None:
    """Its wheel carries GPL parts and its readers a large face to broken files."""
    code = (
        "import sys\n"
        "from amparo.media.video import hash_video\n"
        "made = hash_video(open(sys.argv[1], 'rb'), None, 'v')\n"
        "assert made.usable == 1, made\n"
        "print(sorted(name for name in sys.modules if name == 'av' or name.startswith('av.')))\n"
    )
    path = shared / "pdq/video/test-padded-dimensions.mp4"
    run = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)
    assert run.stdout.strip() == "[]", run.stderr


def test_a_killed_process_is_followed_by_another(clip: bytes) -> None:
    with VideoDecoder() as decoder:
        hashed(clip, decoder=decoder)
        assert decoder._process is not None
        decoder._process.popen.kill()
        decoder._process.popen.wait()
        hashed(clip, decoder=decoder)


def test_a_process_that_cannot_live_costs_one_video(clip: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    with VideoDecoder() as decoder:
        with monkeypatch.context() as broken:
            broken.setattr(sys, "executable", "/bin/false")
            assert refused(clip, decoder) == "decoder-crashed"
        hashed(clip, decoder=decoder)


def test_too_slow_is_ended_and_said(clip: bytes) -> None:
    with VideoDecoder(VideoLimits(wall_seconds=0.01)) as decoder:
        assert refused(clip, decoder) == "decoder-timeout"


def test_too_little_time_too_little_memory_and_too_long(clip: bytes) -> None:
    with VideoDecoder(VideoLimits(work_seconds=0)) as decoder:
        assert hashed(clip, deepen=True, decoder=decoder).stopped == "time-limit"
    with VideoDecoder(VideoLimits(seconds=3)) as decoder:
        made = hashed(clip, deepen=True, decoder=decoder)
        assert (made.stopped, [frame.time for frame in made.frames]) == ("too-long", [0.0, 1.0, 2.0, 3.0])
    with VideoDecoder(VideoLimits(frames=2)) as decoder:
        assert hashed(clip, deepen=True, decoder=decoder).stopped == "too-many-frames"
    with VideoDecoder(VideoLimits(memory_bytes=16 << 20)) as decoder:
        assert refused(clip, decoder) in {"video-too-large", "decoder-crashed"}


def test_a_stream_too_large_to_copy_is_not_copied(clip: bytes) -> None:
    with VideoDecoder(VideoLimits(copy_bytes=1000)) as decoder:
        assert refused(clip, decoder) == "video-too-large"
        said = hash_video(io.BytesIO(clip), None, "v", decoder=decoder)
        assert isinstance(said, Skipped)
        assert said.reason == "video-too-large"
        assert decoder._process is None


def test_a_copy_is_exact_in_memory_and_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for size in (0, 5, IN_MEMORY - 1, IN_MEMORY + (3 << 20) + 7):
        data = bytes(range(251)) * (size // 251 + 1)
        with as_file(io.BytesIO(data[:size]), None, "v", 1 << 30) as file:
            assert os.fstat(file).st_size == size
            assert os.pread(file, 1 << 20, max(0, size - 9)) == data[max(0, size - 9) : size]
            assert list(tmp_path.iterdir()) == [], "the copy has no name"
    with pytest.raises(CannotCopy), as_file(io.BytesIO(b"123"), None, "v", 2):
        pass


def test_a_class_that_wraps_a_file_is_copied_not_taken_for_it(tmp_path: Path, clip: bytes) -> None:
    """Many wrappers give the descriptor of what they wrap: of the packed file, the whole disk."""
    import gzip

    path = tmp_path / "packed"
    path.write_bytes(gzip.compress(clip, 1))
    with gzip.open(path) as stream:
        made = hash_video(stream, len(clip), "v")  # type: ignore[arg-type]
    assert made == hashed(clip)


def test_what_cannot_be_read_raises() -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(BlobUnreadable):
        hash_video(Broken(), None, "v")


def previews(data: bytes | BinaryIO, *times: float, **options: bool) -> list[Image.Image]:
    stream = io.BytesIO(data) if isinstance(data, bytes) else data
    made = video_frames(stream, None, "v", times, side=64, **options)
    assert not isinstance(made, Skipped), made
    return [Image.open(io.BytesIO(each)) for each in made]


def test_previews_are_grey_small_and_blurred_and_in_the_order_asked(clip: bytes) -> None:
    last, first, again = previews(clip, 99.0, 0.0, 0.0)
    assert (first.mode, first.size, first.info) == ("L", (64, 48), {})
    assert first.tobytes() == again.tobytes() != last.tobytes()
    sharp = previews(clip, 0.0, blur=False, grey=False)[0]
    assert sharp.mode == "RGB"
    assert _contrast(sharp.convert("L")) > 2 * _contrast(first)


def test_a_preview_shows_the_moment_asked_for(shared: Path, clip: bytes) -> None:
    for seconds in (0.5, 3.9, 5.9):
        shown = previews(clip, seconds, blur=False, grey=True)[0]
        meant = videos.scene(shared)[round(seconds * videos.RATE)].convert("L").resize((64, 48))
        apart = [abs(one - other) for one, other in zip(shown.tobytes(), meant.tobytes(), strict=True)]
        assert sum(apart) / len(apart) < 12


def test_a_preview_stands_as_the_camera_was_held(clip: bytes) -> None:
    upright = b"\0\x01\0\0" + bytes(12) + b"\0\x01\0\0" + bytes(12) + b"\x40\0\0\0"
    quarter = bytes(4) + b"\0\x01\0\0" + bytes(4) + b"\xff\xff\0\0" + bytes(16) + b"\x40\0\0\0"
    at = clip.index(upright, clip.index(b"tkhd"))  # the movie's own matrix comes before the track's
    turned = clip[:at] + quarter + clip[at + len(quarter) :]
    plain, shown = previews(clip, 0.0, blur=False)[0], previews(turned, 0.0, blur=False)[0]
    assert shown.size == (48, 64)
    meant = plain.transpose(Image.Transpose.ROTATE_270).tobytes()
    assert max(abs(one - other) for one, other in zip(shown.tobytes(), meant, strict=True)) <= 4
    assert hashed(turned).frames == hashed(clip).frames, "hashes are of the pictures as stored"


def test_previews_that_take_too_long_are_refused(clip: bytes) -> None:
    with VideoDecoder(VideoLimits(preview_seconds=0)) as decoder:
        made = video_frames(io.BytesIO(clip), None, "v", [0.0], decoder=decoder)
    assert isinstance(made, Skipped)
    assert made.reason == "decoder-timeout"


def test_too_many_previews_are_refused(clip: bytes) -> None:
    made = video_frames(io.BytesIO(clip), None, "v", [0.1] * 201)
    assert isinstance(made, Skipped)
    assert made.reason == "video-too-large"


def _contrast(image: Image.Image) -> float:
    """Mean step between neighbours along a row."""
    data = image.tobytes()
    return sum(abs(one - other) for one, other in pairwise(data)) / len(data)


def test_frames_count_the_pictures_they_stand_for() -> None:
    plain = VideoFrame(0.0, 3.0, "0" * 64, 10, ("0" * 64,) * 8, 4)
    good = VideoFrame(4.0, 4.0, "1" * 64, 90, ("1" * 64,) * 8, 1)
    made = VideoHash((plain, good), 5.0, 1.0, "none")
    assert (made.sampled, made.usable, made.usable_from(5)) == (5, 1, 5)
