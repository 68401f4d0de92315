"""Our side of the decoder process: one stays up and serves picture after picture; a new one follows a crash."""

import os
import subprocess
import sys
import threading
from dataclasses import astuple
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

import amparo
from amparo.base import Skipped
from amparo.media.decoder import frames
from amparo.media.decoder.limits import DEFAULT, Limits
from amparo.media.hashes import PdqHash

#: Pictures one process serves before a fresh one follows, so that a leak in a library stays small.
SERVES: Final = 5000


class Decoder:
    """Decodes untrusted pictures in a separate process. Safe to use from several threads, one picture at a time.

    `limits` bound each picture; a picture that breaks them, or the process, comes back as Skipped with `what` empty.
    """

    def __init__(self, limits: Limits = DEFAULT) -> None:
        self.limits = limits
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._served = 0

    def pdq(self, data: bytes) -> PdqHash | Skipped:
        """Return the PDQ hash of the picture in `data`, or why there is none.

        Reasons: broken-picture, picture-too-large, decoder-crashed, decoder-timeout.
        """
        answer = self._ask({"op": "pdq"}, data)
        if isinstance(answer, Skipped):
            return answer
        made = answer[0]["pdq"]
        return PdqHash(made["hex"], made["quality"], tuple(made["variants"]), made["decoder"])

    def preview(self, data: bytes, *, side: int, grey: bool, blur: bool) -> bytes | Skipped:
        """Return a small PNG of the picture in `data`, or why there is none."""
        answer = self._ask({"op": "preview", "side": side, "grey": grey, "blur": blur}, data)
        return answer if isinstance(answer, Skipped) else answer[1]

    def close(self) -> None:
        """End the process; the next picture starts another."""
        with self._lock:
            self._stop()

    def __enter__(self) -> "Decoder":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, header: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes] | Skipped:
        if len(data) > self.limits.file_bytes:
            return Skipped("", "picture-too-large", f"{len(data)} bytes; the limit is {self.limits.file_bytes}")
        with self._lock:
            process = self._ready()
            late = threading.Event()
            alarm = threading.Timer(self.limits.wall_seconds, _kill, (process, late))
            alarm.start()
            try:
                frames.send(cast("BinaryIO", process.stdin), header, data)
                answer = frames.receive(cast("BinaryIO", process.stdout), self.limits.file_bytes)
            except (OSError, frames.BrokenPipe):
                answer = None
            finally:
                alarm.cancel()
            if answer is None:
                return self._lost(late.is_set())
        return answer if answer[0]["ok"] else Skipped("", answer[0]["reason"], answer[0]["detail"])

    def _lost(self, late: bool) -> Skipped:
        status = self._stop()
        if late:
            return Skipped("", "decoder-timeout", f"no answer within {self.limits.wall_seconds:g} s")
        return Skipped("", "decoder-crashed", f"the decoder ended with status {status}")

    def _ready(self) -> "subprocess.Popen[bytes]":
        if self._process is not None and (self._process.poll() is not None or self._served >= SERVES):
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
            return process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


def _kill(process: "subprocess.Popen[bytes]", late: threading.Event) -> None:
    late.set()
    process.kill()


def _close_quietly(process: "subprocess.Popen[bytes]") -> None:
    """Close both pipes; bytes that a dead process never took are of no more use to anybody."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            try:
                pipe.close()
            except OSError:
                continue


def _start(limits: Limits) -> "subprocess.Popen[bytes]":
    source = Path(amparo.__file__).parents[1]
    # Only what the process needs: no secrets from our environment, and no thread pool of a numeric library.
    kept = {key: os.environ[key] for key in ("PATH", "AMPARO_CPU", "LD_LIBRARY_PATH") if key in os.environ}
    environment = kept | {"PYTHONPATH": str(source), "OPENBLAS_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}
    return subprocess.Popen(
        [sys.executable, "-m", "amparo.media.decoder.worker", *map(str, astuple(limits))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        cwd="/",
        start_new_session=True,
    )


_shared: dict[int, Decoder] = {}


def shared_decoder() -> Decoder:
    """Return this process's decoder. After a fork the child gets its own: two must not talk into one pipe."""
    own = os.getpid()
    if own not in _shared:
        _shared.clear()
        _shared[own] = Decoder()
    return _shared[own]
