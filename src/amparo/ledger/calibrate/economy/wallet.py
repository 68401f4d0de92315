"""Wallets and their habits: how one gives out addresses, picks coins, pays fees, places its change."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from amparo.ledger.calibrate.economy.book import COIN, DUST, FINAL, Book, Out, Style, weight_of
from amparo.ledger.calibrate.economy.dice import Dice
from amparo.ledger.calibrate.economy.kinds import TxKind
from amparo.ledger.scripts import ScriptKind

RECEIVE: Final = (("fresh", 6.0), ("few", 2.0), ("static", 2.0))
CHANGE: Final = (("new", 8.0), ("input", 1.3), ("match", 0.7))  # match: takes the type of the payment, as Core does
PLACE: Final = (("random", 5.0), ("last", 2.5), ("sorted", 2.5))  # sorted: by value, as BIP 69 does
COINS: Final = (("oldest", 3.0), ("largest", 3.0), ("random", 2.0), ("smallest", 1.0))
FEES: Final = (("market", 5.0), ("constant", 3.0), ("flat", 2.0))
TYPES: Final = (
    (ScriptKind.P2PKH, 3.0),
    (ScriptKind.P2SH, 2.0),
    (ScriptKind.P2WPKH, 3.5),
    (ScriptKind.P2TR, 1.0),
    (ScriptKind.P2WSH, 0.5),
)
WINDOW: Final = 200  # coins a selection looks at
MOST_INPUTS: Final = 60


@dataclass(frozen=True, slots=True)
class Habits:
    """What stays the same for one wallet. `rate` is thousandths of a satoshi a virtual byte, `flat` satoshi."""

    kind: ScriptKind
    receive: str = "fresh"
    change: str = "new"
    place: str = "random"
    coins: str = "oldest"
    fees: str = "market"
    rate: int = 5000
    flat: int = 10_000
    version: int = 2
    anti_sniping: bool = False  # lock time = height of the tip, as Core and Electrum do
    replaceable: bool = False

    @classmethod
    def drawn(cls, dice: Dice, kind: ScriptKind | None = None) -> "Habits":
        """The habits of an ordinary person's wallet."""
        return cls(
            kind=kind or dice.weighted(TYPES),
            receive=dice.weighted(RECEIVE),
            change=dice.weighted(CHANGE),
            place=dice.weighted(PLACE),
            coins=dice.weighted(COINS),
            fees=dice.weighted(FEES),
            rate=dice.pick((2000, 3000, 5000, 8000, 10_000, 20_000)),
            flat=dice.pick((5000, 10_000, 20_000)),
            version=1 if dice.chance(0.4) else 2,
            anti_sniping=dice.chance(0.35),
            replaceable=dice.chance(0.45),
        )


@dataclass(slots=True)
class Wallet:
    """One wallet of one owner. `coins` are the outputs it may spend now."""

    owner: int
    habits: Habits
    coins: list[int] = field(default_factory=list)
    given: list[int] = field(default_factory=list)  # addresses given out for receiving

    def receive(self, book: "Chain") -> int:
        """The address this wallet shows to the next payer."""
        keep = {"static": 1, "few": 5, "many": 40}.get(self.habits.receive, 0)
        if keep and len(self.given) >= keep:
            return self.given[book.dice.below(keep)]
        address = book.address_for(self, self.habits.kind)
        if keep:
            self.given.append(address)
        return address

    def balance(self, book: Book) -> int:
        return sum(book.value[each] for each in self.coins)

    def style(self, height: int, dice: Dice) -> Style:
        locktime = height - 1 if self.habits.anti_sniping else 0
        if locktime and dice.chance(0.1):
            locktime = max(0, locktime - dice.below(100))
        final = FINAL - 1 if locktime else FINAL
        return Style(self.habits.version, locktime, FINAL - 2 if self.habits.replaceable else final)


