"""Ask an Esplora-shaped explorer for the transactions of addresses, for units without a node of their own.

An explorer learns who asks for what, so: only under a Permission, each question logged, through the transport's named
exit, slowly, and never twice (answers are kept). Bytes are hashed and proofs checked here; what stays the explorer's
word is said in `explorer_window`.
"""

import hashlib
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

from amparo.base import AmparoError, Progress, silent
from amparo.ledger.addresses import BY_NAME, parse
from amparo.ledger.blocks import Tx
from amparo.ledger.hashes import shown
from amparo.ledger.nodes.cache import Cache
from amparo.ledger.nodes.errors import HttpRefused, NothingFound, NotPermitted, OtherChain, PageChanged, WordDiffers
from amparo.ledger.nodes.patient import Patient
from amparo.ledger.nodes.permission import Asked, Permission
from amparo.ledger.nodes.rpc import is_digest
from amparo.ledger.nodes.transport import Transport, host_of
from amparo.ledger.sources.explorer_window import Kept, write_window
from amparo.ledger.sources.explorer_word import Described, Reader, check_branch, check_word

_READINGS: Final = 3
_LIMIT: Final = 1000
_UNKNOWN: Final = (400, 404)
T = TypeVar("T")


class ExplorerReport(NamedTuple):
    """`asked`: questions that left the house in this run; `unconfirmed`: transactions left out for that reason."""

    window: Path
    transactions: int
    asked: int
    unconfirmed: int


