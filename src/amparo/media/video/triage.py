"""Key frames of every video, one picture a second of the undecided: what a scan does with a video."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from amparo.base import Blob, Skipped
from amparo.media.decoder.video_client import VideoDecoder
from amparo.media.index import Index
from amparo.media.signals.pdq import MIN_QUALITY, NEAR_BITS
from amparo.media.video.files import open_blob
from amparo.media.video.hashing import SECOND, opened
from amparo.media.video.match import Verdict, VideoHit, match_video, verdict
from amparo.media.video_hash import VideoHash


@dataclass(frozen=True, slots=True)
class Examined:
    """What came of one video. `video`: its hashes by the last pass, or why there are none; then `verdict` is None.

    `hits`: list name -> what agrees. `deepened`: key frames did not decide, and a full pass was made.
    """

    video: VideoHash | Skipped
    verdict: Verdict | None
    hits: Mapping[str, tuple[VideoHit, ...]] = field(default_factory=dict)
    deepened: bool = False


def examine_video(
    blob: Blob,
    indexes: Mapping[str, Index],
    threshold: int = NEAR_BITS,
    min_quality: int = MIN_QUALITY,
    *,
    deepen: bool = True,
    negative: Index | None = None,
    decoder: VideoDecoder | None = None,
) -> Examined:
    """Hash `blob` by its key frames and compare it; if that decides nothing and `deepen` allows, by seconds.

    `negative`: see `match_video`. Skip reasons: those of `hash_video`. Raises BlobUnreadable.
    """
    with open_blob(blob) as stream, opened(stream, blob.size, blob.name, decoder) as video:
        if isinstance(video, Skipped):
            return Examined(video, None)
        limits = (threshold, min_quality)
        first = _compared(video.hash(None), indexes, limits, negative, deepened=False)
        if first.verdict is not Verdict.UNDECIDED or not deepen:
            return first
        return _compared(video.hash(SECOND), indexes, limits, negative, deepened=True)


def _compared(
    video: VideoHash | Skipped,
    indexes: Mapping[str, Index],
    limits: tuple[int, int],
    negative: Index | None,
    *,
    deepened: bool,
) -> Examined:
    if isinstance(video, Skipped):
        return Examined(video, None, deepened=deepened)
    hits = {name: tuple(match_video(video, index, *limits, negative=negative)) for name, index in indexes.items()}
    said = verdict(video, (hit for each in hits.values() for hit in each), limits[1])
    return Examined(video, said, hits, deepened)
