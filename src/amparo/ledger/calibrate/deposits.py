"""Rates of the rule for exchanges' deposit addresses on account chains, on a made book of one token.

People with one or two wallets of their own have deposit addresses at two exchanges. Most deposits are swept alone and
soon; some late or two at a time (then the rule misses them). Friends pay into each other's address (then two people
look like one), and a few shops pass their takings straight to an exchange's hot wallet (then a shop looks like a
deposit address). The book is invented, as the other economies are.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Final

from amparo.ledger.accounts import Account, AccountStore, DepositRules, Kind, Position, Transfer, deposit_addresses
from amparo.ledger.calibrate.economy.dice import Dice
from amparo.ledger.calibrate.rates import Rate

LEDGER: Final = "made"
TOKEN: Final = "token"  # noqa: S105 - the name of the asset
EXCHANGES: Final = ("hot-0", "hot-1")
HOUR: Final = 3600
PEOPLE: Final = 500
MOVES: Final = 12  # a person, on average


@dataclass(slots=True)
class Book:
    """The made book: movements as (time, sender, receiver, amount), and who owns which wallet."""

    moves: list[tuple[int, str, str, int]] = field(default_factory=list)
    owner: dict[str, int] = field(default_factory=dict)
    deposits: set[str] = field(default_factory=set)

    def transfers(self) -> Iterator[Transfer]:
        """In order of time; what a wallet needs and has not comes from outside of the book, before all else."""
        balance: dict[str, int] = {}
        lacking: dict[str, int] = {}
        for _, sender, receiver, value in sorted(self.moves):
            balance[sender] = balance.get(sender, 0) - value
            lacking[sender] = max(lacking.get(sender, 0), -balance[sender])
            balance[receiver] = balance.get(receiver, 0) + value
        for number, (account, value) in enumerate(sorted(lacking.items())):
            if value:
                yield _transfer(number, 0, None, account, value)
        for number, (time, sender, receiver, value) in enumerate(sorted(self.moves), start=len(lacking)):
            yield _transfer(number, time, sender, receiver, value)


def _transfer(number: int, time: int, sender: str | None, receiver: str, value: int) -> Transfer:
    kind = Kind.TOKEN if sender else Kind.MINT
    ref = f"made-{number}"
    return Transfer(LEDGER, Position(number, 0, 0), time, kind, TOKEN, sender, receiver, value, ref, "made book")


def make_book(seed: int, people: int = PEOPLE) -> Book:
    """The book of this seed."""
    dice, book = Dice(seed), Book()
    wallets = []
    for person in range(people):
        own = [f"wallet-{person}-{number}" for number in range(dice.between(1, 2))]
        book.owner.update(dict.fromkeys(own, person))
        wallets.append(own)
    for _ in range(people * MOVES):
        person = dice.below(people)
        _move(dice, book, wallets, person, 10 * HOUR + dice.below(2000 * HOUR))
    return book


def _move(dice: Dice, book: Book, wallets: list[list[str]], person: int, time: int) -> None:
    own, other = dice.pick(wallets[person]), dice.pick(wallets[dice.below(len(wallets))])
    value = dice.amount(1_000_000, 5_000_000_000)
    what = dice.weighted((("deposit", 5.0), ("pay", 3.0), ("withdraw", 2.0), ("shop", 0.4)))
    if what == "deposit":
        _deposit(dice, book, own if dice.chance(0.97) else other, person, time)
    elif what == "pay" and own != other:
        book.moves.append((time, own, other, value))
    elif what == "withdraw":
        book.moves.append((time, dice.pick(EXCHANGES), own, value))
    elif what == "shop":
        shop = f"shop-{dice.below(20)}"
        book.moves.append((time, own, shop, value))
        book.moves.append((time + dice.below(8 * HOUR) + 60, shop, EXCHANGES[0], value))


def _deposit(dice: Dice, book: Book, payer: str, person: int, time: int) -> None:
    exchange = person % 2 if dice.chance(0.9) else 1 - person % 2
    address = f"deposit-{exchange}-{person}"
    book.deposits.add(address)
    value = dice.amount(1_000_000, 5_000_000_000)
    book.moves.append((time, payer, address, value))
    if dice.chance(0.15):  # two at a time
        more = dice.amount(1_000_000, 5_000_000_000)
        book.moves.append((time + HOUR, payer, address, more))
        value += more
    wait = 60 + dice.below(6 * HOUR) if dice.chance(0.85) else 14 * HOUR + dice.below(40 * HOUR)
    book.moves.append((time + HOUR + wait, address, EXCHANGES[exchange], value))


def deposit_rates(seed: int, people: int = PEOPLE) -> list[Rate]:
    """Deposit addresses found, and the pairs of wallets that are taken for one user because they share one."""
    book = make_book(seed, people)
    with tempfile.TemporaryDirectory() as folder:
        store = AccountStore.build(Path(folder) / "accounts", book.transfers())
        found = list(deposit_addresses(store, [Account(LEDGER, each) for each in EXCHANGES], DepositRules()))
    claimed = {each.account.id for each in found}
    right = len(claimed & book.deposits)
    name = "deposit address, wallets that share one"
    return [
        Rate("deposit address", "address", right, len(claimed) - right, right, len(book.deposits)),
        _sharing(name, book, [each.users for each in found]),
        _sharing(f"{name} of at most three", book, [each.users for each in found if len(each.users) <= 3]),
    ]


def _sharing(name: str, book: Book, users: list[tuple[str, ...]]) -> Rate:
    """Pairs of wallets that pay into one address: right if they are one person's."""
    pairs = {pair for each in users for pair in combinations(sorted(each), 2)}
    same = sum(1 for one, two in pairs if book.owner.get(one, one) == book.owner.get(two, two))
    return Rate(name, "pair", same, len(pairs) - same)
