"""One rule over the books of a case: from the seeds through accepted joins, as rows for the database."""

from datetime import UTC, datetime, time
from typing import Any, NamedTuple

from amparo.base import Progress
from amparo.ledger.accounts import Account
from amparo.ledger.accounts.store import AccountStore
from amparo.ledger.accounts.trace import AccountStops, AccountTrace, trace_accounts
from amparo.ledger.picture import Look, draw_flow, flow_of_accounts, overview
from amparo.web.traces.actions.account_traces import account_seeds
from amparo.web.traces.actions.joins import joins_of
from amparo.web.traces.books import store_of_book
from amparo.web.traces.models import Trace
from amparo.web.traces.tags import labels_of, service_addresses

#: Books of statements: their accounts are not addresses that tags speak of.
_STATEMENTS = ("bank:", "mobile:", "exchange:", "goaml:")


class Made(NamedTuple):
    """What is kept of one rule's result."""

    rule: str
    result: dict[str, Any]
    totals: Any
    svg: str
    recipe: dict[str, Any]


def trace_accounts_by(found: Trace, rule: str, progress: Progress) -> Made:
    stores = [store_of_book(book) for book in found.books.all()]
    result = trace_accounts(
        stores,
        account_seeds(stores, found.starts, found.side),
        rule,
        joins=joins_of(found.case),
        stops=stops_of_accounts(found, stores),
        unknown=found.unknown,
        progress=progress,
    )
    svg = draw(result, title=f"{found.number} · {rule}")
    totals = [each.as_dict() for each in result.totals]
    return Made(rule, result.as_dict(), totals, svg, result.recipe.as_dict())


def stops_of_accounts(found: Trace, stores: list[AccountStore]) -> AccountStops:
    until = None
    if found.until is not None:
        until = int(datetime.combine(found.until, time.max, UTC).timestamp())
    services = frozenset(
        Account(ledger, address)
        for address in (service_addresses(None) if found.at_services else ())
        for store in stores
        for ledger in store.ledgers
        if not ledger.startswith(_STATEMENTS) and store.purses(Account(ledger, address))
    )
    return AccountStops(max_hops=found.max_hops, until=until, services=services)


def draw(result: AccountTrace, title: str) -> str:
    """The stored picture, in English: it goes into bundles."""
    accounts = {each for step in result.steps for each in (step.sender, step.receiver) if each}
    return draw_flow(overview(flow_of_accounts(result, labels_of(accounts))), Look(title))
