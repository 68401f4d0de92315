"""The hash of one video: PDQ of its pictures with their times. A value, below all that makes or compares it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from amparo.base import Skipped

#: `VideoHash.step` of a pass over key frames only.
KEY_FRAMES: Final = "key"
#: Pictures plainer than this are not compared; the same as for single pictures (signals.pdq.MIN_QUALITY).
USABLE_QUALITY: Final = 50


@dataclass(frozen=True, slots=True)
class VideoFrame:
    """One picture of a video, with those after it that look the same.

    `time`, `until`: seconds from the start, with milliseconds; the first and the last picture this one stands for.
    `pictures`: how many sampled pictures it stands for. `hex`, `quality`, `variants`: as in PdqHash.
    """

    time: float
    until: float
    hex: str
    quality: int
    variants: tuple[str, ...]
    pictures: int = 1

    def as_dict(self) -> dict[str, Any]:
        return {
            "time": seconds_text(self.time),
            "until": seconds_text(self.until),
            "quality": self.quality,
            "pictures": self.pictures,
            "variants": list(self.variants),
        }

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> "VideoFrame":
        variants = tuple(value["variants"])
        time, until = float(value["time"]), float(value["until"])
        return cls(time, until, variants[0], value["quality"], variants, value["pictures"])


@dataclass(frozen=True, slots=True)
class VideoHash:
    """What a pass over a video found.

    `frames`: in the order of time; never two neighbours within two bits of each other. `duration`: seconds, as the
    file says or as far as was read. `step`: seconds between samples, or "key": key frames, at most one in 3 s, in
    videos under 20 s one in 1.5 s. `decoder`: library and version. `broken`: packets that could not be decoded.
    `stopped`: None, or why the pass ended before the video did: broken-tail, too-long, too-many-frames, time-limit.
    """

    frames: tuple[VideoFrame, ...]
    duration: float
    step: str | float
    decoder: str
    broken: int = 0
    stopped: str | None = None

    @property
    def sampled(self) -> int:
        """How many pictures were hashed, the plain and the repeated ones too."""
        return sum(frame.pictures for frame in self.frames)

    @property
    def usable(self) -> int:
        """How many of them have quality enough to be compared."""
        return self.usable_from(USABLE_QUALITY)

    def usable_from(self, min_quality: int) -> int:
        return sum(frame.pictures for frame in self.frames if frame.quality >= min_quality)

    def skipped(self, name: str) -> Skipped | None:
        """What of the video was not read, for the list of what was passed over; None where all was."""
        if self.stopped is None:
            return None
        read = seconds_text(self.frames[-1].until) if self.frames else "0.000"
        detail = f"{self.stopped}: read up to {read} s of {seconds_text(self.duration)} s; what was read was compared"
        return Skipped(name, "video-cut-short", detail)

    def as_dict(self) -> dict[str, Any]:
        """The canonical form (numbers with fractions as text), for recipes and stored signatures."""
        return {
            "duration": seconds_text(self.duration),
            "step": self.step if isinstance(self.step, str) else seconds_text(self.step),
            "decoder": self.decoder,
            "broken": self.broken,
            "stopped": self.stopped,
            "frames": [frame.as_dict() for frame in self.frames],
        }

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> "VideoHash":
        step: str | float = KEY_FRAMES if value["step"] == KEY_FRAMES else float(value["step"])
        frames = tuple(VideoFrame.from_dict(each) for each in value["frames"])
        return cls(frames, float(value["duration"]), step, value["decoder"], value["broken"], value["stopped"])


def seconds_text(seconds: float) -> str:
    """Seconds with milliseconds: "12.000". Canonical JSON holds no fractions."""
    return f"{seconds:.3f}"
