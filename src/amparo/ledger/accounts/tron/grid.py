"""TronGrid: the transfers of one account, page by page, politely, to be continued where it stopped.

Pages are asked for oldest first and up to a fixed time, so that new transfers do not shift them. An explorer learns
whom somebody asks about: the transport decides whether and by which way it is asked.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from amparo.ledger.accounts.books import Asset, Opening
from amparo.ledger.accounts.errors import ExplorerPage
from amparo.ledger.accounts.transfer import Transfer
from amparo.ledger.accounts.transport import PlainTransport, Transport
from amparo.ledger.accounts.tron.address import tron_address
from amparo.ledger.accounts.tron.rows import (
    KNOWN_ASSETS,
    LEDGER,
    TRX,
    BadRow,
    Movement,
    Placer,
    token_row,
    transaction_row,
)

PAGE: Final = 200
LISTS: Final = ("trc20", "trx")


@dataclass(slots=True)
class PageState:
    """How far a list was read: kept as JSON between runs. `until`: milliseconds; `last`: newest that was read."""

    account: str
    what: str
    until: int
    fingerprint: str | None = None
    pages: int = 0
    last: int = 0
    done: bool = False

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> "PageState":
        return cls(**value)


@dataclass(slots=True)
class TronGrid:
    """`url`: the site, for example a TronGrid-shaped service of one's own. `pause`: seconds between two pages."""

    url: str
    transport: Transport = field(default_factory=PlainTransport)
    timeout: float = 30.0
    tries: int = 3
    pause: float = 0.3
    sleep: Callable[[float], None] = time.sleep
    assets: dict[str, Asset] = field(default_factory=lambda: dict(KNOWN_ASSETS))

    def start(self, account: str, what: str, until: int) -> PageState:
        """`what`: "trc20" or "trx"; `until` in milliseconds since 1970 UTC. Raises BadAddress."""
        if what not in LISTS:
            raise ValueError(f"no list called {what}")
        return PageState(tron_address(account), what, until)

    def page(self, state: PageState) -> list[Transfer]:
        """The next page's transfers; `state` moves on only after the page was understood. Raises ExplorerPage."""
        answer = self._ask(state)
        rows = answer.get("data")
        if not isinstance(rows, list) or answer.get("success") is False:
            raise self._bad("it has no list of data")
        placer = Placer(f"{urlsplit(self.url).hostname} {state.what} {state.account}")
        found, newest = [], state.last
        for number, row in enumerate(rows):
            try:
                for moved in self._movements(row, state.what):
                    if moved.time < newest:
                        raise BadRow("its rows are not in the order of their time")
                    newest = moved.time
                    found.append(placer.place(moved))
            except BadRow as error:
                raise self._bad(f"row {number + 1}: {error}") from None
        self._advance(state, answer, newest)
        return found

    def transfers(self, state: PageState) -> Iterator[Transfer]:
        """All pages that are left. Stop at any time and go on later with the same state."""
        while not state.done:
            yield from self.page(state)

    def openings(self, states: list[PageState]) -> Iterator[Opening]:
        """0 for every asset of an account whose lists were read from their beginning to their end."""
        for state in states:
            if state.done:
                names = [TRX] if state.what == "trx" else [name for name in self.assets if name != TRX]
                for asset in names:
                    source = f"{urlsplit(self.url).hostname} {state.what} {state.account}"
                    yield Opening(LEDGER, state.account, asset, 0, source)

    def _movements(self, row: Any, what: str) -> Iterator[Movement]:
        if not isinstance(row, Mapping):
            raise BadRow("it is no object")
        if what == "trx":
            yield from transaction_row(row)
            return
        found = token_row(row)
        if found is not None:
            moved, asset = found
            self.assets.setdefault(moved.asset, asset)
            yield moved

    def _advance(self, state: PageState, answer: Mapping[str, Any], newest: int) -> None:
        meta = answer.get("meta")
        after = meta.get("fingerprint") if isinstance(meta, Mapping) else None
        if after is not None and (not isinstance(after, str) or after == state.fingerprint):
            raise self._bad("its next page is itself")
        state.fingerprint, state.done = after, after is None
        state.pages += 1
        state.last = newest

    def _ask(self, state: PageState) -> Mapping[str, Any]:
        list_of = "transactions/trc20" if state.what == "trc20" else "transactions"
        query: dict[str, Any] = {
            "limit": PAGE,
            "order_by": "block_timestamp,asc",
            "max_timestamp": state.until,
            "only_confirmed": "true",
        }
        if state.fingerprint is not None:
            query["fingerprint"] = state.fingerprint
        url = f"{self.url.rstrip('/')}/v1/accounts/{state.account}/{list_of}?{urlencode(query)}"
        try:
            answer = json.loads(self._get(url))
        except (ValueError, RecursionError):
            raise self._bad("it is not JSON") from None
        if not isinstance(answer, dict):
            raise self._bad("it is no object")
        return answer

    def _get(self, url: str) -> bytes:
        why: OSError | None = None
        for attempt in range(self.tries):
            self.sleep(self.pause * (1 << attempt))
            try:
                return self.transport.get(url, timeout=self.timeout)
            except OSError as error:
                why = error
        raise self._bad(f"it did not come ({getattr(why, 'reason', None) or type(why).__name__})") from why

    def _bad(self, why: str) -> ExplorerPage:
        return ExplorerPage(site=urlsplit(self.url).hostname or "?", why=why)
