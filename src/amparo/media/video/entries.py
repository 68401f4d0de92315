"""A list of a unit's own videos: one entry a picture."""

from collections.abc import Iterator

from amparo.media.lists import Entry
from amparo.media.signals.pdq import MIN_QUALITY
from amparo.media.video_hash import VideoHash, seconds_text


def video_entries(
    video: VideoHash,
    video_id: str,
    label: str | None = None,
    purpose: str | None = None,
    *,
    first_row: int = 1,
    min_quality: int = MIN_QUALITY,
) -> Iterator[Entry]:
    """Yield an entry for each picture of quality enough, in the order of time; nothing if there is none.

    `extra`: "video" (the id), "time" (seconds), "until" where a still scene lasts, "frames" (how many entries the video
    has). Made of a full pass: key frames lie elsewhere in every copy.
    """
    usable = [frame for frame in video.frames if frame.quality >= min_quality]
    for row, frame in enumerate(usable, first_row):
        extra = {"video": video_id, "time": seconds_text(frame.time), "frames": str(len(usable))}
        if frame.until > frame.time:
            extra["until"] = seconds_text(frame.until)
        yield Entry(row, {"pdq": frame.hex}, label, purpose, extra)
