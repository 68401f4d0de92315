"""Taint by hand: every satoshi is one entry of a list. Slow, plain, and written apart from the engine it checks.

An economy is a list of transactions in chain order; each is (inputs, outputs): the numbers of the outputs it
spends, and the values it makes. Outputs are numbered through. A transaction without inputs makes new money.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

Economy = Sequence[tuple[Sequence[int], Sequence[int]]]


class Ledger(NamedTuple):
    coins: dict[int, list[bool]]  # output -> its satoshis, True = traced, as they lay when it was made
    spent: set[int]
    fee: int
    absorbed: int

    @property
    def held(self) -> int:
        return sum(sum(coin) for output, coin in self.coins.items() if output not in self.spent)


def ordered(economy: Economy, claims: Mapping[int, int], rule: str, fee_policy: str) -> Ledger:
    """fifo, lifo or tiho. A claim of n satoshis lies on the first n of its output."""
    coins: dict[int, list[bool]] = {}
    spent: set[int] = set()
    fees = absorbed = number = 0
    for inputs, values in economy:
        queue = [satoshi for each in inputs for satoshi in coins[each]]
        spent.update(inputs)
        if rule == "lifo":
            queue.reverse()
        if rule == "tiho":
            queue = [True] * sum(queue) + [False] * (len(queue) - sum(queue))
        if inputs:
            queue, taken = take_fee(queue, len(queue) - sum(values), fee_policy)
            fees += sum(taken)
        else:
            queue = [False] * sum(values)
        made = deal(queue, values, largest_first=rule == "tiho")
        for coin in made:
            for place in range(claims.get(number, 0)):
                absorbed += coin[place]
                coin[place] = True
            coins[number] = coin
            number += 1
    return Ledger(coins, spent, fees, absorbed)


def take_fee(queue: list[bool], fee: int, policy: str) -> tuple[list[bool], list[bool]]:
    if policy == "last":
        return queue[: len(queue) - fee], queue[len(queue) - fee :]
    if policy == "first":
        return queue[fee:], queue[:fee]
    kept, taken, left = [], [], len(queue) - fee
    for place, satoshi in enumerate(queue):
        stays = (place + 1) * left // len(queue) > place * left // len(queue)
        (kept if stays else taken).append(satoshi)
    return kept, taken


def deal(queue: list[bool], values: Sequence[int], *, largest_first: bool) -> list[list[bool]]:
    order = list(range(len(values)))
    if largest_first:
        order.sort(key=lambda output: values[output], reverse=True)  # stable: a tie goes to the lower number
    made: list[list[bool]] = [[] for _ in values]
    for output in order:
        made[output], queue = queue[: values[output]], queue[values[output] :]
    return made


class Shares(NamedTuple):
    tainted: dict[int, int]
    spent: set[int]
    fee: int
    absorbed: int

    @property
    def held(self) -> int:
        return sum(amount for output, amount in self.tainted.items() if output not in self.spent)


def haircut(economy: Economy, claims: Mapping[int, int]) -> Shares:
    """In proportion, rounded down, the units left over to the largest remainders (whole claims only)."""
    tainted: dict[int, int] = {}
    spent: set[int] = set()
    fees = absorbed = number = 0
    worth: dict[int, int] = {}
    for inputs, values in economy:
        arriving = sum(tainted[each] for each in inputs)
        spent.update(inputs)
        fee = sum(worth[each] for each in inputs) - sum(values) if inputs else 0
        *shares, lost = split(arriving, [*values, fee])
        fees += lost
        for value, share in zip(values, shares, strict=True):
            worth[number] = value
            absorbed += share if number in claims else 0
            tainted[number] = claims.get(number, share)
            number += 1
    return Shares(tainted, spent, fees, absorbed)


def split(amount: int, values: list[int]) -> list[int]:
    total = sum(values)
    if not total:
        return [0] * len(values)
    exact = [Fraction(amount * value, total) for value in values]
    shares = [int(each) for each in exact]
    while sum(shares) < amount:
        furthest = max(range(len(values)), key=lambda i: (exact[i] - shares[i], -i))
        shares[furthest] += 1
    return shares


def reach(economy: Economy, claims: Mapping[int, int]) -> set[int]:
    """Poison: the outputs worth something that any claim can reach."""
    reached: set[int] = set()
    number = 0
    for inputs, values in economy:
        dirty = any(each in reached for each in inputs)
        for value in values:
            if claims.get(number) or (dirty and value):
                reached.add(number)
            number += 1
    return reached
