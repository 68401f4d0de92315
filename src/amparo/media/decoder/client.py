"""Our side of the decoder process: one stays up and serves picture after picture; a new one follows a crash.

Threads that share a decoder take turns without waiting for each other's answers: the next picture is already in the
pipe while one is being decoded, so the process never waits for us.
"""

import os
import subprocess
import sys
import threading
import time
from dataclasses import astuple
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

import amparo
from amparo.base import Skipped
from amparo.media.decoder import frames
from amparo.media.decoder.limits import DEFAULT, Limits
from amparo.media.decoder.pipes import Late, Sink, Source
from amparo.media.hashes import CameraFacts, PdqHash, Seen

#: Pictures one process serves before a fresh one follows, so that a leak in a library stays small.
SERVES: Final = 5000
#: How often a picture is sent again because the one before it ended the process.
_AGAIN: Final = 20

_Answer = tuple[dict[str, Any], bytes]


class Decoder:
    """Decodes untrusted pictures in a separate process. Safe to use from several threads.

    `limits` bound each picture; a picture that breaks them, or the process, comes back as Skipped with `what` empty.
    """

    def __init__(self, limits: Limits = DEFAULT) -> None:
        self.limits = limits
        self._sending = threading.Lock()
        self._talk: _Talk | None = None
        self._abandoned = False

    def see(self, data: bytes) -> Seen | Skipped:
        """Return the PDQ hash of the picture in `data` and its camera's facts, or why there is none.

        Reasons: broken-picture, picture-too-large, decoder-crashed, decoder-timeout.
        """
        answer = self._ask({"op": "see"}, data)
        if isinstance(answer, Skipped):
            return answer
        pdq, camera = answer[0]["pdq"], answer[0]["camera"]
        made = PdqHash(pdq["hex"], pdq["quality"], tuple(pdq["variants"]), pdq["decoder"], tuple(pdq["notes"]))
        return Seen(made, _camera(camera) if camera else None)

    def pdq(self, data: bytes) -> PdqHash | Skipped:
        """As `see`, the hash alone."""
        seen = self.see(data)
        return seen if isinstance(seen, Skipped) else seen.pdq

    def preview(self, data: bytes, *, side: int, grey: bool, blur: bool) -> bytes | Skipped:
        """Return a small PNG of the picture in `data`, or why there is none."""
        answer = self._ask({"op": "preview", "side": side, "grey": grey, "blur": blur}, data)
        return answer if isinstance(answer, Skipped) else answer[1]

    def close(self) -> None:
        """End the process; the next picture starts another."""
        with self._sending:
            talk, self._talk = self._talk, None
            if talk is not None:
                talk.retire()

    def abandon(self) -> None:
        """Give up what is being decoded, now; for good."""
        self._abandoned = True
        with self._sending:
            if self._talk is not None:
                self._talk.process.kill()

    def __enter__(self) -> "Decoder":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _process(self) -> "subprocess.Popen[bytes] | None":
        return self._talk.process if self._talk else None

    def _ask(self, header: dict[str, Any], data: bytes) -> _Answer | Skipped:
        if len(data) > self.limits.file_bytes:
            return Skipped("", "picture-too-large", f"{len(data)} bytes; the limit is {self.limits.file_bytes}")
        for _ in range(0 if self._abandoned else _AGAIN):
            with self._sending:
                talk = self._ready()
                ticket = talk.send(header, data)
            answer = talk.answer(ticket)
            if isinstance(answer, Skipped):
                return answer
            if self._abandoned:
                break
            if answer is not None:
                return answer if answer[0]["ok"] else Skipped("", answer[0]["reason"], answer[0]["detail"])
        return Skipped("", "decoder-crashed", f"the decoder ended {_AGAIN} times on the pictures before this one")

    def _ready(self) -> "_Talk":
        """The talk to send on; called with the sending lock held."""
        if self._talk is not None and self._talk.over():
            self._talk.retire()
            self._talk = None
        if self._talk is None:
            self._talk = _Talk(self.limits)
        return self._talk


