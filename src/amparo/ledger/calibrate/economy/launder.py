"""Launderers: a large coin is peeled, hop by hop, into deposits and payments."""

from dataclasses import dataclass

from amparo.ledger.calibrate.economy.book import COIN, Out
from amparo.ledger.calibrate.economy.kinds import TxKind
from amparo.ledger.calibrate.economy.people import People, amount
from amparo.ledger.calibrate.economy.services import Services
from amparo.ledger.calibrate.economy.wallet import Chain, Habits, Wallet


@dataclass(slots=True)
class Launderer:
    owner: int
    wallet: Wallet
    hops: int


class Launderers:
    def __init__(self, chain: Chain, people: People, services: Services) -> None:
        self.chain, self.dice = chain, chain.dice
        self.people, self.services = people, services
        self.running: list[Launderer] = []

    def steal(self) -> int | None:
        """Money leaves an exchange in one payment to a fresh address: a chain begins."""
        exchange = self.dice.pick(self.services.exchanges)
        if exchange.hot.balance(self.chain) < 15 * COIN:
            return None
        owner = self.chain.new_owner()
        drawn = Habits.drawn(self.dice)
        habits = Habits(drawn.kind, fees=drawn.fees, rate=drawn.rate, place=drawn.place, version=drawn.version)
        made = Launderer(owner, Wallet(owner, habits), self.dice.between(10, 60))
        done = self.chain.pay(
            exchange.hot, [Out(made.wallet.receive(self.chain), self.dice.between(20, 100) * COIN // 10)]
        )
        if done is not None:
            self.running.append(made)
        return done

    def peel(self) -> int | None:
        """One hop: a small part to somebody, the rest to a new address."""
        if not self.running or (len(self.running) < 5 and self.dice.chance(0.1)):
            return self.steal()
        chosen = self.dice.pick(self.running)
        held = chosen.wallet.balance(self.chain)
        part = amount(self.dice, 100_000, max(200_000, held // 8))
        person = self.dice.pick(self.people.consumers)
        address = self.services.deposit_address(person)
        if self.dice.chance(0.4):
            address = person.wallets[0].receive(self.chain)
        done = self.chain.pay(chosen.wallet, [Out(address, part)], TxKind.PEEL)
        chosen.hops -= 1
        if done is None or chosen.hops <= 0:
            self.running.remove(chosen)
        return done
