"""Which pictures of a video are hashed, and when they are shown. Inside the video process only.

Times come from the file's time stamps, never from counting frames, because frames may come at any rate.
Source: the sampling of vPDQ (facebook/ThreatExchange, vpdq), with key frames alone as a quicker first pass.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final, NamedTuple

from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from amparo import _kernels
from amparo.media.decoder.video_limits import VideoLimits
from amparo.media.decoder.video_reading import CannotRead, Reading
from amparo.media.decoder.video_records import RECORD
from amparo.media.video_hash import USABLE_QUALITY

#: Seconds at least between key frames that are decoded, for some cameras write one each second or nothing else; less
#: in a short video, so that there are some.
KEY_SPACING: Final = 3.0
KEY_SPACING_SHORT: Final = 1.5
SHORT_SECONDS: Final = 25.0
#: Neighbours this near look the same; the later is counted, not kept (vpdq/README.md).
SAME_BITS: Final = 2


@dataclass(slots=True)
class _Kept:
    time: float
    until: float
    quality: int
    variants: bytes
    pictures: int = 1

    def same(self, variants: bytes, quality: int) -> bool:
        bits = int.from_bytes(self.variants[:32], "big") ^ int.from_bytes(variants[:32], "big")
        return bits.bit_count() <= SAME_BITS and (quality >= USABLE_QUALITY) == (self.quality >= USABLE_QUALITY)

    def packed(self) -> bytes:
        return RECORD.pack(self.time, self.until, self.quality, self.pictures, self.variants)


class Sampled(NamedTuple):
    records: bytes  # RECORD after RECORD
    duration: float
    broken: int
    stopped: str | None


def sample(file: BinaryIO, limits: VideoLimits, step: float | None) -> Sampled:
    """Hash one picture each `step` seconds, or the key frames where `step` is None. Raises CannotRead."""
    reading = Reading(file, limits, key_frames=step is None)
    kept: list[_Kept] = []
    try:
        for seconds, frame in _pictures(reading, limits, step):
            _keep(kept, seconds, reading, frame)
            if len(kept) >= limits.frames:
                reading.stopped = "too-many-frames"
                break
        last = kept[-1].until if kept else 0.0
        records = b"".join(each.packed() for each in kept)
        if not kept and reading.broken:
            raise CannotRead("broken-video", f"none of its {reading.broken} packets could be decoded")
        return Sampled(records, max(reading.duration, last), reading.broken, reading.stopped)
    finally:
        reading.close()


def _keep(kept: list[_Kept], seconds: float, reading: Reading, frame: VideoFrame) -> None:
    hashes, quality = _kernels.pdq(reading.pixels(frame))
    variants = b"".join(hashes)
    if kept and kept[-1].same(variants, quality):
        kept[-1].until, kept[-1].pictures = seconds, kept[-1].pictures + 1
    else:
        kept.append(_Kept(seconds, seconds, quality, variants))


def _pictures(reading: Reading, limits: VideoLimits, step: float | None) -> Iterator[tuple[float, VideoFrame]]:
    """Yield (seconds, picture) of the wanted pictures, in the order of time."""
    due, clock = _Due(lambda last: (last // step + 1) * step if step else last), Clock(reading)
    for packet in _packets(reading, limits, step):
        for frame in reading.decode(packet):
            seconds = clock.seconds(frame.pts if frame.pts is not None else frame.dts)
            if seconds > limits.seconds:
                reading.stopped = "too-long"
                return
            if due.takes(seconds):
                yield seconds, frame


def _packets(reading: Reading, limits: VideoLimits, step: float | None) -> Iterator["Packet[VideoStream] | None"]:
    """Yield what is to be decoded, of key frames those far enough apart; None at the end lets out the last pictures."""
    ends = time.monotonic() + limits.work_seconds
    apart = KEY_SPACING_SHORT if reading.duration < SHORT_SECONDS else KEY_SPACING
    due, clock = _Due(lambda last: last + apart), Clock(reading)
    for packet in reading.packets():
        if time.monotonic() > ends:
            reading.stopped = "time-limit"
            break
        if step is None:
            stamp = packet.pts if packet.pts is not None else packet.dts
            if not packet.is_keyframe or not due.takes(clock.seconds(stamp)):
                continue
        yield packet
    yield None


class _Due:
    """Takes the first time there is, then each at or after what `following` makes of the last taken."""

    def __init__(self, following: Callable[[float], float]) -> None:
        self._following = following
        self._next = 0.0

    def takes(self, seconds: float) -> bool:
        if seconds + 1e-6 < self._next:
            return False
        self._next = self._following(seconds)
        return True


@dataclass(slots=True)
class Clock:
    """Time stamps to seconds from the start of the video; never backwards, whatever the file says."""

    reading: Reading
    _last: float = 0.0
    _shift: float = 0.0
    _begun: bool = field(default=False)

    def seconds(self, stamp: int | None) -> float:
        """A missing stamp is one frame after the last; a jump back (spliced streams) goes on from there."""
        stream = self.reading.stream
        base, rate = stream.time_base, stream.average_rate
        pause = float(1 / rate) if rate else 0.04
        if stamp is None or base is None:
            now = self._last + pause if self._begun else 0.0
        else:
            now = float((stamp - (stream.start_time or 0)) * base) + self._shift
            if now < self._last - 1.0:
                self._shift += self._last + pause - now
                now = self._last + pause
        self._begun = True
        self._last = round(max(0.0, now, self._last), 3)
        return self._last
