"""CoinJoins of four shapes: Wasabi 1 and 2, Whirlpool with its tx0, JoinMarket.

Shapes after the rules that detectors use (knowledge of GraphSense's heuristics) and the projects' public documents;
amounts and crowds are smaller than on mainnet.
"""

from collections import Counter
from typing import Final, NamedTuple

from amparo.ledger.calibrate.economy.book import COIN, DUST, NO_ADDRESS, Out, Style
from amparo.ledger.calibrate.economy.kinds import TxKind
from amparo.ledger.calibrate.economy.people import People, Person
from amparo.ledger.calibrate.economy.wallet import Chain, Habits, Wallet
from amparo.ledger.scripts import ScriptKind

MIXERS: Final = (("whirlpool", 3.0), ("joinmarket", 3.5), ("wasabi1", 2.5), ("wasabi2", 2.5))
SEGWIT: Final = ScriptKind.P2WPKH
POOLS: Final = {COIN // 1000: 5000, COIN // 100: 50_000, COIN // 20: 175_000, COIN // 2: 1_750_000}
#: Standard denominations of Wasabi 2: powers of two, three and ten with their doubles and halves.
DENOMINATIONS: Final = tuple(
    sorted(
        {2**i for i in range(13, 36)}
        | {3**i for i in range(9, 22)}
        | {2 * 3**i for i in range(8, 22)}
        | {m * 10**i for i in range(4, 10) for m in (1, 2, 5)},
        reverse=True,
    )
)
LEAST2: Final = 5000  # Wasabi 2 makes no smaller output
UNTOUCHED: Final = 10_000  # Wasabi's threshold of what it takes for dust
COORDINATOR: Final = Style(2, 0)


class Seat(NamedTuple):
    """One participant's part in a round: who, and which coins."""

    person: Person
    wallet: Wallet
    coins: list[int]
    worth: int


class Mixing:
    def __init__(self, chain: Chain, people: People) -> None:
        self.chain, self.dice, self.people = chain, chain.dice, people
        self.owner = chain.new_owner()
        self.till = Wallet(self.owner, Habits(SEGWIT, "fresh"))  # coordinators' fees
        self.seeds = dict.fromkeys(POOLS, 0)
        self.crowd: dict[str, list[Person]] = {name: [] for name, _ in MIXERS}
        self.premix: dict[int, list[tuple[int, Person]]] = {size: [] for size in POOLS}
        self.postmix: dict[int, list[tuple[int, Person]]] = {size: [] for size in POOLS}
        for person in people.consumers:
            if self.dice.chance(0.35):
                self._enlist(person)

    def _enlist(self, person: Person) -> None:
        person.mixing = self.dice.weighted(MIXERS)
        kind = SEGWIT if person.mixing != "joinmarket" or self.dice.chance(0.6) else ScriptKind.P2SH
        person.wallets[0] = Wallet(person.owner, Habits(kind, "fresh", "new", "random", "random", "market"))
        person.mixed = Wallet(person.owner, Habits(kind, "fresh", "new", "random", "oldest", "market"))
        person.wallets.append(person.mixed)
        self.crowd[person.mixing].append(person)

    def _seats(self, name: str, count: int, least: int, most_coins: int) -> list[Seat]:
        """Participants who have at least `least` satoshi in a few coins."""
        found = []
        for person in self.dice.some(self.crowd[name], 6 * count):
            wallet = person.wallets[0] if self.dice.chance(0.8) or person.mixed is None else person.mixed
            # Mixing wallets do not touch dust: somebody else may have sent it to learn which coins go together.
            clean = [each for each in wallet.coins if self.chain.value[each] >= UNTOUCHED]
            coins = self.dice.some(clean, self.dice.between(1, most_coins)) if clean else []
            worth = sum(self.chain.value[each] for each in coins)
            if worth >= least:
                found.append(Seat(person, wallet, coins, worth))
            if len(found) == count:
                break
        return found

    def _own(self, person: Person, wallet: Wallet | None) -> int:
        target = wallet or person.mixed or person.wallets[0]
        return self.chain.address_for(target, target.habits.kind)

    def _join(self, seats: list[Seat], outputs: list[Out], kind: TxKind, *, by_value: bool) -> int:
        inputs = [each for seat in seats for each in seat.coins]
        for seat in seats:
            self.chain.drop(seat.wallet, seat.coins)
        self.dice.shuffle(inputs)
        self.dice.shuffle(outputs)
        if by_value:
            outputs.sort(key=lambda each: -each.value)
        return self.chain.write(inputs, outputs, kind, COORDINATOR)

    def _share(self, seats: list[Seat], outputs: int) -> int:
        """Mining fee a participant: an even share of an ordinary fee."""
        weight = 280 * sum(len(seat.coins) for seat in seats) + 130 * outputs
        return self.chain.market * weight // 4000 // len(seats) + 1

    def wasabi1(self) -> int | None:
        base = COIN // 10 + self.dice.between(-300_000, 300_000)
        seats = self._seats("wasabi1", self.dice.between(18, 32), base + 200_000, 3)
        if len(seats) < 14:
            return None
        fee = self._share(seats, 2 * len(seats) + 1)
        levels = [1, 2, 4, 8] if self.dice.chance(0.4) else [1]
        doubled = Counter(level for seat in seats for level in levels[1:] if seat.worth >= base * (1 + level) + 200_000)
        outputs, cut = [], 0
        for seat in seats:
            rest = seat.worth - fee
            for level in levels:
                if level == 1 or (doubled[level] >= 2 and rest >= base * level + 200_000):
                    outputs.append(Out(self._own(seat.person, None), base * level))
                    rest -= base * level
            cut += 3 * base // 1000
            rest -= 3 * base // 1000
            if rest > LEAST2:
                outputs.append(Out(self._own(seat.person, seat.wallet), rest, True))
        outputs.append(Out(self.till.receive(self.chain), cut))
        return self._join(seats, outputs, TxKind.WASABI1, by_value=True)

    def wasabi2(self) -> int | None:
        seats = self._seats("wasabi2", self.dice.between(20, 34), 60_000, 4)
        if len(seats) < 14 or sum(len(seat.coins) for seat in seats) < 20:
            return None
        fee = self._share(seats, 5 * len(seats))
        parts = {id(seat): self._parts(seat.worth - fee, DENOMINATIONS) for seat in seats}
        often = Counter(value for each in parts.values() for value in each[0])
        common = tuple(value for value in DENOMINATIONS if often[value] >= 2)
        outputs = []
        for seat in seats:
            values, rest = self._parts(seat.worth - fee, common)
            outputs += [Out(self._own(seat.person, None), value) for value in values]
            if rest >= LEAST2:
                outputs.append(Out(self._own(seat.person, seat.wallet), rest, True))
        return self._join(seats, outputs, TxKind.WASABI2, by_value=True)

    def _parts(self, worth: int, sizes: tuple[int, ...]) -> tuple[list[int], int]:
        """Break `worth` into at most eight of `sizes`, greedily; the rest stays."""
        found: list[int] = []
        for size in sizes:
            while worth >= size and len(found) < 8:
                found.append(size)
                worth -= size
        return found, worth

    def tx0(self) -> int | None:
        """Whirlpool: one person's coins become many pieces of the pool's size plus a fee, and a change."""
        size = self.dice.pick(tuple(POOLS))
        seats = self._seats("whirlpool", 1, 3 * size + 2 * POOLS[size], 2)
        if not seats:
            return None
        seat, extra = seats[0], self.dice.between(200, 20_000)
        count = min(30, (seat.worth - POOLS[size] - 50_000) // (size + extra))
        if count < 1:
            return None
        rest = seat.worth - POOLS[size] - count * (size + extra)
        rest -= self.chain.fee(seat.wallet, seat.coins, [int(SEGWIT)] * (count + 3))
        if rest < 3 * DUST:
            return None
        pieces = [Out(self.chain.new_address(seat.person.owner, SEGWIT), size + extra) for _ in range(count)]
        outputs = [*pieces, Out(self.till.receive(self.chain), POOLS[size]), Out(NO_ADDRESS, 0)]
        outputs.append(Out(self._own(seat.person, seat.wallet), rest, True))
        self.chain.drop(seat.wallet, seat.coins)
        outputs.sort(key=lambda each: (each.value, each.address))
        first = self.chain.write(seat.coins, outputs, TxKind.TX0, COORDINATOR)
        made = [first + place for place, each in enumerate(outputs) if each.value == size + extra]
        self.premix[size] += [(each, seat.person) for each in made]
        return first

    def whirlpool(self) -> int | None:
        """Five of different people: some fresh pieces, which pay the miner, the rest mixed before."""
        size = self.dice.pick(tuple(POOLS))
        if self.seeds[size] < 6:  # a new pool: its first members bring whole coins
            return self._seed(size)
        fresh = self._people(self.premix[size], self.dice.between(2, 3), set())
        again = self._people(self.postmix[size], 5 - len(fresh), {person.owner for _, person in fresh})
        if len(again) < 5 - len(fresh):
            return self._seed(size)
        if not fresh:
            return None
        return self._mix(size, fresh, again)

    def _seed(self, size: int) -> int | None:
        """One member pays itself a coin of just the pool's size, which waits as if it had been mixed before."""
        person = self.dice.pick(self.crowd["whirlpool"])
        address = self.chain.new_address(person.owner, SEGWIT)
        first = self.chain.pay(person.wallets[0], [Out(address, size)], TxKind.MOVE)
        if first is not None:
            self.seeds[size] += 1
            place = next(each for each in range(first, first + 2) if self.chain.address[each] == address)
            self.postmix[size].append((place, person))
        return first

    def _people(self, held: list[tuple[int, Person]], count: int, taken: set[int]) -> list[tuple[int, Person]]:
        """Coins of different people out of a queue, oldest first."""
        found: list[tuple[int, Person]] = []
        for coin in held[:120]:
            if coin[1].owner not in taken:
                taken.add(coin[1].owner)
                found.append(coin)
            if len(found) == count:
                break
        return found

    def _mix(self, size: int, fresh: list[tuple[int, Person]], again: list[tuple[int, Person]]) -> int:
        gone = {output for output, _ in (*fresh, *again)}
        self.premix[size] = [each for each in self.premix[size] if each[0] not in gone]
        self.postmix[size] = [each for each in self.postmix[size] if each[0] not in gone]
        people = [person for _, person in (*fresh, *again)]
        leaves = [self.dice.chance(0.3) for _ in people]
        # Who leaves after this round gets the coin in the wallet of mixed coins; the others wait for the next round.
        outputs = [
            Out(self._own(person, None) if leave else self.chain.new_address(person.owner, SEGWIT), size)
            for person, leave in zip(people, leaves, strict=True)
        ]
        self.dice.shuffle(outputs)
        inputs = list(gone)
        self.dice.shuffle(inputs)
        first = self.chain.write(inputs, outputs, TxKind.WHIRLPOOL, COORDINATOR)
        by_owner = {person.owner: person for person in people}
        for place, out in enumerate(outputs):
            if self.chain.wallet_of[out.address] is None:
                self.postmix[size].append((first + place, by_owner[self.chain.owner[out.address]]))
        return first

    def joinmarket(self) -> int | None:
        """A taker names the amount, makers lend coins of at least that; each gets one equal output and a change."""
        takers = self._seats("joinmarket", 1, 100_000, 3)
        if not takers:
            return None
        taker = takers[0]
        amount = taker.worth * self.dice.between(30, 90) // 100
        makers = self._seats("joinmarket", self.dice.between(3, 8), amount + 3 * DUST, 3)
        makers = [each for each in makers if each.person is not taker.person]
        if len(makers) < 3:
            return None
        earned = 1000 + amount // 10_000
        rest = taker.worth - amount - earned * len(makers) - self._share([taker], 2) * (len(makers) + 1)
        if rest < 0:
            return None
        return self._joinmarket(taker, makers, amount, (earned, rest))

    def _joinmarket(self, taker: Seat, makers: list[Seat], amount: int, sums: tuple[int, int]) -> int:
        earned, rest = sums
        pays = self.dice.chance(0.3)  # the taker's equal output may pay somebody
        shop = self.dice.pick(self.people.merchants).wallet
        outputs = [Out(shop.receive(self.chain) if pays else self._own(taker.person, None), amount)]
        if rest > 3 * DUST:
            outputs.append(Out(self._own(taker.person, taker.wallet), rest, True))
        for seat in makers:
            outputs.append(Out(self._own(seat.person, seat.wallet), amount))
            outputs.append(Out(self._own(seat.person, seat.wallet), seat.worth - amount + earned, True))
        return self._join([taker, *makers], outputs, TxKind.JOINMARKET, by_value=False)
