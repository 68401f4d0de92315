"""Pictures of a video at given times, small, for a person to look at: grey and blurred unless asked otherwise.

Inside the video process only. Without sound, without metadata, turned as the camera says.
"""

import time
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import BinaryIO, Final, NamedTuple

from av.video.frame import VideoFrame
from PIL import Image, ImageFilter

from amparo.media.decoder.video_limits import VideoLimits
from amparo.media.decoder.video_reading import CannotRead, Reading
from amparo.media.decoder.video_sampling import Clock

#: A time in a hash is rounded to milliseconds.
_ROUNDING: Final = 0.001

Image.init()  # now, because nothing can be opened later


class Wish(NamedTuple):
    side: int
    grey: bool
    blur: bool


def pictures_at(file: BinaryIO, limits: VideoLimits, times: Sequence[float], wish: Wish) -> list[bytes]:
    """Return a PNG for each of `times` (seconds): of the first frame shown then or later, else of the last frame.

    Raises CannotRead.
    """
    if len(times) > limits.previews:
        raise CannotRead("video-too-large", f"{len(times)} previews asked; the limit is {limits.previews}")
    made = {}
    ends = time.monotonic() + limits.preview_seconds
    for seconds in sorted(set(times)):
        # Opened anew each time: after a damaged part, a seek alone may leave a decoder without its key frame.
        file.seek(0)
        reading = Reading(file, limits, key_frames=False)
        try:
            made[seconds] = _png(_picture_at(reading, seconds, ends), wish)
        finally:
            reading.close()
    return [made[seconds] for seconds in times]


def _picture_at(reading: Reading, seconds: float, ends: float) -> Image.Image:
    reading.seek(seconds)
    clock, last = Clock(reading), None
    for frame in _frames(reading):
        last = frame
        if time.monotonic() > ends:
            raise CannotRead("decoder-timeout", "it takes too long to come to this picture")
        stamp = frame.pts if frame.pts is not None else frame.dts
        if clock.seconds(stamp) + _ROUNDING >= seconds:
            break
    if last is None:
        raise CannotRead("broken-video", f"no picture at {seconds:.3f} s could be decoded")
    image = Image.fromarray(reading.pixels(last))
    # Degrees counter-clockwise; only quarter turns are a camera's.
    return image.rotate(last.rotation, expand=True) if last.rotation % 90 == 0 else image


def _frames(reading: Reading) -> Iterator[VideoFrame]:
    for packet in reading.packets():
        yield from reading.decode(packet)
    yield from reading.decode(None)


def _png(image: Image.Image, wish: Wish) -> bytes:
    image.thumbnail((wish.side, wish.side))
    if wish.grey:
        image = image.convert("L")
    if wish.blur:
        image = image.filter(ImageFilter.GaussianBlur(max(2.0, wish.side / 24)))
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
