"""People, shops and what they do every day: pay, get paid, tidy up, move to another wallet, open a channel."""

from dataclasses import dataclass, field
from typing import Final

from amparo.ledger.calibrate.economy.book import COIN, DUST, NO_ADDRESS, Out
from amparo.ledger.calibrate.economy.dice import Dice
from amparo.ledger.calibrate.economy.kinds import TxKind
from amparo.ledger.calibrate.economy.wallet import Chain, Habits, Wallet
from amparo.ledger.scripts import ScriptKind

SMALLEST: Final = 10_000
TRIES: Final = 6


@dataclass(slots=True)
class Person:
    """One consumer: one or two wallets of their own habits, and where they keep accounts."""

    owner: int
    wallets: list[Wallet]
    deposits: dict[int, int] = field(default_factory=dict)  # exchange -> deposit address there
    mixing: str | None = None  # wasabi1, wasabi2, whirlpool, joinmarket
    mixed: Wallet | None = None

    def wallet(self, dice: Dice) -> Wallet:
        return self.wallets[0] if len(self.wallets) == 1 or dice.chance(0.7) else self.wallets[1]


@dataclass(slots=True)
class Merchant:
    owner: int
    wallet: Wallet
    prices_round: bool  # prices in coins; else in a currency, so amounts look arbitrary


