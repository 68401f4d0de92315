"""Check a store against what its ledgers say themselves: a node's balances, a statement's running balance.

Inflow - outflow - fees must be the balance said, for every account asked about; the first miss is an error that
names account and place. Where the opening is unknown the first balance said gives it, and checks nothing.
"""

from collections.abc import Iterable

from amparo.ledger.accounts.books import Balance
from amparo.ledger.accounts.errors import BalanceMismatch
from amparo.ledger.accounts.store import AccountStore
from amparo.ledger.accounts.transfer import Account


def check_balances(store: AccountStore, balances: Iterable[Balance]) -> int:
    """Return how many balances were checked. Raises BalanceMismatch.

    A balance of an account that has no line and no opening must be 0.
    """
    checked = 0
    offsets: dict[tuple[Account, str], int] = {}
    for said in balances:
        account = Account(said.ledger, said.account)
        computed = store.balance(account, said.asset, said.position)
        if computed is None:
            computed = _by_first_said(store, said, account, offsets)
            if computed is None:
                continue
        if computed != said.amount:
            raise BalanceMismatch(
                account=said.account,
                asset=said.asset,
                position=":".join(map(str, said.position)),
                ledger=said.ledger,
                said=said.amount,
                source=said.source,
                computed=computed,
            )
        checked += 1
    return checked


def _by_first_said(
    store: AccountStore, said: Balance, account: Account, offsets: dict[tuple[Account, str], int]
) -> int | None:
    """Balance relative to the first one said; None for that one itself."""
    purse = store.purse(account, said.asset)
    if purse is None:
        return 0
    lines = store.lines_until(purse, said.position)
    moved = store.balance_after(purse, lines - 1) if lines else 0
    key = (account, said.asset)
    if key not in offsets:
        offsets[key] = said.amount - moved
        return None
    return offsets[key] + moved
