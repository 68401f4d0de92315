"""Run a trace over account stores: seeds -> claims -> walk -> a result people can read and anybody can re-run."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from amparo.base import Progress, silent
from amparo.ledger.accounts.errors import (
    NoAccountSeeds,
    PoisonNeedsStop,
    RuleNotBackward,
    TransferClaimedTwice,
    TransferClaimOutOfRange,
    UnknownLedgerPlace,
    UnknownOpeningPolicy,
)
from amparo.ledger.accounts.join import Join, TransferRef
from amparo.ledger.accounts.rules import ACCOUNT_RULES
from amparo.ledger.accounts.store import AccountStore
from amparo.ledger.accounts.trace.book import Book, books_of
from amparo.ledger.accounts.trace.passages import Line, Passages
from amparo.ledger.accounts.trace.report import report
from amparo.ledger.accounts.trace.result import AccountTrace
from amparo.ledger.accounts.trace.seeds import AccountSeed, Seed, Side, TransferSeed, seed_from_dict
from amparo.ledger.accounts.trace.stops import AccountStops
from amparo.ledger.accounts.trace.walk import Walk

UNKNOWN: Final = ("gap", "least")


def trace_accounts(
    stores: Sequence[AccountStore],
    seeds: Sequence[Seed],
    rule: str,
    *,
    joins: Sequence[Join] = (),
    stops: AccountStops | None = None,
    fee: str = "last",
    unknown: str = "gap",
    backward: bool = False,
    progress: Progress = silent,
) -> AccountTrace:
    """Follow `seeds` through all the ledgers of `stores` at once by the rule called `rule`.

    `backward`: to where the money came from; for the rules fifo, lifo, haircut and poison. The result then reads the
    other way round: held = was there before the first line, left = came in from outside the known books.

    `joins` lead from one ledger or asset into another; those that no traced money meets do not matter. `fee`: "last"
    or "first" in its transaction. `unknown`: what an unknown opening balance is, "gap" or "least" (the least one
    that the lines allow). Raises UnknownEntry and L52x, L53x errors; never returns a result that does not add up.
    """
    chosen, stops = ACCOUNT_RULES[rule], stops or AccountStops()
    if unknown not in UNKNOWN:
        raise UnknownOpeningPolicy(policy=unknown)
    if backward and chosen.name in ("tiho", "libr"):
        raise RuleNotBackward(rule=chosen.name)
    limit = stops.since if backward else stops.until
    if not chosen.conserves and stops.max_hops is None and limit is None:
        raise PoisonNeedsStop()
    books = books_of(stores, fee, backward=backward)
    last = -stops.since if backward and stops.since is not None else None if backward else stops.until
    ends = replace(stops, until=last)  # along the walk
    walk = Walk(books, Passages(books, joins), chosen, ends, least=unknown == "least")
    if not _claim(walk, books, seeds):
        raise NoAccountSeeds()
    walk.run(progress)
    parameters = {
        "direction": "backward" if backward else "forward",
        "seeds": [seed.as_dict() for seed in seeds],
        "rule": chosen.name,
        "fee": fee,
        "unknown": unknown,
        "stops": stops.as_dict() | {"services": _met(walk, stops.services), "mixers": _met(walk, stops.mixers)},
    }
    return report(stores, chosen, walk, parameters)


def rerun_account_trace(stores: Sequence[Path], parameters: Mapping[str, Any]) -> str:
    """Compute a trace again from its recipe's parameters; return the digest of the result."""
    opened = [AccountStore.open(each) for each in stores]
    seeds = [seed_from_dict(each) for each in parameters["seeds"]]
    joins = [Join.from_dict(each) for each in parameters["joins"]]
    stops = AccountStops.from_dict(parameters["stops"])
    return trace_accounts(
        opened,
        seeds,
        parameters["rule"],
        joins=joins,
        stops=stops,
        fee=parameters["fee"],
        unknown=parameters["unknown"],
        backward=parameters["direction"] == "backward",
    ).digest


def _met(walk: Walk, accounts: frozenset[Any]) -> list[list[str]]:
    return [list(each) for each in sorted(walk.gate.met & accounts)]


def _claim(walk: Walk, books: Mapping[str, Book], seeds: Sequence[Seed]) -> int:
    """Lay the seeds on the walk; return how many claims that makes."""
    claims: dict[Line, int] = {}
    count = 0
    for seed in seeds:
        if isinstance(seed, AccountSeed) and seed.side is Side.BALANCE:
            count += _claim_balances(walk, books, seed)
            continue
        for line, amount in _lines(books, seed):
            if claims.setdefault(line, amount) != amount:
                raise TransferClaimedTwice(transfer=_shown(books, line))
    for line, amount in sorted(claims.items()):
        walk.claim(line, amount)
    return count + len(claims)


def _lines(books: Mapping[str, Book], seed: Seed) -> Iterator[tuple[Line, int]]:
    """The lines a seed claims, with the units claimed on each. Lines that move nothing are left out."""
    if isinstance(seed, TransferSeed):
        line = (seed.ref.ledger, _book(books, seed.ref.ledger).store.row_of(seed.ref))
        value = books[line[0]].store.amount(line[1])
        amount = value if seed.amount is None else seed.amount
        if not 0 < amount <= value:
            raise TransferClaimOutOfRange(amount=amount, transfer=str(seed.ref), value=value)
        yield line, amount
        return
    book = _book(books, seed.account.ledger)
    for purse in _purses(book, seed):
        for line_number in book.store.lines(purse).tolist():
            row, receives = line_number >> 1, bool(line_number & 1)
            if receives == (seed.side is Side.RECEIVED) and _within(book, row, seed) and book.store.amount(row):
                yield (book.ledger, row), book.store.amount(row)


def _claim_balances(walk: Walk, books: Mapping[str, Book], seed: AccountSeed) -> int:
    book = _book(books, seed.account.ledger)
    purses = list(_purses(book, seed))
    for purse in purses:
        rows = (line >> 1 for line in book.lines(purse).tolist())
        walk.claim_balance(book.ledger, purse, next((row for row in rows if _behind(book, row, seed.since)), None))
    return len(purses)


def _behind(book: Book, row: int, since: int | None) -> bool:
    """Whether, along the walk, a line comes after the balance of the time `since` (None: all of them)."""
    return since is None or (book.store.time(row) >= since) is not book.backward


def _purses(book: Book, seed: AccountSeed) -> Iterator[int]:
    for purse in book.store.purses(seed.account):
        if seed.asset is None or book.store.purse_name(purse).asset == seed.asset:
            yield purse


def _within(book: Book, row: int, seed: AccountSeed) -> bool:
    time = book.store.time(row)
    return (seed.since is None or time >= seed.since) and (seed.until is None or time <= seed.until)


def _book(books: Mapping[str, Book], ledger: str) -> Book:
    if ledger not in books:
        raise UnknownLedgerPlace(place=ledger)
    return books[ledger]


def _shown(books: Mapping[str, Book], line: Line) -> str:
    return str(TransferRef(line[0], books[line[0]].store.position(line[1])))
