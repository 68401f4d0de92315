"""Exact satoshi intervals: what the ordered rules (fifo, lifo, tiho) have in common.

A mark is a sorted tuple of disjoint half-open intervals [a, b) of satoshi positions inside one output. A
transaction lays its inputs end to end into one queue; the outputs cut the queue in output order; the fee takes
its part by policy. Source: Anderson, Shumailov, Ahmed (2018), "Making Bitcoin Legal", for the ordered queue.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from amparo.ledger.taint.rule import FeePolicy, Funding, Moved

Intervals = tuple[tuple[int, int], ...]


class Queue(NamedTuple):
    """`length` satoshis in a row, of which `marked` are traced."""

    length: int
    marked: Intervals


def size(marks: Intervals) -> int:
    return sum(end - start for start, end in marks)


def joined(marks: Iterable[tuple[int, int]]) -> Intervals:
    """Sort, drop the empty, merge neighbours and overlaps."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(marks):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)


def in_order(inputs: Sequence[Funding[Intervals]]) -> Queue:
    """The inputs' satoshis, input after input."""
    marks: list[tuple[int, int]] = []
    at = 0
    for value, mark in inputs:
        marks.extend((at + start, at + end) for start, end in mark)
        at += value
    return Queue(at, joined(marks))


def turned(queue: Queue) -> Queue:
    """The same queue from its end to its head."""
    return Queue(queue.length, joined((queue.length - end, queue.length - start) for start, end in queue.marked))


def without_fee(queue: Queue, fee: int, policy: FeePolicy) -> Queue:
    """Take `fee` satoshis out of the queue; the rest closes up."""
    left = queue.length - fee
    if policy is FeePolicy.FIRST:
        return Queue(left, joined((max(start - fee, 0), max(end - fee, 0)) for start, end in queue.marked))
    if policy is FeePolicy.PRORATA and queue.length:
        # Running length P shrinks to floor(P * left / length), so every satoshi is either kept or fee.
        kept = ((start * left // queue.length, end * left // queue.length) for start, end in queue.marked)
        return Queue(left, joined(kept))
    return Queue(left, joined((min(start, left), min(end, left)) for start, end in queue.marked))


def cut(queue: Queue, outputs: Iterable[int]) -> tuple[Intervals, ...]:
    """Deal the queue out: each output takes the next satoshis; positions count from the output's own start."""
    found: list[Intervals] = []
    at, first = 0, 0
    marks = queue.marked
    for value in outputs:
        end = at + value
        while first < len(marks) and marks[first][1] <= at:
            first += 1
        part, number = [], first
        while number < len(marks) and marks[number][0] < end:
            part.append((max(marks[number][0], at) - at, min(marks[number][1], end) - at))
            number += 1
        found.append(joined(part))
        at = end
    return tuple(found)


class OrderedRule:
    """Base of fifo, lifo and tiho, which differ in the queue they form and the order outputs take from it."""

    conserves = True
    clean: Intervals = ()

    def queue(self, inputs: Sequence[Funding[Intervals]]) -> Queue:
        return in_order(inputs)

    def order(self, outputs: Sequence[int]) -> Sequence[int]:
        """Numbers of the outputs in the order in which they take from the queue."""
        return range(len(outputs))

    def claim(self, value: int, amount: int) -> Intervals:
        """A part is claimed from the output's first satoshi on."""
        return joined([(0, min(amount, value))])

    def amount(self, mark: Intervals, value: int) -> int:
        return size(mark)

    def move(self, inputs: Sequence[Funding[Intervals]], outputs: Sequence[int], fee: FeePolicy) -> Moved[Intervals]:
        queue = self.queue(inputs)
        rest = without_fee(queue, queue.length - sum(outputs), fee)
        order = self.order(outputs)
        parts = cut(rest, (outputs[number] for number in order))
        found: list[Intervals] = [()] * len(outputs)
        for number, part in zip(order, parts, strict=True):
            found[number] = part
        return Moved(tuple(found), size(queue.marked) - sum(size(part) for part in parts))

    def merge(self, claimed: Intervals, arriving: Intervals, *, whole: bool) -> tuple[Intervals, int] | None:
        both = joined((*claimed, *arriving))
        return both, size(claimed) + size(arriving) - size(both)
