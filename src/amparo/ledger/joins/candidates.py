"""Transfers of several books, indexed by what may tie two of them together: reference, account, amount."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from amparo.ledger.accounts import Asset, Transfer, TransferRef
from amparo.ledger.accounts.store import AccountStore
from amparo.ledger.joins.errors import BookTooLong
from amparo.ledger.joins.settings import STATEMENT_BOOKS, Settings

_TOKEN: Final = re.compile(r"[A-Za-z0-9+]{6,64}")
#: References that say nothing, and the shortest that says something.
_SHORTEST: Final = 5


def is_statement(ledger: str) -> bool:
    return ledger.startswith(STATEMENT_BOOKS)


def plain(text: str) -> str:
    """An account, number or reference as it is compared: no blanks, signs or case; telephone numbers without +."""
    return re.sub(r"[\s\-./+]", "", text).casefold()


def ref_of(transfer: Transfer) -> TransferRef:
    return TransferRef(transfer.ledger, transfer.position)


def symbol_of(asset: str, assets: dict[str, Asset]) -> str:
    """What people call an asset: a token's symbol, a currency's code."""
    found = assets.get(asset)
    return (found.symbol if found is not None and found.symbol else asset).upper()


@dataclass(slots=True)
class Flow:
    """One movement that leaves a book (or enters it); `account` is the side in the book."""

    transfer: Transfer
    account: str
    symbol: str
    amount: int  # in the finest unit that any book counts this symbol in
    tokens: frozenset[str]  # words of its reference, remarks and other side that may name an account

    @property
    def key(self) -> tuple[str, int]:
        return self.symbol, self.amount


@dataclass(slots=True)
class Flows:
    """Outflows and inflows of all statement books, and assets by name."""

    assets: dict[str, Asset] = field(default_factory=dict)
    finest: dict[str, int] = field(default_factory=dict)  # symbol -> most decimals
    out: list[Flow] = field(default_factory=list)
    into: list[Flow] = field(default_factory=list)
    all: list[Transfer] = field(default_factory=list)

    def scaled(self, amount: int, asset: str) -> int:
        found = self.assets.get(asset)
        symbol = symbol_of(asset, self.assets)
        more = self.finest.get(symbol, 0) - (found.decimals if found is not None else 0)
        return amount * int(10**more)

    @classmethod
    def of(cls, stores: Sequence[AccountStore], settings: Settings) -> "Flows":
        """Raises BookTooLong."""
        flows = cls()
        for store in stores:
            for name, asset in store.assets.items():
                flows.assets[name] = asset
                symbol = symbol_of(name, flows.assets)
                flows.finest[symbol] = max(flows.finest.get(symbol, 0), asset.decimals)
        for store in stores:
            for ledger in filter(is_statement, store.ledgers):
                found = store.transfers(ledger=ledger, limit=None)
                flows._add(islice(found, settings.most_transfers))
                if next(found, None) is not None:
                    raise BookTooLong(ledger=ledger, limit=settings.most_transfers)
        return flows

    def _add(self, transfers: Iterable[Transfer]) -> None:
        for each in transfers:
            self.all.append(each)
            if each.sender is not None and each.receiver is None and each.kind != "fee":
                self.out.append(self._flow(each, each.sender))
            elif each.receiver is not None and each.sender is None:
                self.into.append(self._flow(each, each.receiver))

    def _flow(self, transfer: Transfer, account: str) -> Flow:
        said = [transfer.ref, str(transfer.extra.get("counterparty", ""))]
        said += [str(transfer.extra.get(name, "")) for name in ("bank_reference", "bank_account")]
        tokens = {plain(each) for each in said if each} | {plain(each) for each in _TOKEN.findall(transfer.remarks)}
        return Flow(
            transfer,
            account,
            symbol_of(transfer.asset, self.assets),
            self.scaled(transfer.amount, transfer.asset),
            frozenset(each for each in tokens if len(each) >= _SHORTEST),
        )


class ByAmount:
    """Inflows by symbol and exact amount, in time order."""

    def __init__(self, flows: Iterable[Flow]) -> None:
        groups: dict[tuple[str, int], list[Flow]] = defaultdict(list)
        for flow in flows:
            groups[flow.key].append(flow)
        for group in groups.values():
            group.sort(key=lambda each: each.transfer.time)
        self._groups = groups
        self._times = {key: [each.transfer.time for each in group] for key, group in groups.items()}
        self._amounts: dict[str, list[int]] = defaultdict(list)
        for symbol, amount in sorted(groups):
            self._amounts[symbol].append(amount)

    def equal(self, out: Flow, settings: Settings) -> Iterator[Flow]:
        yield from self._within(out.key, out, settings)

    def a_little_less(self, out: Flow, settings: Settings) -> Iterator[Flow]:
        """Inflows that are smaller by at most the fee."""
        amounts = self._amounts.get(out.symbol, [])
        least = out.amount - out.amount * settings.fee_permille // 1000
        for amount in amounts[bisect_left(amounts, least) : bisect_left(amounts, out.amount)]:
            yield from self._within((out.symbol, amount), out, settings)

    def _within(self, key: tuple[str, int], out: Flow, settings: Settings) -> Iterator[Flow]:
        times = self._times.get(key, [])
        time = out.transfer.time
        longest = settings.window(False)
        first, last = bisect_left(times, time - longest[0]), bisect_right(times, time + longest[1])
        for each in self._groups.get(key, [])[first:last]:
            if each.transfer.ledger != out.transfer.ledger and in_time(out.transfer, each.transfer, settings):
                yield each


def in_time(out: Transfer, into: Transfer, settings: Settings) -> bool:
    before, after = settings.window(out.precise and into.precise)
    return -before <= into.time - out.time <= after
