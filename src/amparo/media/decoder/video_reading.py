"""A video's bytes to pictures, inside the video process only: the one module that imports PyAV (FFmpeg).

The file is read through one open descriptor. FFmpeg may open nothing else (no playlist, no reference, no network),
and only containers and codecs named here are tried. One thread. Pixels are rgb24 of the full size, converted without
shortcuts of a processor, not turned by the camera's matrix: a hash is made of all eight ways to lay a picture anyway.
"""

import os
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

import av
import av.audio.stream
import av.subtitles.codeccontext
import av.subtitles.stream  # PyAV loads these late, when nothing can be opened any more
import numpy as np
import numpy.typing as npt
from av.codec.context import Flags, ThreadType
from av.container import InputContainer
from av.packet import Packet
from av.stream import Discard
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter
from av.video.stream import VideoStream

from amparo.media.decoder.video_limits import VideoLimits

FORMATS: Final = (
    *("mov", "mp4", "m4a", "3gp", "3g2", "mj2", "matroska", "webm", "avi", "flv", "mpegts", "mpeg", "mpegvideo"),
    *("asf", "ogg", "m4v", "h264", "hevc", "dv", "ivf", "rm", "gif"),
)
CODECS: Final = frozenset(
    (
        *(
            "h264",
            "hevc",
            "vp8",
            "vp9",
            "libdav1d",
            "av1",
            "mpeg4",
            "mpeg1video",
            "mpeg2video",
            "h261",
            "h263",
            "h263i",
        ),
        *("msmpeg4", "msmpeg4v1", "msmpeg4v2", "msmpeg4v3", "wmv1", "wmv2", "wmv3", "vc1", "flv", "vp6", "vp6f"),
        *("theora", "svq1", "svq3", "rv30", "rv40", "dvvideo", "cinepak", "indeo5", "huffyuv", "ffv1", "prores"),
        *("mjpeg", "jpeg2000", "png", "gif", "rawvideo"),
    )
)
LIBRARY: Final = f"PyAV {av.__version__}, FFmpeg {av.ffmpeg_version_info}"
_EXACT: Final = Interpolation.BILINEAR | Interpolation.ACCURATE_RND | Interpolation.BITEXACT

#: What broken files make PyAV raise. Anything else ends the process, and the file is skipped as that.
BROKEN: Final = (av.FFmpegError, ValueError, IndexError, OverflowError)

av.logging.set_level(None)


class CannotRead(Exception):
    """`reason`: a permanent key for Skipped; `detail` for people."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail


class Reading:
    """One video, open. `pictures` may be asked once, `seek` as often as wished."""

    def __init__(self, file: BinaryIO, limits: VideoLimits, *, key_frames: bool) -> None:
        """Raises CannotRead: broken-video, no-video-stream, unread-video-kind, video-too-large."""
        self._limits = limits
        self.broken = 0
        self.stopped: str | None = None
        self._size = os.fstat(file.fileno()).st_size
        self._container = _opened(file)
        self.stream = _video_stream(self._container)
        self._prepare(key_frames)
        self._convert = VideoReformatter()

    @property
    def duration(self) -> float:
        """Seconds, as the file says; 0.0 where it does not."""
        if self.stream.duration and self.stream.time_base:
            return max(0.0, float(self.stream.duration * self.stream.time_base))
        return max(0.0, (self._container.duration or 0) / av.time_base)

    def packets(self) -> Iterator["Packet[VideoStream]"]:
        """Yield the stream's packets; a file that breaks off ends early, and `stopped` says so."""
        try:
            yield from (packet for packet in self._container.demux(self.stream) if packet.size)
            self.stopped = "broken-tail" if self._cut_off() else None
        except BROKEN:
            self.stopped = "broken-tail"

    def decode(self, packet: "Packet[VideoStream] | None") -> list[VideoFrame]:
        """Return the pictures that `packet` completes; none, and one more `broken`, where it cannot be decoded."""
        try:
            return self.stream.codec_context.decode(packet)
        except EOFError:
            return []
        except BROKEN:
            self.broken += 1
            return []

    def pixels(self, frame: VideoFrame) -> npt.NDArray[np.uint8]:
        """Return (height, width, 3) RGB without gaps. Raises CannotRead."""
        if frame.width * frame.height > self._limits.pixels:
            raise CannotRead(
                "video-too-large", f"{frame.width} x {frame.height} pixels; the limit is {self._limits.pixels}"
            )
        rgb = self._convert.reformat(frame, format="rgb24", interpolation=_EXACT, threads=1)
        return np.ascontiguousarray(rgb.to_ndarray(), np.uint8)

    def seek(self, seconds: float) -> None:
        """Go to the key frame at or before `seconds`; where the file cannot, stay."""
        base = self.stream.time_base
        if base is None:
            return
        try:
            self._container.seek(int(seconds / base) + (self.stream.start_time or 0), stream=self.stream)
        except BROKEN:
            self.broken += 1

    def close(self) -> None:
        self._container.close()

    def _cut_off(self) -> bool:
        """Whether the file's index, if it has one, tells of a picture beyond the end of the file."""
        entries = self.stream.index_entries
        return len(entries) > 0 and entries[-1].pos + entries[-1].size > self._size

    def _prepare(self, key_frames: bool) -> None:
        codec = self.stream.codec_context
        if codec.width * codec.height > self._limits.pixels:
            raise CannotRead(
                "video-too-large", f"{codec.width} x {codec.height} pixels; the limit is {self._limits.pixels}"
            )
        codec.thread_count, codec.thread_type = 1, ThreadType.NONE
        codec.options = {"max_pixels": str(self._limits.pixels)}
        codec.flags |= int(Flags.bitexact)  # the same pixels on every processor
        for other in self._container.streams:
            other.discard = Discard.all
        self.stream.discard = Discard.nonkey if key_frames else Discard.default
        codec.skip_frame = "NONKEY" if key_frames else "DEFAULT"


def _opened(file: BinaryIO) -> InputContainer:
    options = {"protocol_whitelist": "", "format_whitelist": ",".join(FORMATS)}
    try:
        return av.open(file, "r", container_options=options, io_open=_refuse, metadata_errors="replace")
    except MemoryError as error:
        raise CannotRead("video-too-large", "it needs more memory than the decoder may use") from error
    except BROKEN as error:
        raise CannotRead("broken-video", f"{type(error).__name__}: {error}"[:200]) from error


def _refuse(*_: Any) -> None:
    """A video that asks for another file or address gets none."""
    raise PermissionError


def _video_stream(container: InputContainer) -> VideoStream:
    """Return the first video that is not the picture on an album's cover."""
    videos = [
        each for each in container.streams.video if not int(each.disposition) & av.stream.Disposition.attached_pic
    ]
    if not videos:
        raise CannotRead("no-video-stream", f"{len(container.streams)} streams, none of them a video")
    stream = videos[0]
    if stream.codec_context is None or stream.codec_context.codec.name not in CODECS:
        name = stream.codec_context.codec.name if stream.codec_context else "unknown"
        raise CannotRead("unread-video-kind", f"its codec is {name}")
    return stream