class _Talk:
    """One process: pictures go in and answers come out in the same order."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.process = _start(limits)
        self._sink = Sink(cast("BinaryIO", self.process.stdin).fileno())
        self._source = Source(cast("BinaryIO", self.process.stdout).fileno())
        self._turn = threading.Condition()
        self._writing = threading.Lock()
        self._sent = self._answered = 0
        self._dead = self._retired = self._closed = False

    def over(self) -> bool:
        """Whether the next picture needs another process."""
        return self._dead or self._sent >= SERVES or (self._sent == self._answered and self.process.poll() is not None)

    def send(self, header: dict[str, Any], data: bytes) -> int:
        """Write one picture; returns its number. That nobody took it shows when its answer is asked for."""
        with self._turn:
            ticket = self._sent
            self._sent += 1
            ahead = ticket - self._answered
        self._sink.until = time.monotonic() + self._limits.wall_seconds * (ahead + 1)
        try:
            with self._writing:
                if self._closed:
                    return ticket
                frames.send(cast("BinaryIO", self._sink), header, data)
        except OSError as error:
            if isinstance(error, Late):
                self.process.kill()
        return ticket

    def answer(self, ticket: int) -> _Answer | Skipped | None:
        """Wait for the answer to picture `ticket`. None: the process ended on one before it."""
        with self._turn:
            self._turn.wait_for(lambda: self._dead or self._answered == ticket)
            if self._dead:
                return None
        answer: _Answer | Skipped | None = None
        try:
            answer = self._read()
            return answer
        finally:  # even if this thread is interrupted: others wait for their turn
            with self._turn:
                self._answered += 1
                self._dead = self._dead or answer is None or isinstance(answer, Skipped)
                last = self._retired and self._sent == self._answered
                self._turn.notify_all()
            if last:
                self.end()

    def _read(self) -> _Answer | Skipped:
        late = False
        self._source.until = time.monotonic() + self._limits.wall_seconds
        try:
            answer = frames.receive(cast("BinaryIO", self._source), self._limits.file_bytes)
            if answer is not None:
                return answer
        except (OSError, frames.BrokenPipe) as error:
            late = isinstance(error, Late)
        return self._lost(late)

    def retire(self) -> None:
        """Send nothing more; the process ends when it has answered all it was sent."""
        with self._turn:
            self._retired = True
            last = self._dead or self._sent == self._answered
        if last:
            self.end()
        else:
            self._close_input()

    def end(self) -> int:
        """See the process end, by force after a second, and close both pipes. Nobody may be reading from it."""
        if self._retired:
            self._close_input()
        try:
            status = self.process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        self._close_input()
        _close_quietly(self.process.stdout)
        return status

    def _close_input(self) -> None:
        """Never while somebody writes: the descriptor's number may be given to another file at once."""
        with self._writing:
            self._closed = True
            _close_quietly(self.process.stdin)

    def _lost(self, late: bool) -> Skipped:
        if late:
            self.process.kill()
        status = self.end()
        if late:
            return Skipped("", "decoder-timeout", f"no answer within {self._limits.wall_seconds:g} s")
        return Skipped("", "decoder-crashed", f"the decoder ended with status {status}")


def _camera(facts: dict[str, Any]) -> CameraFacts:
    gps = facts.pop("gps")
    return CameraFacts(**facts, gps=tuple(gps) if gps else None)


def _close_quietly(pipe: object) -> None:
    """Close a pipe; bytes that a dead process never took are of no more use to anybody."""
    if pipe is not None:
        try:
            cast("BinaryIO", pipe).close()
        except OSError:
            return


def _start(limits: Limits) -> "subprocess.Popen[bytes]":
    source = Path(amparo.__file__).parents[1]
    # Only what the process needs: no secrets from our environment, and no thread pool of a numeric library. Memory
    # once taken is kept (MALLOC_*): taking it from the system anew costs a page fault each 4 KiB, for every picture.
    kept = {key: os.environ[key] for key in ("PATH", "AMPARO_CPU", "LD_LIBRARY_PATH") if key in os.environ}
    memory = {"MALLOC_MMAP_THRESHOLD_": str(1 << 28), "MALLOC_TRIM_THRESHOLD_": str(1 << 28)}
    environment = kept | memory | {"PYTHONPATH": str(source), "OPENBLAS_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}
    return subprocess.Popen(
        [sys.executable, "-m", "amparo.media.decoder.worker", *map(str, astuple(limits))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        bufsize=0,
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
