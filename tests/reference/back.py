"""Where satoshis came from, by hand: each satoshi of an output carries its way; haircut in exact fractions."""

from collections.abc import Sequence
from fractions import Fraction

Economy = Sequence[tuple[Sequence[int], Sequence[int]]]


def ordered(economy: Economy, rule: str, fee_policy: str) -> dict[int, list[frozenset[tuple[int, int]]]]:
    """Output -> for each of its satoshis the (output, place) it was before, at every step back, itself included."""
    coins: dict[int, list[frozenset[tuple[int, int]]]] = {}
    number = 0
    for inputs, values in economy:
        queue = [satoshi for each in inputs for satoshi in coins[each]]
        if rule == "lifo":
            queue.reverse()
        if inputs and fee_policy == "first":
            queue = queue[len(queue) - sum(values) :]
        if not inputs:
            queue = [frozenset()] * sum(values)
        for value in values:
            taken, queue = queue[:value], queue[value:]
            coins[number] = [before | {(number, place)} for place, before in enumerate(taken)]
            number += 1
    return coins


def shares(economy: Economy, target: int) -> dict[int, Fraction]:
    """Haircut: output -> the part of `target`'s value that came through it."""
    worth = [value for _, values in economy for value in values]
    made_by, number = {}, 0
    for tx, (_, values) in enumerate(economy):
        for _ in values:
            made_by[number] = tx
            number += 1
    needs = {target: Fraction(worth[target])}
    for output in range(target, -1, -1):
        inputs = economy[made_by[output]][0]
        total = sum(worth[each] for each in inputs)
        for each in inputs:
            if total and needs.get(output):
                needs[each] = needs.get(each, Fraction(0)) + needs[output] * worth[each] / total
    return needs
