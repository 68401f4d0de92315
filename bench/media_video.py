"""Videos: key frames first, against hashing one picture a second of everything; the verdicts must be the same.

720p at 30 pictures a second (x264 veryfast), key frames every two seconds at least, made of the shared clips and of
pans over the shared photos; each changed in one way. Ours includes the second pass over what key frames do not decide.
"""

import tempfile
from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import islice
from pathlib import Path

import av
import numpy as np
import pdqhash
from PIL import Image, ImageOps
from tests.media import videos

from amparo import _kernels
from amparo.base import Blob
from amparo.media import Index, build_index
from amparo.media.video import VideoHash, examine_video, hash_video, match_video, verdict, video_entries
from bench.media_pictures import SHARED, jpegs
from bench.result import Result, best_of

SIZE = (1280, 720)
RATE = 30
GOAL = 10.0


def run(scale: float) -> Iterator[Result]:
    seconds = max(4, round(30 * scale))
    original = _encoded(_scene(seconds), videos.scaled(1.0))
    clips = _clips(seconds, scale)
    times = 3 if scale >= 1 else 1
    with tempfile.TemporaryDirectory() as scratch:
        listed = _hashed(original, deepen=True)
        build_index(video_entries(listed, "clip", "bench"), Path(scratch) / "list", {"name": "bench"})
        indexes = {"list": Index.open(Path(scratch) / "list")}
        ours = {name: examine_video(Blob.from_bytes(data, name), indexes) for name, data in clips.items()}
        quick = best_of(times, lambda: [examine_video(Blob.from_bytes(data, ""), indexes) for data in clips.values()])
        full = {name: _hashed(data, deepen=True) for name, data in clips.items()}
        full_seconds = best_of(times, lambda: [_hashed(data, deepen=True) for data in clips.values()])
        said = {name: verdict(made, match_video(made, indexes["list"])) for name, made in full.items()}
    decided = f"{sum(not each.deepened for each in ours.values())} of {len(clips)} decided by key frames"
    equal = said == {name: each.verdict for name, each in ours.items()}
    yield Result(
        target=f"Verdict on {len(clips)} videos of {seconds} s in 720p, {decided}",
        ours=round(len(clips) * seconds / quick, 1),
        unit="seconds of video a second",
        peer="one picture a second of every video, same process",
        peer_version=None,
        ratio=round(full_seconds / quick, 1),
        goal=GOAL,
        equal=equal,
        cpu=_kernels.cpu(),
    )
    yield _against_pyav(original, seconds, listed, times)


def _against_pyav(original: bytes, seconds: int, listed: VideoHash, times: int) -> Result:
    peer = _vpdq(original)
    mine = {frame.time: frame.hex for frame in listed.frames}
    peer_seconds = best_of(times, lambda: _vpdq(original))
    quick = best_of(times, lambda: _hashed(original, deepen=False))
    return Result(
        target=f"Key frames of one video of {seconds} s in 720p, video process included",
        ours=round(seconds / quick, 1),
        unit="seconds of video a second",
        peer="PyAV + pdqhash, one picture a second, one thread",
        peer_version=f"{av.__version__} + {pdqhash.__version__ if hasattr(pdqhash, '__version__') else 'pdqhash'}",
        ratio=round(peer_seconds / quick, 1),
        goal=GOAL,
        equal=all(_bits(mine[time], peer[time]) <= 2 for time in mine.keys() & peer.keys()),
        cpu=_kernels.cpu(),
    )


def _hashed(data: bytes, *, deepen: bool) -> VideoHash:
    made = hash_video(BytesIO(data), len(data), "bench", deepen=deepen)
    assert isinstance(made, VideoHash), made
    return made


def _vpdq(data: bytes) -> dict[float, str]:
    """What vPDQ does: a picture at or after each whole second, its hash if it is not too plain."""
    found, wanted = {}, 0.0
    with av.open(BytesIO(data)) as container:
        stream = container.streams.video[0]
        stream.thread_count = 1
        for frame in container.decode(stream):
            seconds = float(frame.pts * stream.time_base)
            if seconds + 1e-6 >= wanted:
                wanted = seconds // 1 + 1
                bits, quality = pdqhash.compute(np.ascontiguousarray(frame.to_ndarray(format="rgb24")))
                if quality >= 50:
                    found[round(seconds, 3)] = np.packbits(bits).tobytes().hex()
    return found


def _bits(one: str, other: str) -> int:
    return (int(one, 16) ^ int(other, 16)).bit_count()


def _clips(seconds: int, scale: float) -> dict[str, bytes]:
    ways: dict[str, videos.Change] = {
        "grey": videos.grey,
        "mirrored": ImageOps.mirror,
        "small logo": videos.logo(0.05),
        "half the size": videos.scaled(0.5),
        "large logo": videos.logo(0.4),
        "cropped": videos.cropped(0.1),
    }
    made = {name: _encoded(_scene(seconds), way) for name, way in islice(ways.items(), max(1, round(6 * scale)))}
    made["another"] = _encoded(_pan(seconds, 1), videos.scaled(1.0))
    if scale >= 1:
        made["recompressed"] = _encoded(_scene(seconds), videos.scaled(1.0), crf="36", every=75)
        made["without its beginning"] = _encoded(islice(_scene(seconds), 40, None), videos.scaled(1.0))
    return made


def _encoded(pictures: Iterator[Image.Image], way: Callable[[Image.Image], Image.Image], **options: object) -> bytes:
    return videos.encode(
        map(way, pictures), **({"rate": RATE, "every": 60, "preset": "veryfast", "tune": "film"} | options)
    )  # type: ignore[arg-type]


def _scene(seconds: int) -> Iterator[Image.Image]:
    """Frame after frame, never all in memory: the shared clips, then a pan."""
    clips = (frame for path in sorted(SHARED.glob("video/*.mp4")) for frame in _frames(path))
    yield from islice(_then(clips, _pan(seconds, 0)), seconds * RATE)


def _then(first: Iterator[Image.Image], second: Iterator[Image.Image]) -> Iterator[Image.Image]:
    yield from first
    yield from second


def _frames(path: Path) -> Iterator[Image.Image]:
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            yield frame.to_image().resize(SIZE)


def _pan(seconds: int, number: int) -> Iterator[Image.Image]:
    """A slow walk over a photo, another photo each eight seconds."""
    photos = jpegs(1)
    for step in range(seconds * RATE):
        if step % (8 * RATE) == 0:
            chosen = photos[(5 * number + step // (8 * RATE)) % len(photos)]
            photo = Image.open(BytesIO(chosen)).convert("RGB").resize((1920, 1080))
        at = step % (8 * RATE)
        yield photo.crop((2 * at, at, 2 * at + SIZE[0], at + SIZE[1]))
