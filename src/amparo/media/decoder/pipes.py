"""Our ends of a decoder process's pipes: reads and writes end when their time is over, without a thread to watch."""

import fcntl
import os
import select
import time
from contextlib import suppress
from typing import Final

#: A whole photo fits, so that the next one is sent while one is being decoded. Linux only; elsewhere it is just slower.
_PIPE_BYTES: Final = 1 << 20
_SET_PIPE_SIZE: Final = 1031  # fcntl.F_SETPIPE_SZ, which Python 3.11 names on Linux only


class Late(OSError):
    """The other side neither took nor gave anything until the time was over."""


class Source:
    """Reads from a process; `until` is a time of `time.monotonic`."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._left = b""
        self.until = float("inf")

    def read(self, size: int) -> bytes:
        """Return `size` bytes, fewer only at the end. Raises Late."""
        parts, there = [self._left], len(self._left)
        while there < size:
            _wait(self._handle, select.POLLIN, self.until)
            part = os.read(self._handle, max(size - there, 1 << 16))
            if not part:
                break
            parts.append(part)
            there += len(part)
        data = b"".join(parts)
        self._left = data[size:]
        return data[:size]


class Sink:
    """Writes to a process; `until` as in Source. What the process does not take is not lost on us: it raises Late."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self.until = float("inf")
        os.set_blocking(handle, False)
        with suppress(OSError):  # the system's limit may be lower
            fcntl.fcntl(handle, _SET_PIPE_SIZE, _PIPE_BYTES)

    def write(self, data: bytes) -> int:
        view = memoryview(data)
        while view:
            try:
                view = view[os.write(self._handle, view) :]
            except BlockingIOError:
                _wait(self._handle, select.POLLOUT, self.until)
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""


def _wait(handle: int, event: int, until: float) -> None:
    poll = select.poll()
    poll.register(handle, event)
    left = until - time.monotonic()
    if not poll.poll(None if left == float("inf") else max(0, left * 1000)):
        raise Late
