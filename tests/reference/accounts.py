"""Taint on accounts by hand: every unit is one entry of a list. Slow, plain, written apart from the engine it checks.

A line is (sender, receiver, amount, is_fee, claimed); sides are names or None. Lines stand in the order in which
they are to be worked on. Purses start with their opening balance, untraced. Joins are (out, into, amount_out,
amount_in), by line number, in the order in which they lie on their transfers.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Line(NamedTuple):
    sender: str | None
    receiver: str | None
    amount: int
    fee: bool = False
    claimed: int = 0


class Join(NamedTuple):
    out: int
    into: int
    amount_out: int
    amount_in: int


class Found(NamedTuple):
    purses: dict[str, list[bool]]
    traced: list[int]  # by line
    fee: int
    left: int
    absorbed: int
    converted_out: int
    converted_in: int

    @property
    def held(self) -> int:
        return sum(sum(purse) for purse in self.purses.values())


def ordered(lines: Sequence[Line], openings: Mapping[str, int], rule: str, joins: Sequence[Join] = ()) -> Found:
    """fifo, lifo, tiho or libr. An account may be overdrawn: the lacking units are untraced, and paid back first."""
    purses = {name: [False] * max(0, amount) for name, amount in openings.items()}
    debts = {name: max(0, -amount) for name, amount in openings.items()}
    brought: dict[int, list[bool]] = {}
    taken_in: dict[int, int] = {}
    numbers = dict.fromkeys(("fee", "left", "absorbed", "converted_out", "converted_in"), 0)
    traced = []
    for number, line in enumerate(lines):
        units = _leave(purses, debts, line, rule)
        joined = brought.get(number, [])
        for place, unit in enumerate(joined):
            numbers["converted_in"] += unit
            numbers["absorbed"] += unit and units[place]
            units[place] = units[place] or unit
        for place in range(line.claimed):
            numbers["absorbed"] += units[place]
            units[place] = True
        traced.append(sum(units))
        at = 0
        for join in joins:
            if join.out == number:
                part = units[at : at + join.amount_out]
                units[at : at + join.amount_out] = [False] * join.amount_out
                at += join.amount_out
                numbers["converted_out"] += sum(part)
                into = brought.setdefault(join.into, [])
                start = taken_in.get(join.into, 0)
                into.extend([False] * (start + join.amount_in - len(into)))
                into[start : start + join.amount_in] = turned_into(part, join.amount_in)
            taken_in[join.into] = taken_in.get(join.into, 0) + (join.amount_in if join.out == number else 0)
        _arrive(purses, debts, line, units, numbers)
    return Found(purses, traced, **numbers)


def turned_into(part: list[bool], after: int) -> list[bool]:
    """Unit k of `after` units is traced if it lies in a traced run [a, b) carried over as [a*m//n, b*m//n)."""
    n = len(part)
    made = [False] * after
    start = None
    for place in range(n + 1):
        traced = place < n and part[place]
        if traced and start is None:
            start = place
        if not traced and start is not None:
            for unit in range(start * after // n, place * after // n):
                made[unit] = True
            start = None
    return made


def _leave(purses: dict[str, list[bool]], debts: dict[str, int], line: Line, rule: str) -> list[bool]:
    if line.sender is None:
        return [False] * line.amount
    purse = purses[line.sender]
    found: list[bool] = []
    for _ in range(line.amount):
        if not purse:
            debts[line.sender] += 1
            found.append(False)
        elif rule == "fifo":
            found.append(purse.pop(0))
        elif rule == "lifo":
            found.append(purse.pop())
        else:
            wanted = rule == "tiho"
            found.append(purse.pop(purse.index(wanted) if wanted in purse else 0))
    return found


def _arrive(
    purses: dict[str, list[bool]], debts: dict[str, int], line: Line, units: list[bool], numbers: dict[str, int]
) -> None:
    if line.fee:
        numbers["fee"] += sum(units)
        units = [False] * len(units)
    if line.receiver is None:
        numbers["left"] += 0 if line.fee else sum(units)
        return
    while units and debts[line.receiver]:
        debts[line.receiver] -= 1
        numbers["left"] += units.pop(0)
    purses[line.receiver].extend(units)


def shares(lines: Sequence[Line], openings: Mapping[str, int]) -> Found:
    """haircut: the nearest whole number of the sender's fraction, half up; openings cover every payment."""
    balance = dict(openings)
    held = dict.fromkeys(openings, 0)
    fee = left = absorbed = 0
    traced = []
    for line in lines:
        share = 0
        if line.sender is not None and balance[line.sender]:
            whole, rest = divmod(held[line.sender] * line.amount, balance[line.sender])
            share = whole + (2 * rest >= balance[line.sender])
            held[line.sender] -= share
            balance[line.sender] -= line.amount
        if line.claimed:
            absorbed += share
            share = line.claimed
        traced.append(share)
        if line.fee:
            fee += share
            share = 0
        if line.receiver is None:
            left += share
        else:
            balance[line.receiver] += line.amount
            held[line.receiver] += share
    purses = {name: [True] * amount for name, amount in held.items()}
    return Found(purses, traced, fee, left, absorbed, 0, 0)