def amount(dice: Dice, low: int = 50_000, high: int = 2 * COIN) -> int:
    """What one pays: two in five are round in coins, the rest come from prices in a currency."""
    value = dice.amount(low, high)
    if dice.chance(0.4):
        step = 10 ** dice.between(4, 6)
        value = max(step, value // step * step)
    return value


class People:
    """All consumers and merchants of an economy."""

    def __init__(self, chain: Chain, count: int) -> None:
        self.chain, self.dice = chain, chain.dice
        self.consumers = [self._person() for _ in range(count)]
        self.merchants = [self._merchant() for _ in range(max(6, count // 25))]
        self.channels: list[tuple[int, Wallet, Wallet]] = []
        self.known: list[int] = []  # addresses a spammer can read from the chain

    def _person(self) -> Person:
        owner = self.chain.new_owner()
        wallets = [Wallet(owner, Habits.drawn(self.dice))]
        if self.dice.chance(0.25):
            wallets.append(Wallet(owner, Habits.drawn(self.dice)))
        return Person(owner, wallets)

    def _merchant(self) -> Merchant:
        owner = self.chain.new_owner()
        habits = Habits.drawn(self.dice)
        return Merchant(owner, Wallet(owner, habits), self.dice.chance(0.5))

    def payer(self, least: int = SMALLEST) -> tuple[Person, Wallet] | None:
        """Somebody with money, drawn a few times before giving up."""
        for _ in range(TRIES):
            person = self.dice.pick(self.consumers)
            wallet = person.wallet(self.dice)
            if wallet.coins and self.chain.value[wallet.coins[0]] > least:
                return person, wallet
        return None

    def price(self, wallet: Wallet) -> int:
        """An amount this wallet can pay from a coin or a few."""
        most = max(2 * SMALLEST, min(2 * COIN, wallet.balance(self.chain) * 7 // 10))
        return amount(self.dice, SMALLEST, most)

    def buy(self) -> int | None:
        found = self.payer()
        if found is None:
            return None
        merchant = self.dice.pick(self.merchants)
        return self.chain.pay(found[1], [Out(merchant.wallet.receive(self.chain), self.price(found[1]))])

    def give(self) -> int | None:
        """One person pays another, now and then two at once."""
        found = self.payer()
        other = self.dice.pick(self.consumers)
        if found is None or other is found[0]:
            return None
        address = other.wallet(self.dice).receive(self.chain)
        self.known.append(address)
        outputs = [Out(address, self.price(found[1]))]
        if self.dice.chance(0.12):
            third = self.dice.pick(self.consumers)
            if third is not found[0]:
                outputs.append(Out(third.wallets[0].receive(self.chain), max(SMALLEST, outputs[0].value // 3)))
        return self.chain.pay(found[1], outputs)

    def empty_out(self) -> int | None:
        """Everything in a wallet goes to a merchant or another person, or is split between both: no change."""
        found = self.payer()
        if found is None:
            return None
        other = self.dice.pick(self.consumers)
        target = self.dice.pick(self.merchants).wallet if self.dice.chance(0.5) else other.wallets[0]
        if target.owner == found[0].owner:
            return None
        if self.dice.chance(0.25):
            return self._split(found[1], (target, self.dice.pick(self.merchants).wallet))
        return self.chain.empty(found[1], target.receive(self.chain), TxKind.EMPTY, most=6)

    def _split(self, wallet: Wallet, targets: tuple[Wallet, Wallet]) -> int | None:
        """A few coins, whole, to two others: the larger output looks like change and is none."""
        coins = self.dice.some(wallet.coins[:20], self.dice.between(1, 4))
        fee = self.chain.fee(wallet, coins, [each.habits.kind for each in targets])
        worth = sum(self.chain.value[each] for each in coins) - fee
        if worth < 50 * DUST:
            return None
        first = worth * self.dice.between(5, 95) // 100
        if self.dice.chance(0.5):
            first = max(10 * DUST, first // 10_000 * 10_000)
        self.chain.drop(wallet, coins)
        outputs = [
            Out(each.receive(self.chain), value) for each, value in zip(targets, (first, worth - first), strict=True)
        ]
        return self.chain.write(coins, outputs, TxKind.EMPTY, wallet.style(self.chain.height, self.dice))

    def consolidate(self) -> int | None:
        for _ in range(TRIES):
            wallet = self.dice.pick(self.consumers).wallets[0]
            if self.dice.chance(0.4):
                wallet = self.dice.pick(self.merchants).wallet
            if len(wallet.coins) >= 4:
                address = self.chain.address_for(wallet, wallet.habits.kind)
                return self.chain.empty(wallet, address, TxKind.CONSOLIDATE, most=25)
        return None

    def move(self) -> int | None:
        """A person starts a new wallet and moves everything there."""
        found = self.payer()
        if found is None or found[0].mixing:
            return None
        person, old = found
        new = Wallet(person.owner, Habits.drawn(self.dice))
        done = self.chain.empty(old, new.receive(self.chain), TxKind.MOVE)
        if done is not None and not old.coins:
            person.wallets[person.wallets.index(old)] = new
        return done

    def open_channel(self) -> int | None:
        """Two people lock money in a 2-of-2: it is neither's alone, so it has an owner of its own."""
        found = self.payer(COIN // 50)
        other = self.dice.pick(self.consumers)
        if found is None or other is found[0]:
            return None
        address = self.chain.new_address(self.chain.new_owner(), ScriptKind.P2WSH)
        made = self.chain.pay(found[1], [Out(address, self.price(found[1]))], TxKind.OPEN)
        if made is not None:
            place = next(each for each in range(made, len(self.chain.value)) if self.chain.address[each] == address)
            self.channels.append((place, found[1], other.wallets[0]))
        return made

    def close_channel(self) -> int | None:
        if len(self.channels) < 4:
            return None
        output, left, right = self.channels.pop(self.dice.below(len(self.channels)))
        wallet = Wallet(self.chain.owner[self.chain.address[output]], Habits(ScriptKind.P2WSH), [output])
        value = self.chain.value[output] - self.chain.fee(wallet, [output], [left.habits.kind, right.habits.kind])
        if value < 20 * DUST:
            return None
        share = value * self.dice.between(5, 95) // 100
        outputs = [Out(left.receive(self.chain), share), Out(right.receive(self.chain), value - share)]
        return self.chain.write([output], outputs, TxKind.CLOSE, wallet.style(self.chain.height, self.dice))

    def dust(self) -> int | None:
        """A spammer pays dust to addresses that were seen on the chain."""
        if len(self.known) < 20 or (found := self.payer()) is None:
            return None
        victims = self.dice.some(self.known[-2000:], self.dice.between(3, 20))
        return self.chain.pay(found[1], [Out(each, DUST + self.dice.below(2)) for each in victims], TxKind.DUST)

    def data(self) -> int | None:
        """An output with data, now and then with a token's dust for somebody beside it."""
        found = self.payer()
        if found is None:
            return None
        outputs = [Out(NO_ADDRESS, 0)]
        if self.dice.chance(0.5):
            outputs.append(Out(self.dice.pick(self.consumers).wallets[0].receive(self.chain), DUST))
        return self.chain.pay(found[1], outputs, TxKind.DATA)