class Chain(Book):
    """The book with its wallets: who is credited, how a payment is put together."""

    def __init__(self, dice: Dice) -> None:
        super().__init__()
        self.dice = dice
        self.height = 0
        self.market = 5000  # fee level of the open block, thousandths of a satoshi a virtual byte
        self.wallet_of: list[Wallet | None] = []
        self.unripe: list[tuple[int, int]] = []  # (height from which it may be spent, output)

    def new_address(self, owner: int, kind: ScriptKind, key: int | None = None) -> int:
        self.wallet_of.append(None)
        return super().new_address(owner, kind, key)

    def address_for(self, wallet: Wallet, kind: ScriptKind, key: int | None = None) -> int:
        address = self.new_address(wallet.owner, kind, key)
        self.wallet_of[address] = wallet
        return address

    def write(self, inputs: Sequence[int], outputs: Sequence[Out], kind: TxKind, style: Style) -> int:
        """Write it and credit the wallets of its outputs; the spender takes the inputs out of `coins` itself."""
        first = super().write(inputs, outputs, kind, style)
        for number, (address, value, _) in enumerate(outputs):
            wallet = self.wallet_of[address] if address >= 0 else None
            if wallet is not None and value:
                wallet.coins.append(first + number)
        return first

    def fee(self, wallet: Wallet, inputs: Sequence[int], kinds: Sequence[int]) -> int:
        """What this wallet pays for a transaction of these inputs (outputs) and output kinds."""
        if wallet.habits.fees == "flat":
            return wallet.habits.flat * max(1, len(inputs) // 4)
        rate = self.market if wallet.habits.fees == "market" else wallet.habits.rate
        weight, _ = weight_of([self.kind_of(each) for each in inputs], kinds)
        return -(-rate * ((weight + 3) // 4) // 1000)

    def select(self, wallet: Wallet, wanted: int) -> list[int] | None:
        """Coins of at least `wanted` satoshi in the wallet's own way; None if it has not enough at hand."""
        seen = wallet.coins[:WINDOW]
        how = wallet.habits.coins
        if how in ("largest", "smallest"):
            seen.sort(key=lambda each: self.value[each], reverse=how == "largest")
        elif how == "random":
            self.dice.shuffle(seen)
        chosen, total = [], 0
        for each in seen:
            chosen.append(each)
            total += self.value[each]
            if total >= wanted:
                return chosen
            if len(chosen) >= MOST_INPUTS:
                return None
        return None

    def drop(self, wallet: Wallet, coins: Sequence[int]) -> None:
        gone = set(coins)
        wallet.coins = [each for each in wallet.coins if each not in gone]

    def pay(self, wallet: Wallet, payments: Sequence[Out], kind: TxKind = TxKind.PAYMENT) -> int | None:
        """Pay from the wallet with change by its habits. Returns the first output, None if it can't afford it."""
        total = sum(each.value for each in payments)
        kinds = [self.kind[each.address] if each.address >= 0 else int(ScriptKind.OP_RETURN) for each in payments]
        change_kind = self._change_kind(wallet, kinds)
        wanted = total
        for _ in range(4):  # the fee grows with the inputs it makes necessary
            coins = self.select(wallet, wanted)
            if coins is None:
                return None
            fee = self.fee(wallet, coins, [*kinds, int(change_kind)])
            rest = sum(self.value[each] for each in coins) - total - fee
            if rest >= 0:
                change = Out(self._change_address(wallet, coins, change_kind), rest, True) if rest > 3 * DUST else None
                outputs = self.placed(wallet, list(payments), change)
                self.drop(wallet, coins)
                return self.write(coins, outputs, kind, wallet.style(self.height, self.dice))
            wanted = total + fee
        return None

    def _change_kind(self, wallet: Wallet, payments: Sequence[int]) -> ScriptKind:
        if wallet.habits.change == "match" and payments and payments[0] != ScriptKind.OP_RETURN:
            return ScriptKind(payments[0])
        return wallet.habits.kind

    def _change_address(self, wallet: Wallet, coins: Sequence[int], kind: ScriptKind) -> int:
        if wallet.habits.change == "input":
            return self.address[coins[0]]
        return self.address_for(wallet, kind)

    def placed(self, wallet: Wallet, payments: list[Out], change: Out | None) -> list[Out]:
        """The outputs with the change, if there is any, where the wallet puts it."""
        if change is None:
            return payments
        if wallet.habits.place == "sorted":
            return sorted([*payments, change], key=lambda each: (each.value, each.address))
        at = len(payments) if wallet.habits.place == "last" else self.dice.below(len(payments) + 1)
        return [*payments[:at], change, *payments[at:]]

    def empty(self, wallet: Wallet, address: int, kind: TxKind, most: int = 40, least: int = 1) -> int | None:
        """Send up to `most` coins whole to one address, without change."""
        coins = wallet.coins[:most]
        if len(coins) < least:
            return None
        fee = self.fee(wallet, coins, [self.kind[address]])
        rest = sum(self.value[each] for each in coins) - fee
        if rest <= 3 * DUST:
            return None
        self.drop(wallet, coins)
        return self.write(coins, [Out(address, rest)], kind, wallet.style(self.height, self.dice))


def subsidy(height: int) -> int:
    """Regtest's: 50 coins, halved every 150 blocks."""
    return (50 * COIN) >> (height // 150)
