"""A transport that waits: a least time between requests, limited retries with growing pauses, a total limit."""

import time
from collections.abc import Callable
from typing import Final

from amparo.ledger.nodes.errors import BudgetSpent, HttpRefused, TooLate, Unreachable
from amparo.ledger.nodes.transport import Transport, host_of

_AGAIN: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_LONGEST: Final = 60.0


class Patient:
    """Wraps a transport. `limit` counts every request that goes out, retries included; None = no limit.

    A refusal with Retry-After is waited for if that is at most `longest` seconds, else raised at once.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        interval: float = 0.0,
        attempts: int = 4,
        pause: float = 1.0,
        longest: float = _LONGEST,
        limit: int | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.transport = transport
        self.interval = interval
        self.attempts = attempts
        self.pause = pause
        self.longest = longest
        self.limit = limit
        self.asked = 0
        self._sleep = sleep
        self._clock = clock
        self._last: float | None = None

    def post(self, url: str, body: bytes, *, timeout: float) -> bytes:
        return self._try(url, lambda: self.transport.post(url, body, timeout=timeout), retry_refused=_loading)

    def get(self, url: str, *, timeout: float) -> bytes:
        return self._try(url, lambda: self.transport.get(url, timeout=timeout), retry_refused=lambda _: True)

    def _try(self, url: str, ask: Callable[[], bytes], retry_refused: Callable[[HttpRefused], bool]) -> bytes:
        for attempt in range(1, self.attempts + 1):
            self._wait_turn(url)
            try:
                return ask()
            except HttpRefused as error:
                if attempt == self.attempts or error.facts["status"] not in _AGAIN or not retry_refused(error):
                    raise
                self._rest(attempt, error)
            except (TooLate, Unreachable):
                if attempt == self.attempts:
                    raise
                self._rest(attempt, None)
        raise AssertionError("attempts must be at least 1")

    def _rest(self, attempt: int, refused: HttpRefused | None) -> None:
        told = refused.facts["retry_after"] if refused is not None else None
        if refused is not None and isinstance(told, float) and told > self.longest:
            raise refused
        self._sleep(told if isinstance(told, float) else min(self.pause * 2 ** (attempt - 1), self.longest))

    def _wait_turn(self, url: str) -> None:
        if self.limit is not None and self.asked >= self.limit:
            raise BudgetSpent(host=host_of(url), limit=self.limit)
        now = self._clock()
        if self._last is not None and now < self._last + self.interval:
            self._sleep(self._last + self.interval - now)
        self._last = self._clock()
        self.asked += 1


def _loading(error: HttpRefused) -> bool:
    """A node answers its own refusals with status 500 and JSON: asking again changes nothing, except while it loads."""
    body = error.facts["body"]
    return error.facts["status"] != 500 or not isinstance(body, bytes) or not body.startswith(b"{") or b"-28" in body
