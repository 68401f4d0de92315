"""Broken videos by the thousand: each gives a hash or a reason, and the process that crashes is followed by another."""

import io
import random
import time
from collections import Counter
from pathlib import Path

import pytest
from tests.media import videos

from amparo.base import Skipped
from amparo.media.video import VideoDecoder, VideoLimits, hash_video, video_frames

SECONDS = 120
#: What a broken video may be told as.
REASONS = {
    "broken-video",
    "no-video-stream",
    "unread-video-kind",
    "video-too-large",
    "decoder-crashed",
    "decoder-timeout",
}


def broken(data: bytes, chance: random.Random) -> bytes:
    """Change, cut out, double or cut off some bytes, more often near the beginning, where sizes stand."""
    made = bytearray(data)
    for _ in range(chance.choice((1, 3, 20, 200))):
        at = min(len(made) - 1, int(abs(chance.gauss(0, len(made) / 6)))) if made else 0
        kind = chance.randrange(6)
        if kind < 3 and made:
            made[at] = chance.choice((0, 1, 127, 128, 255, chance.randrange(256)))
        elif kind == 3:
            del made[at : at + chance.randrange(64)]
        elif kind == 4:
            made[at:at] = made[at : at + chance.randrange(256)]
        elif chance.random() < 0.1:
            del made[at:]
    return bytes(made)


@pytest.mark.soak
def test_broken_videos_give_a_hash_or_a_reason(shared: Path) -> None:
    some = videos.scene(shared)[:20]
    kinds = [("mp4", "libx264"), ("matroska", "libx264"), ("mpegts", "libx264")]
    kinds += [("avi", "mpeg4"), ("avi", "mjpeg"), ("flv", "flv")]
    whole = [videos.encode(some, kind=kind, codec=codec) for kind, codec in kinds]
    seed = random.SystemRandom().randrange(2**32)
    chance, told = random.Random(seed), Counter[str]()
    ends = time.monotonic() + SECONDS
    with VideoDecoder(VideoLimits(wall_seconds=30)) as decoder:
        while time.monotonic() < ends:
            data = broken(chance.choice(whole), chance)
            made = hash_video(io.BytesIO(data), None, "v", deepen=chance.random() < 0.7, decoder=decoder)
            told[made.reason if isinstance(made, Skipped) else f"hash, {made.stopped}"] += 1
            assert not isinstance(made, Skipped) or made.reason in REASONS, f"seed {seed}: {made.reason}"
            if chance.random() < 0.2:
                shown = video_frames(io.BytesIO(data), None, "v", [0.0, 1.0], side=64, decoder=decoder)
                assert not isinstance(shown, Skipped) or shown.reason in REASONS, f"seed {seed}: {shown.reason}"
        assert not isinstance(hash_video(io.BytesIO(whole[0]), None, "v", decoder=decoder), Skipped)
    assert told.total() > 200, told
