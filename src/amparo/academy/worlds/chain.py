"""A small synthetic chain: 140 blocks, everyday payments, and one ransom that is peeled off to two services.

Crime is paid by the same wallet code as everything else (fees, amounts, change position from the same dice), so that
no single field gives it away. Regtest rules: its real genesis, 50 coins a block, coins of miners wait 100 blocks.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from amparo.academy.worlds.dice import Dice
from amparo.academy.worlds.wallets import NETWORK, Coin, Key, Pay, Payment, coinbase, make_key, spend
from amparo.ledger.hashes import dsha, merkle_root

COIN: Final = 100_000_000  # satoshi
SUBSIDY: Final = 50 * COIN
MATURITY: Final = 100  # blocks
BLOCKS: Final = 140
RANSOM_AT: Final = 108
PEELS: Final = 8
BITS: Final = 0x207FFFFF
START: Final = 1_767_225_600  # 1 January 2026, 00:00 UTC
GENESIS: Final = bytes.fromhex(
    "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f61"
    "7fc81bc3888a51323a9fb8aa4b1e5e4adae5494dffff7f2002000000"
    "0101000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d04ffff001d0104455468"
    "652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b206f66207365636f6e64206261"
    "696c6f757420666f722062616e6b73ffffffff0100f2052a01000000434104678afdb0fe5548271967f1a67130b7105cd6a828e0"
    "3909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac00000000"
)


class Hop(NamedTuple):
    """One payment on the way: where it stands in the chain, and what it put on which address."""

    txid: str
    height: int
    pos: int
    pays: tuple[tuple[str, int], ...]  # address, satoshi
    fee: int


class Ransom(NamedTuple):
    """The planted truth. `cash_out` is what each service received of the ransom, by the rule fifo, in satoshi."""

    seed: str  # txid:vout
    seed_place: str  # height:pos/vout
    address: str
    value: int
    hops: tuple[Hop, ...]
    exchange: str
    swap: str
    cash_out: dict[str, int]
    fees: int
    kept: int  # satoshi still unspent at peeled-off addresses


class Chain(NamedTuple):
    blocks: tuple[bytes, ...]
    ransom: Ransom

    def file(self) -> bytes:
        """Return the chain as a block file: magic, length, block, one after the other."""
        return b"".join(NETWORK.magic + len(block).to_bytes(4, "little") + block for block in self.blocks)


@dataclass(slots=True)
class _Mint:
    """The chain while it is made."""

    seed: int
    dice: Dice
    tip: bytes = field(default_factory=lambda: dsha(GENESIS[:80]))
    height: int = 0
    blocks: list[bytes] = field(default_factory=lambda: [GENESIS])
    purse: list[Coin] = field(default_factory=list)  # what everyday people hold
    young: list[Coin] = field(default_factory=list)  # miners' coins that wait
    waiting: list[Payment] = field(default_factory=list)

    def key(self, *path: object) -> Key:
        return make_key(self.seed, *path)

    def fee(self) -> int:
        return 300 + self.dice.below(4000) + self.dice.below(4000)

    def mine(self) -> None:
        """Put the waiting payments into the next block."""
        self.height += 1
        fees = sum(payment.fee for payment in self.waiting)
        first = coinbase(self.key("miner", self.height), SUBSIDY + fees, self.height)
        payments = [first, *self.waiting]
        self.blocks.append(_block(self.tip, payments, self.height))
        self.tip = dsha(self.blocks[-1][:80])
        self.young.append(first.coins[0])
        self.waiting = []
        ripe = [coin for coin in self.young if self.height + 1 - coin.height >= MATURITY]
        self.purse += ripe
        self.young = [coin for coin in self.young if coin not in ripe]

    def everyday(self) -> None:
        """One ordinary payment from a random coin: one or two inputs, a payee and change in either order."""
        if not self.purse:
            return
        coins = [self.purse.pop(self.dice.below(len(self.purse)))]
        if self.purse and self.dice.chance(25):
            coins.append(self.purse.pop(self.dice.below(len(self.purse))))
        self.purse += self.pay(coins, self.key("payee", self.height, len(self.waiting)), self.dice.between(3, 60)).coins

    def pay(self, coins: list[Coin], payee: Key, percent: int) -> Payment:
        """Pay `percent` of the coins' value to `payee`, the rest less a fee to fresh change, in either order."""
        total = sum(coin.value for coin in coins)
        amount = total * percent // 100
        pays = [
            Pay(payee, amount),
            Pay(self.key("change", self.height, len(self.waiting)), total - amount - self.fee()),
        ]
        self.dice.shuffle(pays)
        return self.queue(spend(coins, pays, self.height + 1))

    def queue(self, payment: Payment) -> Payment:
        self.waiting.append(payment)
        return payment


