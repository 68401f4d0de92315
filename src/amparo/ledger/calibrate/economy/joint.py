"""Two owners in one transaction of ordinary shape: PayJoin and the two-person Stonewall; and one owner's Stonewall."""

from amparo.ledger.calibrate.economy.book import DUST, Out
from amparo.ledger.calibrate.economy.kinds import TxKind
from amparo.ledger.calibrate.economy.people import People
from amparo.ledger.calibrate.economy.wallet import Chain, Wallet


class Joint:
    def __init__(self, chain: Chain, people: People) -> None:
        self.chain, self.dice, self.people = chain, chain.dice, people
        self.shops = [each for each in people.merchants if each.owner % 2]  # that accept PayJoin

    def payjoin(self) -> int | None:
        """BIP 78: the merchant adds a coin of its own, so that the payment's amount is not on the chain."""
        found = self.people.payer()
        shops = [each for each in self.dice.some(self.shops, 4) if each.wallet.coins]
        if found is None or not shops:
            return None
        payer, shop = found[1], shops[0].wallet
        price = self.people.price(payer)
        coins = self.chain.select(payer, price + 20 * DUST)
        if coins is None:
            return None
        own = self.dice.pick(shop.coins)
        kinds = [shop.habits.kind, payer.habits.kind]
        rest = sum(self.chain.value[each] for each in coins) - price - self.chain.fee(payer, [*coins, own], kinds)
        if rest <= 3 * DUST:
            return None
        return self._write(payer, shop, coins, own, (price + self.chain.value[own], rest))

    def _write(self, payer: Wallet, shop: Wallet, coins: list[int], own: int, values: tuple[int, int]) -> int:
        self.chain.drop(payer, coins)
        self.chain.drop(shop, [own])
        inputs = [*coins, own]
        self.dice.shuffle(inputs)
        # Neither output is one payer's remainder: the paid one holds the merchant's coin, too.
        outputs = [
            Out(shop.receive(self.chain), values[0]),
            Out(self.chain.address_for(payer, payer.habits.kind), values[1]),
        ]
        self.dice.shuffle(outputs)
        return self.chain.write(inputs, outputs, TxKind.PAYJOIN, payer.style(self.chain.height, self.dice))

    def stonewall(self) -> int | None:
        """Samourai's: two equal outputs, one paid, one the payer's own, and two changes; all inputs the payer's."""
        found = self.people.payer()
        if found is None or len(found[1].coins) < 3:
            return None
        return self._stonewall(found[1], found[1], TxKind.STONEWALL)

    def stonewall_x2(self) -> int | None:
        """The same with a helper's coins: on the chain nothing tells it from the former."""
        found, other = self.people.payer(), self.people.payer()
        if found is None or other is None or other[0] is found[0]:
            return None
        return self._stonewall(found[1], other[1], TxKind.STONEWALL_X2)

    def _stonewall(self, payer: Wallet, helper: Wallet, kind: TxKind) -> int | None:
        sides = self._sides(payer, helper)
        if sides is None:
            return None
        (left, right), price = sides
        fee = self.chain.fee(payer, left + right, [payer.habits.kind] * 4) // 2
        rests = [sum(self.chain.value[each] for each in side) - price - fee for side in (left, right)]
        if min(rests) <= 3 * DUST or rests[0] == rests[1]:
            return None
        for wallet, coins in ((payer, left), (helper, right)):
            self.chain.drop(wallet, coins)
        shop = self.dice.pick(self.people.merchants).wallet
        outputs = [
            Out(shop.receive(self.chain), price),
            Out(self.chain.address_for(helper, payer.habits.kind), price, kind is TxKind.STONEWALL),
            Out(self.chain.address_for(payer, payer.habits.kind), rests[0], kind is TxKind.STONEWALL),
            Out(self.chain.address_for(helper, payer.habits.kind), rests[1], kind is TxKind.STONEWALL),
        ]
        self.dice.shuffle(outputs)
        return self.chain.write(left + right, outputs, kind, payer.style(self.chain.height, self.dice))

    def _sides(self, payer: Wallet, helper: Wallet) -> tuple[tuple[list[int], list[int]], int] | None:
        """One coin set a side, both worth more than the price."""
        if payer is helper:
            one, two = self.dice.some(payer.coins, 2)
            pair = ([one], [two])
        else:
            pair = ([self.dice.pick(payer.coins)], [self.dice.pick(helper.coins)])
        least = min(self.chain.value[side[0]] for side in pair)
        if least < 100_000:
            return None
        return pair, max(5000, least * self.dice.between(20, 80) // 100)
