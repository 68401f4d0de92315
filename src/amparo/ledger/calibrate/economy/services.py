"""Services: mining pools that pay their members, exchanges with deposit addresses, hot and cold wallets."""

from dataclasses import dataclass, field
from typing import Final

from amparo.ledger.calibrate.economy.book import COIN, Out
from amparo.ledger.calibrate.economy.kinds import TxKind
from amparo.ledger.calibrate.economy.people import People, Person, amount
from amparo.ledger.calibrate.economy.wallet import Chain, Habits, Wallet
from amparo.ledger.scripts import ScriptKind

HOT_MOST: Final = 240 * COIN
_KINDS: Final = (ScriptKind.P2SH, ScriptKind.P2WPKH, ScriptKind.P2PKH)


@dataclass(slots=True)
class Exchange:
    """All three wallets are the exchange's: customers' deposit addresses are only entries in its books."""

    number: int
    owner: int
    hot: Wallet
    cold: Wallet
    deposits: Wallet
    queue: list[Out] = field(default_factory=list)
    most: int = 20  # withdrawals it gathers before paying


@dataclass(slots=True)
class Pool:
    owner: int
    wallet: Wallet
    members: list[Person]
    paid_to_key: bool  # old miner: P2PK, whose key also receives as P2PKH


class Services:
    def __init__(self, chain: Chain, people: People) -> None:
        self.chain, self.dice, self.people = chain, chain.dice, people
        self.exchanges = [self._exchange(number) for number in range(max(3, len(people.consumers) // 700))]
        self.pools = [self._pool(number) for number in range(4)]

    def _exchange(self, number: int) -> Exchange:
        owner = self.chain.new_owner()
        kind = _KINDS[number % 3]
        reuse = number % 2 == 0
        hot = Habits(kind, "static" if reuse else "fresh", "input" if reuse else "new", coins="largest", rate=10_000)
        cold = Habits(ScriptKind.P2WSH, "static", "input")
        gather = Habits(kind, rate=3000, fees="constant")
        wallets = (Wallet(owner, hot), Wallet(owner, cold), Wallet(owner, gather))
        return Exchange(number, owner, wallets[0], wallets[1], wallets[2], most=self.dice.pick((1, 12, 30)))

    def _pool(self, number: int) -> Pool:
        owner = self.chain.new_owner()
        kind, keys = (ScriptKind.P2PKH if number < 2 else ScriptKind.P2WPKH), "few" if number else "many"
        habits = Habits(kind, keys, "input", coins="oldest")
        members = self.dice.some(self.people.consumers, max(30, len(self.people.consumers) // 8))
        return Pool(owner, Wallet(owner, habits), members, number == 0)

    def mine(self) -> Pool:
        return self.pools[self.dice.below(len(self.pools))]

    def coinbase_address(self, pool: Pool) -> int:
        """Where the pool's next block pays. The old miner's key appears as P2PK here, as P2PKH when it is paid."""
        if not pool.paid_to_key:
            return pool.wallet.receive(self.chain)
        plain = pool.wallet.receive(self.chain)
        if self.dice.chance(0.3):
            return plain
        twin = self.chain.new_address(pool.owner, ScriptKind.P2PK, self.chain.key[plain])
        self.chain.wallet_of[twin] = pool.wallet
        return twin

    def pay_members(self) -> int | None:
        pool = self.dice.pick(self.pools)
        if not pool.wallet.coins:
            return None
        total = min(pool.wallet.balance(self.chain) * 8 // 10, 60 * COIN)
        members = self.dice.some(pool.members, self.dice.between(5, 40))
        shares = [self.dice.between(1, 100) for _ in members]
        worth = [total * share // sum(shares) for share in shares]
        outputs = [
            Out(each.wallets[0].receive(self.chain), value)
            for each, value in zip(members, worth, strict=True)
            if value > 20_000
        ]
        return self.chain.pay(pool.wallet, outputs, TxKind.BATCH) if outputs else None

    def pool_sells(self) -> int | None:
        """A pool sends mined money to an exchange."""
        pool, exchange = self.dice.pick(self.pools), self.dice.pick(self.exchanges)
        if pool.wallet.balance(self.chain) < 20 * COIN:
            return None
        address = exchange.deposits.receive(self.chain)
        return self.chain.pay(pool.wallet, [Out(address, self.dice.between(5, 40) * COIN // 2)])

    def deposit_address(self, person: Person) -> int:
        """The address at which an exchange credits this person: the same one each time, at most exchanges."""
        exchange = self.exchanges[person.owner % len(self.exchanges)]
        held = person.deposits.get(exchange.number)
        if held is None or self.dice.chance(0.1):
            held = person.deposits[exchange.number] = exchange.deposits.receive(self.chain)
        return held

    def deposit(self) -> int | None:
        found = self.people.payer()
        if found is None:
            return None
        address = self.deposit_address(found[0])
        if self.dice.chance(0.3):
            return self.chain.empty(found[1], address, TxKind.EMPTY, most=8)
        return self.chain.pay(found[1], [Out(address, self.people.price(found[1]))])

    def cash_in(self) -> int | None:
        """A merchant sells what it earned."""
        merchant = self.dice.pick(self.people.merchants)
        address = self.dice.pick(self.exchanges).deposits.receive(self.chain)
        return self.chain.empty(merchant.wallet, address, TxKind.EMPTY, most=30, least=3)

    def sweep(self) -> int | None:
        exchange = self.dice.pick(self.exchanges)
        address = exchange.hot.receive(self.chain)
        return self.chain.empty(exchange.deposits, address, TxKind.SWEEP, self.dice.between(4, 50), least=3)

    def withdraw(self) -> int | None:
        """Customers ask for money; the exchange pays each alone or gathers a batch."""
        exchange = self.dice.pick(self.exchanges)
        while len(exchange.queue) < exchange.most:
            address = self.dice.pick(self.people.consumers).wallet(self.dice).receive(self.chain)
            self.people.known.append(address)
            exchange.queue.append(Out(address, amount(self.dice, 100_000, 3 * COIN)))
        kind = TxKind.BATCH if len(exchange.queue) > 1 else TxKind.PAYMENT
        done = self.chain.pay(exchange.hot, exchange.queue, kind)
        exchange.queue = exchange.queue if done is None else []
        return done

    def to_cold(self) -> int | None:
        """Hot money above a limit goes to cold storage; some comes back when the hot wallet runs dry."""
        exchange = self.dice.pick(self.exchanges)
        held = exchange.hot.balance(self.chain)
        if held > HOT_MOST // 4:
            return self.chain.pay(exchange.hot, [Out(exchange.cold.receive(self.chain), held // 2)], TxKind.MOVE)
        if exchange.cold.coins and held < 20 * COIN:
            return self.chain.empty(exchange.cold, exchange.hot.receive(self.chain), TxKind.MOVE, most=3)
        return None
