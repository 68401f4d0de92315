"""Books as pages show them: lines page by page, accounts, problems in words."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import islice
from typing import Any, Final

from amparo.ledger.accounts import Account
from amparo.ledger.accounts.store import AccountStore
from amparo.web.common.skips import in_words
from amparo.web.traces.books import line_of

ACCOUNTS: Final = 200


class BookLines:
    """A list of transfers for a paginator: counts at once, reads only the page that is shown."""

    def __init__(self, store: AccountStore, account: str | None) -> None:
        self.store = store
        self.account = account

    @cached_property
    def accounts(self) -> list[tuple[str, str]]:
        """(ledger, account), the first of them."""
        every = ((ledger, each) for ledger in self.store.ledgers for each in self.store.accounts(ledger))
        return list(islice(every, ACCOUNTS))

    @cached_property
    def _rows(self) -> list[int] | range:
        if self.account is None:
            return range(len(self.store))
        found: set[int] = set()
        for ledger in self.store.ledgers:
            for purse in self.store.purses(Account(ledger, self.account)):
                found.update(int(line) >> 1 for line in self.store.lines(purse).tolist())
        return sorted(found)

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, part: slice) -> list[dict[str, str]]:
        return [line_of(self.store.row(row), self.store.assets) for row in self._rows[part]]


def problem_words(problems: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Problems with their reason in words."""
    return [{**each, "words": in_words(each["reason"])} for each in problems]
