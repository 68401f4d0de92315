"""Mutations: start a trace through the books of a case."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from django.db import transaction

from amparo.ledger.accounts import Account, Position, TransferRef
from amparo.ledger.accounts.rules import ACCOUNT_RULES
from amparo.ledger.accounts.store import AccountStore
from amparo.ledger.accounts.trace import AccountSeed, Side, TransferSeed
from amparo.web.accounts.models import Person
from amparo.web.accounts.permissions import require
from amparo.web.cases.actions import next_number
from amparo.web.cases.authorisation import require_authorisation
from amparo.web.cases.models import Case
from amparo.web.traces.actions.joins import joins_of
from amparo.web.traces.actions.traces import queue_trace, starts_in
from amparo.web.traces.books import books_of
from amparo.web.traces.errors import AccountUnknown, NoBooks, NoRule, PoisonNeedsLimit
from amparo.web.traces.models import JoinDecision, Trace

POISON: Final = "poison"
Seeds = list[TransferSeed | AccountSeed]


def account_seeds(stores: Sequence[AccountStore], starts: Iterable[str], side: str) -> Seeds:
    """`ledger@1:2:3` names one transfer; anything else is an account of some book, of which `side` is claimed.

    Raises AccountUnknown, naming the text.
    """
    found: Seeds = []
    for start in starts:
        ref = _transfer(stores, start)
        if ref is not None:
            found.append(TransferSeed(ref))
        else:
            found.extend(AccountSeed(account, side=Side(side)) for account in _accounts(stores, start))
    return found


def _transfer(stores: Sequence[AccountStore], text: str) -> TransferRef | None:
    ledger, _, place = text.rpartition("@")
    numbers = place.split(":")
    if not ledger or len(numbers) != 3 or not all(each.isdecimal() for each in numbers):
        return None
    if not any(ledger in store.ledgers for store in stores):
        raise AccountUnknown(account=text)
    return TransferRef(ledger, Position(*map(int, numbers)))


def _accounts(stores: Sequence[AccountStore], text: str) -> list[Account]:
    """Telephone numbers and IBANs are written with + and blanks in reports, and without in books."""
    written = dict.fromkeys((text, text.replace(" ", "").removeprefix("+")))
    every = ((store, Account(ledger, each)) for store in stores for ledger in store.ledgers for each in written)
    found = [account for store, account in every if store.purses(account)]
    if not found:
        raise AccountUnknown(account=text)
    return found


@transaction.atomic
def start_account_trace(
    *,
    actor: Person,
    case: Case,
    seed: str,
    rules: Iterable[str],
    side: str = Side.RECEIVED.value,
    max_hops: int | None = None,
    until: date | None = None,
    at_services: bool = False,
    unknown: str = "least",
    question: str = "",
) -> Trace:
    """Queue a trace through all books of the case and the joins a person accepted, from `seed`, a line each.

    Raises NotAllowed, OutsideAuthorisation, NoRule, NoBooks, NoStart, AccountUnknown, PoisonNeedsLimit, JoinsClash.
    """
    require(actor, "traces.run")
    limits = require_authorisation(case, "financial")
    chosen = [ACCOUNT_RULES[name].name for name in rules]
    if not chosen:
        raise NoRule
    if POISON in chosen and max_hops is None and until is None:
        raise PoisonNeedsLimit
    books = books_of(case)
    if not books:
        raise NoBooks(case=case.number)
    starts = starts_in(seed)
    account_seeds([store for _, store in books], starts, side)
    joins_of(case)
    trace = Trace.objects.create(
        case=case,
        number=f"T{next_number(case.agency, f'trace:{case.pk}')}",
        seed=starts[0],
        seeds=starts[1:],
        side=Side(side).value,
        unknown=unknown,
        rules=chosen,
        max_hops=max_hops,
        until=until,
        at_services=at_services,
        question=question,
        authorisations=" ".join(limits.numbers),
        started_by=actor,
    )
    trace.books.set([book for book, _ in books])
    trace.joins.set(JoinDecision.objects.filter(case=case, state=JoinDecision.State.ACCEPTED))
    queue_trace(trace)
    return trace