def make_chain(seed: int) -> Chain:
    """Return the chain of that seed and what a perfect trace of its ransom finds."""
    mint = _Mint(seed, Dice(seed, "chain"))
    story = _ransom(mint)
    ransom: Ransom | None = None
    while mint.height < BLOCKS:
        for _ in range(mint.dice.below(4)):
            mint.everyday()
        if mint.height + 1 >= RANSOM_AT and ransom is None:
            ransom = next(story)
        mint.mine()
    if ransom is None:
        raise ValueError("the chain ended before its story did")
    return Chain(tuple(mint.blocks), ransom)


def _ransom(mint: _Mint) -> Iterator[Ransom | None]:
    """The story, one step a block (None while it goes on): pay, peel off, pool with clean money, cash out."""
    holder, exchange, swap = mint.key("ransom"), mint.key("exchange"), mint.key("swap")
    paid = mint.pay([_largest(mint)], holder, mint.dice.between(5, 9))
    seed_coin = next(coin for coin in paid.coins if coin.key == holder)
    mint.purse += [coin for coin in paid.coins if coin is not seed_coin]
    seed_pos = len(mint.waiting)
    seed_place = f"{mint.height + 1}:{seed_pos}/{seed_coin.vout}"
    yield None
    coin, hops, received = seed_coin, list[Hop](), {exchange.address: 0, swap.address: 0}
    kept = 0
    for number in range(PEELS):
        payee = (exchange, swap, mint.key("peel", number))[mint.dice.below(3)]
        peel = mint.pay([coin], payee, mint.dice.between(6, 18))
        off = next(each for each in peel.coins if each.key == payee)
        coin = next(each for each in peel.coins if each.key != payee)
        hops.append(_hop(mint, peel))
        if payee.address in received:
            received[payee.address] += off.value
        else:
            kept += off.value
        yield None
    last = _cash_out(mint, coin, exchange, swap)
    hops.append(_hop(mint, last))
    first, second = last.coins
    to_first = min(first.value, coin.value)
    to_second = min(second.value, coin.value - to_first)
    received[first.key.address] += to_first
    received[second.key.address] += to_second
    fees = seed_coin.value - kept - sum(received.values())
    yield Ransom(
        f"{paid.id}:{seed_coin.vout}", seed_place, holder.address, seed_coin.value, tuple(hops),
        exchange.address, swap.address, received, fees, kept,
    )  # fmt: skip


def _cash_out(mint: _Mint, coin: Coin, exchange: Key, swap: Key) -> Payment:
    """The last hop pools the ransom's rest with clean money: here the rules of tracing begin to differ."""
    clean = mint.purse.pop(mint.dice.below(len(mint.purse)))
    total = coin.value + clean.value
    amount = coin.value * mint.dice.between(40, 70) // 100
    pays = [Pay(exchange, amount), Pay(swap, total - amount - mint.fee())]
    return mint.queue(spend([coin, clean], pays, mint.height + 1))


def _largest(mint: _Mint) -> Coin:
    coin = max(mint.purse, key=lambda each: each.value)
    mint.purse.remove(coin)
    return coin


def _hop(mint: _Mint, payment: Payment) -> Hop:
    """`payment` was queued last: its place in the block is its number after the coinbase."""
    pays = tuple((coin.key.address, coin.value) for coin in payment.coins)
    return Hop(payment.id, mint.height + 1, len(mint.waiting), pays, payment.fee)


def _block(prev: bytes, payments: list[Payment], height: int) -> bytes:
    root, _ = merkle_root([payment.txid for payment in payments])
    when = START + height * 600
    head = (0x20000000).to_bytes(4, "little") + prev + root + when.to_bytes(4, "little") + BITS.to_bytes(4, "little")
    body = bytes([len(payments)]) + b"".join(payment.raw for payment in payments)
    return _mined(head) + body


def _mined(head: bytes) -> bytes:
    """Count up the nonce until the hash lies under regtest's target: two tries on average."""
    target = (BITS & 0x7FFFFF) << 8 * ((BITS >> 24) - 3)
    nonce = 0
    while int.from_bytes(dsha(head + nonce.to_bytes(4, "little")), "little") > target:
        nonce += 1
    return head + nonce.to_bytes(4, "little")
