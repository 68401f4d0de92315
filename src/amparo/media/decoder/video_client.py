"""Our side of the video process. A video is handed over as an open file, so that its bytes cross no pipe."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple, cast

import amparo
from amparo.base import Skipped
from amparo.media.decoder import frames
from amparo.media.decoder.video_limits import DEFAULT_VIDEO, VideoLimits
from amparo.media.decoder.video_records import unpacked
from amparo.media.video_hash import KEY_FRAMES, VideoHash

#: Videos one process serves before a fresh one follows, so that a leak in a library stays small.
SERVES: Final = 500
#: Bytes of an answer: previews are small, hashes smaller.
_MAX_ANSWER: Final = 256 << 20


class _Process(NamedTuple):
    popen: "subprocess.Popen[bytes]"
    talk: socket.socket
    source: BinaryIO
    sink: BinaryIO


class VideoDecoder:
    """Reads untrusted videos in a separate process. Safe to use from several threads, one video at a time.

    A video that breaks the limits, or the process, comes back as Skipped with `what` empty. Reasons: broken-video,
    no-video-stream, unread-video-kind, video-too-large, decoder-crashed, decoder-timeout.
    """

    def __init__(self, limits: VideoLimits = DEFAULT_VIDEO) -> None:
        self.limits = limits
        self._lock = threading.Lock()
        self._process: _Process | None = None
        self._served = 0

    def hash(self, file: int, step: float | None) -> VideoHash | Skipped:
        """Return the hashes of the video in the open file `file`, from its start whatever the descriptor's position.

        `step`: seconds between samples, None for key frames alone.
        """
        answer = self._ask({"op": "hash", "step": step}, file)
        if isinstance(answer, Skipped):
            return answer
        facts, records = answer
        made = unpacked(records)
        return VideoHash(
            made, round(facts["duration"], 3), step or KEY_FRAMES, facts["decoder"], facts["broken"], facts["stopped"]
        )

    def pictures(
        self, file: int, times: Sequence[float], *, side: int, grey: bool, blur: bool
    ) -> list[bytes] | Skipped:
        """Return one small PNG for each of `times`, in seconds."""
        answer = self._ask({"op": "frames", "times": list(times), "side": side, "grey": grey, "blur": blur}, file)
        if isinstance(answer, Skipped):
            return answer
        ends = [sum(answer[0]["sizes"][: number + 1]) for number in range(len(answer[0]["sizes"]))]
        return [answer[1][start:end] for start, end in zip([0, *ends], ends, strict=False)]

    def close(self) -> None:
        """End the process; the next video starts another."""
        with self._lock:
            self._stop()

    def __enter__(self) -> "VideoDecoder":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, header: dict[str, Any], file: int) -> tuple[dict[str, Any], bytes] | Skipped:
        with self._lock:
            process = self._ready()
            late = threading.Event()
            alarm = threading.Timer(self._wait(header), _kill, (process.popen, late))
            alarm.start()
            try:
                answer = _talk(process, header, file)
            except (OSError, frames.BrokenPipe):
                answer = None
            finally:
                alarm.cancel()
            if answer is None:
                return self._lost(self._wait(header) if late.is_set() else None)
        return answer if answer[0]["ok"] else Skipped("", answer[0]["reason"], answer[0]["detail"])

    def _wait(self, header: dict[str, Any]) -> float:
        """Seconds to wait for an answer; for previews a little more than the process allows itself."""
        preview = self.limits.preview_seconds + 10.0 if header["op"] == "frames" else self.limits.wall_seconds
        return min(preview, self.limits.wall_seconds)

    def _lost(self, late: float | None) -> Skipped:
        status = self._stop()
        if late is not None:
            return Skipped("", "decoder-timeout", f"no answer within {late:g} s")
        return Skipped("", "decoder-crashed", f"the video process ended with status {status}")

    def _ready(self) -> _Process:
        if self._process is not None and (self._process.popen.poll() is not None or self._served >= SERVES):
            self._stop()
        if self._process is None:
            self._process, self._served = _start(self.limits), 0
        self._served += 1
        return self._process

    def _stop(self) -> int | None:
        process, self._process = self._process, None
        if process is None:
            return None
        _close_quietly(process)
        try:
            return process.popen.wait(timeout=1)
        except subprocess.TimeoutExpired:
            process.popen.kill()
            return process.popen.wait()


def _talk(process: _Process, header: dict[str, Any], file: int) -> tuple[dict[str, Any], bytes] | None:
    # A description of its own, for reading only: the process must move neither our position nor our bytes.
    own = os.open(f"/proc/self/fd/{file}", os.O_RDONLY | os.O_CLOEXEC)
    try:
        socket.send_fds(process.talk, [b"v"], [own])
    finally:
        os.close(own)
    frames.send(process.sink, header)
    return frames.receive(process.source, _MAX_ANSWER)


def _kill(process: "subprocess.Popen[bytes]", late: threading.Event) -> None:
    late.set()
    process.kill()


def _close_quietly(process: _Process) -> None:
    """Close our end; bytes that a dead process never took are of no more use to anybody."""
    for each in (process.sink, process.source, process.talk):
        try:
            each.close()
        except OSError:
            continue


def _start(limits: VideoLimits) -> _Process:
    source = Path(amparo.__file__).parents[1]
    # Only what the process needs: no secrets from our environment, and no thread pool of a numeric library. Memory
    # once taken is kept (MALLOC_*): taking it from the system anew costs a page fault each 4 KiB, for every picture.
    kept = {key: os.environ[key] for key in ("PATH", "AMPARO_CPU", "LD_LIBRARY_PATH") if key in os.environ}
    memory = {"MALLOC_MMAP_THRESHOLD_": str(1 << 28), "MALLOC_TRIM_THRESHOLD_": str(1 << 28)}
    environment = kept | memory | {"PYTHONPATH": str(source), "OPENBLAS_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}
    ours, theirs = socket.socketpair()
    with theirs:
        popen = subprocess.Popen(
            [sys.executable, "-m", "amparo.media.decoder.video_worker", *map(str, astuple(limits))],
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd="/",
            start_new_session=True,
        )
    return _Process(popen, ours, cast("BinaryIO", ours.makefile("rb")), cast("BinaryIO", ours.makefile("wb")))


_shared: dict[int, VideoDecoder] = {}


def shared_video_decoder() -> VideoDecoder:
    """Return this process's video decoder. After a fork the child gets its own."""
    own = os.getpid()
    if own not in _shared:
        _shared.clear()
        _shared[own] = VideoDecoder()
    return _shared[own]
