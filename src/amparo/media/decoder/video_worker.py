"""The video process: takes an open file and a wish, answers, and can do little else.

Apart from the picture process, because PyAV's wheel carries FFmpeg with GPL parts and a larger face to broken files.
Memory, processor time and writing are limited; it starts no process; while it reads a video it can open no file and
no connection, for it has no descriptor left. A crash costs one video. Started by `video_client`, never imported by it.
"""

import os
import resource
import socket
import sys
from typing import Any, BinaryIO, Final, cast

from amparo.media.decoder import frames
from amparo.media.decoder.confining import allow_more_time, confine
from amparo.media.decoder.video_limits import VideoLimits
from amparo.media.decoder.video_pictures import Wish, pictures_at
from amparo.media.decoder.video_reading import LIBRARY, CannotRead
from amparo.media.decoder.video_sampling import sample

#: Descriptors the process may hold while it waits; one is the talk with its parent.
_OPEN_FILES: Final = 16


def main() -> int:
    limits = VideoLimits(*(kind(text) for kind, text in zip((int,) * 9 + (float,), sys.argv[1:], strict=True)))
    talk = socket.socket(fileno=os.dup(0))
    source, sink = talk.makefile("rb"), talk.makefile("wb")
    confine(limits.memory_bytes)
    while (video := _video(talk)) is not None:
        frame = frames.receive(cast("BinaryIO", source), 0)
        if frame is None:
            break
        allow_more_time(limits.cpu_seconds)
        with video:
            _answer(cast("BinaryIO", sink), frame[0], video, limits)
    return 0


def _video(talk: socket.socket) -> BinaryIO | None:
    """Receive one open file, as one byte with a descriptor; None at the end. Nothing more can be opened then."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    _, received, _, _ = socket.recv_fds(talk, 1, 1)
    if not received:
        return None
    lowest_free = os.dup(received[0])
    os.close(lowest_free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest_free, _OPEN_FILES))
    return os.fdopen(received[0], "rb", buffering=0)


def _answer(sink: BinaryIO, header: dict[str, Any], video: BinaryIO, limits: VideoLimits) -> None:
    try:
        if header["op"] == "frames":
            wish = Wish(header["side"], header["grey"], header["blur"])
            made = pictures_at(video, limits, header["times"], wish)
            frames.send(sink, {"ok": True, "sizes": [len(each) for each in made]}, b"".join(made))
        else:
            records, *facts = sample(video, limits, header["step"])
            named = dict(zip(("duration", "broken", "stopped"), facts, strict=True))
            frames.send(sink, {"ok": True, "decoder": LIBRARY, **named}, records)
    except CannotRead as refusal:
        frames.send(sink, {"ok": False, "reason": refusal.reason, "detail": refusal.detail})
    except MemoryError:
        detail = "it needs more memory than the decoder may use"
        frames.send(sink, {"ok": False, "reason": "video-too-large", "detail": detail})


if __name__ == "__main__":
    sys.exit(main())
