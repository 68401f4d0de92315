"""Hash a video, and make small pictures of it: both in the video process."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Final

from amparo.base import Skipped
from amparo.media.decoder.video_client import VideoDecoder, shared_video_decoder
from amparo.media.video.files import CannotCopy, as_file
from amparo.media.video_hash import VideoHash

#: Seconds between samples of a full pass.
SECOND: Final = 1.0


@dataclass(frozen=True, slots=True)
class OpenVideo:
    """A video as an open file, for several passes."""

    name: str
    file: int
    decoder: VideoDecoder

    def hash(self, step: float | None) -> VideoHash | Skipped:
        """`step`: seconds between samples, None for key frames alone."""
        made = self.decoder.hash(self.file, step)
        return made._replace(what=self.name) if isinstance(made, Skipped) else made


@contextmanager
def opened(
    stream: BinaryIO, size: int | None, name: str, decoder: VideoDecoder | None = None
) -> Iterator[OpenVideo | Skipped]:
    """Yield the video in `stream`, which stands at its start, or why it cannot be opened. Raises BlobUnreadable."""
    decoder = decoder or shared_video_decoder()
    with ExitStack() as stack:
        try:
            file = stack.enter_context(as_file(stream, size, name, decoder.limits.copy_bytes))
        except CannotCopy as refusal:
            yield Skipped(name, refusal.reason, refusal.detail)
        else:
            yield OpenVideo(name, file, decoder)


def hash_video(
    stream: BinaryIO,
    size: int | None,
    name: str,
    *,
    deepen: bool = False,
    step: float = SECOND,
    decoder: VideoDecoder | None = None,
) -> VideoHash | Skipped:
    """Return the PDQ hashes of a video's pictures with their times, or why there are none.

    First pass: key frames alone, about ten times as quick. `deepen`: one picture each `step` seconds, for what
    `verdict` calls undecided and for lists. `stream` stands at the start of the video and is not closed.
    Skip reasons: broken-video, no-video-stream, unread-video-kind, video-too-large, no-room-for-copy, decoder-crashed,
    decoder-timeout. A video that could be read in part has `stopped`. Raises BlobUnreadable.
    """
    with opened(stream, size, name, decoder) as video:
        return video if isinstance(video, Skipped) else video.hash(step if deepen else None)


def video_frames(
    stream: BinaryIO,
    size: int | None,
    name: str,
    times: Sequence[float],
    *,
    side: int = 256,
    grey: bool = True,
    blur: bool = True,
    decoder: VideoDecoder | None = None,
) -> list[bytes] | Skipped:
    """Return one PNG of at most side x side pixels for each of `times` (seconds), or why there are none.

    A PNG shows the first picture at or after its time, the last one where the video is shorter; no sound, no metadata.
    Whether a person may see it is decided by the caller, before this is called. Raises BlobUnreadable.
    """
    with opened(stream, size, name, decoder) as video:
        if isinstance(video, Skipped):
            return video
        made = video.decoder.pictures(video.file, times, side=side, grey=grey, blur=blur)
        return made._replace(what=name) if isinstance(made, Skipped) else made
