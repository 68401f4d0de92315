"""Ready wraps: receipt codes whose slow wrapping keys are drawn ahead of need.

Argon2id at intake would limit a public worker to a few reports a second. So one background thread keeps up to
`size` sets of (code, salt, wrapping key) in memory. When none is left, the copy is made under plain BLAKE2b, marked
`fast`, and hardened when the code is first used: 100 random bits need no slow hash, which guards only codes seen
in part.
"""

import os
import queue
import threading
from dataclasses import dataclass

from amparo.web.reports import sealing
from amparo.web.reports.codes import new_code


@dataclass(frozen=True, slots=True)
class ReadyWrap:
    code: str
    salt: bytes
    kdf: sealing.Kdf
    wrapping_key: bytes


def make_wrap(kdf: sealing.Kdf) -> ReadyWrap:
    code, salt = new_code(), os.urandom(sealing.SALT_BYTES)
    return ReadyWrap(code, salt, kdf, kdf.derive(code, salt))


class WrapPool:
    """A bounded stock of ready wraps; `take` never waits."""

    def __init__(self, size: int = 200, kdf: sealing.Kdf = sealing.CODE_KDF) -> None:
        self._ready: queue.Queue[ReadyWrap] = queue.Queue(maxsize=size)
        self._kdf = kdf
        self._lock = threading.Lock()
        self._process: int | None = None

    def take(self) -> ReadyWrap:
        """Return a ready wrap, or a fast one when the stock is empty. Starts the filling thread on first use."""
        self.start()
        try:
            return self._ready.get_nowait()
        except queue.Empty:
            return make_wrap(sealing.FAST)

    def start(self) -> None:
        """Start filling in this process; a forked worker starts its own thread and draws its own codes."""
        with self._lock:
            if self._process == os.getpid():
                return
            if self._process is not None:
                self._ready = queue.Queue(maxsize=self._ready.maxsize)  # never share codes with the parent
            self._process = os.getpid()
        threading.Thread(target=self._fill, args=(self._ready,), name="wrap-pool", daemon=True).start()

    def _fill(self, ready: "queue.Queue[ReadyWrap]") -> None:
        while True:
            ready.put(make_wrap(self._kdf))
