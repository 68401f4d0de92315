"""Deposit addresses of exchanges on account chains, and candidates for their hot wallets.

A user U pays D an amount v1; soon after D passes v2 on to a known exchange E, v1 - v2 being at most a fee. Then D is
taken for a deposit address that E gave to U, and users who share one D for one entity. Level inferred: the pattern
says so, nothing else does. Ours differs from the paper in being exact: whole numbers instead of rounded ones, the
latest earlier payment that fits, and D must send that asset to E only.

Source: Victor (2020), "Address Clustering Heuristics for Ethereum", Financial Cryptography, Algorithm 1.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from amparo.ledger.accounts.rows import PurseName
from amparo.ledger.accounts.store import AccountStore
from amparo.ledger.accounts.transfer import Account, Kind
from amparo.ledger.addresses import normal
from amparo.ledger.tags.index import is_nobodys


@dataclass(frozen=True, slots=True)
class DepositRules:
    """`max_fee`: most that may be missing, per asset in its smallest unit (`default_fee` for others).

    `max_wait`: seconds between the two payments (3,200 Ethereum blocks are about 11 hours).
    `max_users`: an address more users than that pay is a service of its own, not one user's deposit address.
    """

    max_wait: int = 3_200 * 13
    max_fee: Mapping[str, int] = field(default_factory=dict)
    default_fee: int = 0
    max_users: int = 50


@dataclass(frozen=True, slots=True)
class DepositAddress:
    """`matches`: pairs (row in, row out) of the store's transfers that show it. `users` paid into it."""

    account: Account
    exchange: Account
    asset: str
    users: tuple[str, ...]
    matches: tuple[tuple[int, int], ...]

    def as_dict(self) -> dict[str, Any]:
        return {
            "account": list(self.account),
            "exchange": list(self.exchange),
            "asset": self.asset,
            "users": list(self.users),
            "matches": [list(pair) for pair in self.matches],
        }


@dataclass(frozen=True, slots=True)
class HotWallet:
    """An account that collects from many addresses which pass everything on to it: a candidate, never a fact."""

    account: Account
    asset: str
    deposits: int


def deposit_addresses(
    store: AccountStore, exchanges: Iterable[Account], rules: DepositRules | None = None
) -> Iterator[DepositAddress]:
    """Deposit addresses of the exchange accounts given, in the order of the store's purses."""
    rules = rules or DepositRules()
    known = {(each.ledger, normal(each.id)): each for each in exchanges}
    for number, name, receivers in _single_payers(store):
        exchange = known.get((name.ledger, normal(receivers)))
        if exchange is None or (name.ledger, normal(name.account)) in known:
            continue
        matches = _matches(store, number, rules.max_fee.get(name.asset, rules.default_fee), rules.max_wait)
        users = sorted({_payer(store, into) for into, _ in matches})
        if matches and len(users) <= rules.max_users:
            yield DepositAddress(Account(name.ledger, name.account), exchange, name.asset, tuple(users), tuple(matches))


def hot_wallet_candidates(
    store: AccountStore, rules: DepositRules | None = None, *, least: int = 10
) -> list[HotWallet]:
    """Accounts that at least `least` addresses of that pattern pay and only pay, most first."""
    rules = rules or DepositRules()
    counts: dict[tuple[str, str, str], int] = {}
    for number, name, receiver in _single_payers(store):
        if _matches(store, number, rules.max_fee.get(name.asset, rules.default_fee), rules.max_wait):
            key = (name.ledger, receiver, name.asset)
            counts[key] = counts.get(key, 0) + 1
    found = [
        HotWallet(Account(ledger, account), asset, n) for (ledger, account, asset), n in counts.items() if n >= least
    ]
    return sorted(found, key=lambda each: (-each.deposits, each.account, each.asset))


def shared_users(found: Iterable[DepositAddress]) -> dict[Account, tuple[str, ...]]:
    """Deposit address -> its users, where there is more than one: taken for one entity."""
    return {each.account: each.users for each in found if len(each.users) > 1}


def _single_payers(store: AccountStore) -> Iterator[tuple[int, PurseName, str]]:
    """Purses that receive, and send to one account only (fees apart): number, name, that account."""
    for span in store.manifest.ledgers:
        for number in range(span.first_purse, span.end_purse):
            receiver = _only_receiver(store, number)
            if receiver is not None:
                name, other = store.purse_name(number), store.purse_name(receiver).account
                if not _is_nobodys(name.account) and not _is_nobodys(other):
                    yield number, name, other


def _only_receiver(store: AccountStore, purse: int) -> int | None:
    found: int | None = None
    for line in store.lines(purse).tolist():
        row = line >> 1
        if line & 1 or store.kind(row) is Kind.FEE:
            continue
        receiver = store.receiver(row)
        if receiver is None or receiver == purse or found not in (None, receiver):
            return None
        found = receiver
    return found


def _matches(store: AccountStore, purse: int, max_fee: int, max_wait: int) -> list[tuple[int, int]]:
    """Each payment out with the latest earlier payment in that fits it; every payment in is used once."""
    waiting: list[int] = []
    found = []
    for line in store.lines(purse).tolist():
        row = line >> 1
        if line & 1:
            if store.sender(row) is not None:
                waiting.append(row)
            continue
        if store.kind(row) is Kind.FEE:
            continue
        amount, time = store.amount(row), store.time(row)
        waiting = [each for each in waiting if time - store.time(each) <= max_wait]
        fitting = [each for each in waiting if 0 <= store.amount(each) - amount <= max_fee]
        if fitting and amount:
            found.append((fitting[-1], row))
            waiting.remove(fitting[-1])
    return found


def _payer(store: AccountStore, row: int) -> str:
    sender = store.sender(row)
    return store.purse_name(sender).account if sender is not None else ""


def _is_nobodys(account: str) -> bool:
    return account.startswith(("0x", "T")) and is_nobodys(account)