class Explorer:
    """One explorer, one folder of kept answers. Raises NotPermitted without a permission.

    `interval`: least seconds between questions; `limit`: most questions in a run; `max_age`: how old a kept answer
    may be that can change (pages, spenders), in seconds. `log` hears of every question.
    """

    def __init__(
        self,
        url: str,
        transport: Transport,
        folder: Path,
        permission: Permission | None,
        log: Callable[[Asked], None],
        *,
        network: str = "bitcoin",
        interval: float = 1.0,
        limit: int = _LIMIT,
        timeout: float = 30.0,
        max_age: float = 3600.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if permission is None:
            raise NotPermitted(what="authorisation")
        self.url = url.rstrip("/")
        self.host = host_of(url)
        self.network = BY_NAME[network]
        self.permission = permission
        self.folder = folder
        self._log = log
        self._timeout = timeout
        self._max_age = timedelta(seconds=max_age)
        self._transport = Patient(transport, interval=interval, limit=limit, sleep=sleep)
        self._cache = Cache(folder / "answers", f"explorer {self.url} {network}")
        self._read = Reader(self.host)

    def fetch(
        self,
        *,
        addresses: Iterable[str] = (),
        txids: Iterable[str] = (),
        follow: int = 0,
        progress: Progress = silent,
    ) -> ExplorerReport:
        """Fetch every confirmed transaction of `addresses`, those named by `txids`, and `follow` hops of spenders.

        Nothing is asked before all of them are found to be well formed. Run again after an error: it goes on with
        the answers it has. Raises L72x errors, the transport's L70x, BadAddress.
        """
        wanted = [self._own(address) for address in addresses]
        named = [self._id(txid) for txid in txids]
        self._check_chain()
        found = {each.txid: each for address in wanted for each in self._history(address)}
        for txid in named:
            found.setdefault(txid, self._described(txid))
        kept = {txid: self._kept(said) for txid, said in found.items() if said.where is not None}
        fresh = list(kept)
        for _ in range(follow):
            fresh = self._follow(fresh, found, kept, progress)
        if not kept:
            raise NothingFound(host=self.host)
        window = write_window(self.folder, self.network, self.host, [row for row, _ in kept.values()])
        return ExplorerReport(window, len(kept), self._transport.asked, len(found) - len(kept))

    def _own(self, address: str) -> str:
        parse(address.strip(), self.network)
        return address.strip()

    def _id(self, txid: str) -> str:
        if not is_digest(txid):
            raise NothingFound(host=self.host)
        return txid

    def _check_chain(self) -> None:
        genesis = self._ask("/block-height/0", lambda body: body.decode("ascii", "replace").strip())
        if genesis != self.network.genesis:
            raise OtherChain(host=self.host, found=genesis[:64], wanted=self.network.genesis)

    # Lists that may change while they are read.

    def _history(self, address: str) -> list[Described]:
        """All confirmed transactions of an address, newest first; read anew where the list changed meanwhile."""
        for _ in range(_READINGS - 1):
            try:
                return self._pages(address, fresh=False)
            except PageChanged:
                self._forget(address)
        return self._pages(address, fresh=True)

    def _pages(self, address: str, *, fresh: bool) -> list[Described]:
        root = f"/address/{address}"
        count = self._ask(root, lambda body: self._read.count(root, body), changes=True, fresh=fresh)
        found: list[Described] = []
        first: list[Described] = []
        while len(found) < count:
            page = self._page(address, found[-1].txid if found else None, fresh=fresh)
            if not page:
                raise self._changed(address, f"{count} announced, {len(found)} listed")
            found += page
            first = first or page
        self._check_list(address, found, count)
        again = self._ask(root, lambda body: self._read.count(root, body), changes=True, fresh=True)
        if again != count or (first and self._page(address, None, fresh=True) != first):
            raise self._changed(address, "it was another one at the end than at the beginning")
        return found

    def _page(self, address: str, last: str | None, *, fresh: bool) -> list[Described]:
        """The page after transaction `last`; a service that no longer knows it has changed its list."""
        path = _page_path(address, last)
        try:
            return self._ask(path, lambda body: self._read.page(path, body), changes=True, fresh=fresh)
        except HttpRefused as error:
            if last is None or error.facts["status"] not in _UNKNOWN:
                raise
            raise self._changed(address, f"transaction {last} is gone from it") from error

    def _check_list(self, address: str, found: list[Described], count: int) -> None:
        heights = [each.where.height for each in found if each.where is not None]
        if len(found) != count or len(heights) != count:
            raise self._changed(address, f"{count} announced, {len(heights)} confirmed listed")
        if len({each.txid for each in found}) != count:
            raise self._changed(address, "a transaction is listed twice")
        if heights != sorted(heights, reverse=True):
            raise self._changed(address, "it is not in the order of blocks")

    def _changed(self, address: str, why: str) -> PageChanged:
        return PageChanged(address=address, why=why)

    def _forget(self, address: str) -> None:
        """Drop the kept pages of an address, page by page along their chain."""
        last: str | None = None
        seen: set[str] = set()
        self._cache.forget(self.url + f"/address/{address}")
        while (cached := self._cache.get(self.url + _page_path(address, last))) is not None:
            page = self._read.page(cached.question, cached.body)
            self._cache.forget(cached.question)
            if not page or page[-1].txid in seen:
                return
            last = page[-1].txid
            seen.add(last)

    # Transactions.

    def _described(self, txid: str) -> Described:
        path = f"/tx/{txid}"
        try:
            said = self._ask(path, lambda body: self._read.described(path, self._read.json(path, body)), changes=True)
        except HttpRefused as error:
            if error.facts["status"] not in _UNKNOWN:
                raise
            raise NothingFound(host=self.host) from error
        if said.txid != txid:
            raise self._read.odd(path, "another transaction")
        return said

    def _kept(self, said: Described) -> tuple[Kept, Tx]:
        """Bytes, header and proof of one confirmed transaction, each held against the other."""
        where = said.where
        if where is None:
            raise NothingFound(host=self.host)
        raw, tx = self._ask(f"/tx/{said.txid}/hex", lambda body: self._read.transaction(said.txid, body))
        check_word(self.host, said, tx)
        head, header = self._ask(
            f"/block/{where.block}/header", lambda body: self._read.header(where.block, body, self.network)
        )
        path = f"/tx/{said.txid}/merkle-proof"
        height, branch = self._ask(path, lambda body: self._read.branch(path, body), changes=True)
        if height != where.height:
            raise WordDiffers(host=self.host, txid=said.txid, what="the height of its block")
        check_branch(tx.txid, branch, header, (tx.weight - tx.size) // 3)
        return Kept(where.height, head, branch, raw, tuple(each[2] for each in said.inputs)), tx

    def _follow(
        self,
        fresh: list[str],
        found: dict[str, Described],
        kept: dict[str, tuple[Kept, Tx]],
        progress: Progress,
    ) -> list[str]:
        """Fetch the confirmed transactions that spend outputs of `fresh`; return those that were new."""
        added: list[str] = []
        for number, txid in enumerate(fresh):
            path, outputs = f"/tx/{txid}/outspends", len(kept[txid][1].outputs)
            spenders = self._ask(path, lambda body: self._read.spenders(path, body, outputs), changes=True)  # noqa: B023
            for vout, spender in enumerate(spenders):
                if spender is not None:
                    added += self._spender(spender, (txid, vout), found, kept)
            progress(number + 1, len(fresh), "transactions")
        return added

    def _spender(
        self, txid: str, spends: tuple[str, int], found: dict[str, Described], kept: dict[str, tuple[Kept, Tx]]
    ) -> list[str]:
        new = txid not in kept
        if new:
            said = found.setdefault(txid, self._described(txid))
            if said.where is None:
                return []
            kept[txid] = self._kept(said)
        if spends not in [(shown(each.txid), each.vout) for each in kept[txid][1].inputs]:
            raise WordDiffers(host=self.host, txid=txid, what=f"it does not spend {spends[0]}:{spends[1]}")
        return [txid] if new else []

    # Questions.

    def _ask(self, path: str, read: Callable[[bytes], T], *, changes: bool = False, fresh: bool = False) -> T:
        """The answer to a question, kept or new. An answer that `read` refuses is logged, but not kept."""
        question = self.url + path
        cached = None if fresh else self._cache.get(question)
        if cached is not None and (not changes or self._is_young(cached.asked_at)):
            return read(cached.body)
        when = datetime.now(UTC)
        try:
            body = self._transport.get(question, timeout=self._timeout)
        except AmparoError as error:
            self._tell(path, when, None, error.code)
            raise
        try:
            answer = read(body)
        except AmparoError as error:
            self._tell(path, when, body, error.code)
            raise
        self._tell(path, when, body, None)
        self._cache.put(question, body, when)
        return answer

    def _tell(self, path: str, when: datetime, body: bytes | None, problem: str | None) -> None:
        at = when.isoformat(timespec="milliseconds")
        digest = None if body is None else hashlib.sha256(body).hexdigest()
        size = None if body is None else len(body)
        self._log(Asked(self.host, path, at, digest, size, problem, self.permission))

    def _is_young(self, asked_at: str) -> bool:
        return datetime.now(UTC) - datetime.fromisoformat(asked_at) < self._max_age


def _page_path(address: str, last: str | None) -> str:
    return f"/address/{address}/txs/chain" + (f"/{last}" if last else "")
