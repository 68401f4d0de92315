"""Whether a trace goes through an account: services, mixers, nobody's addresses, hops and floors."""

from amparo.ledger.accounts.trace.book import Book
from amparo.ledger.accounts.trace.stops import AccountStop, AccountStops
from amparo.ledger.accounts.transfer import Account
from amparo.ledger.addresses import normal
from amparo.ledger.tags.index import is_nobodys


class Gate:
    """Remembers what it found per purse, and which of the given accounts were met (they stand in the recipe)."""

    def __init__(self, stops: AccountStops) -> None:
        self.stops = stops
        self.services = {_plain(each): each for each in stops.services}
        self.mixers = {_plain(each): each for each in stops.mixers}
        self.met: set[Account] = set()
        self.known: dict[tuple[str, int], AccountStop | None] = {}
        self.assets: dict[tuple[str, int], str] = {}

    def stop(self, book: Book, purse: int, traced: int, hop: int) -> AccountStop | None:
        """Why a trace of `traced` units, arriving at `purse` after `hop` steps, ends there; None: it goes on."""
        found = self.standing(book, purse)
        if found is not None:
            return found
        if self.stops.max_hops is not None and hop >= self.stops.max_hops:
            return AccountStop.HOPS
        if self.stops.floors and traced < self.stops.floors.get(self.assets[book.ledger, purse], 0):
            return AccountStop.FLOOR
        return None

    def standing(self, book: Book, purse: int) -> AccountStop | None:
        """What ends every trace at this account, whatever arrives."""
        key = (book.ledger, purse)
        if key not in self.known:
            name = book.store.purse_name(purse)
            self.assets[key] = name.asset
            self.known[key] = self._standing(Account(name.ledger, name.account))
        return self.known[key]

    def _standing(self, account: Account) -> AccountStop | None:
        plain = _plain(account)
        if account.id.startswith(("0x", "T")) and is_nobodys(account.id):
            return AccountStop.NOBODY
        for reason, accounts in ((AccountStop.SERVICE, self.services), (AccountStop.MIXER, self.mixers)):
            if plain in accounts:
                self.met.add(accounts[plain])
                return reason
        return None


def _plain(account: Account) -> Account:
    return Account(account.ledger, normal(account.id))
