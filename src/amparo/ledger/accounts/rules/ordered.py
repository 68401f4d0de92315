"""Rules that keep to exact units: fifo, lifo, tiho and libr, on purses with a balance.

fifo: what came in first goes out first (Clayton's case, 1816). lifo: what came in last goes out first; the order of
the units turns round as they leave. tiho: traced units go out first. libr: untraced units go out first, so what
stays traceable is never more than the lowest balance since it came in: the lowest intermediate balance rule
(Re Hallett's Estate, 1880; James Roscoe (Bolton) Ltd v Winder, 1915).

Units:   the asset's smallest; runs of equal units are kept, neighbours merged.
Error:   none; every unit is followed.
Meaning: accounting conventions, not proof of who controls an account.
"""

from collections import deque
from collections.abc import Sequence

from amparo.base import gettext_noop
from amparo.ledger.taint.intervals import Intervals, joined, size


class _Runs:
    """A queue as runs [length, traced or not], oldest first."""

    def __init__(self, clean: int) -> None:
        self.length = clean
        self.traced = 0
        self.runs: deque[list[int]] = deque([[clean, 0]] if clean else [])

    def put(self, amount: int, mark: Intervals) -> None:
        at = 0
        for start, end in mark:
            self._push(start - at, 0)
            self._push(end - start, 1)
            at = end
        self._push(amount - at, 0)

    def _push(self, amount: int, traced: int) -> None:
        if not amount:
            return
        if self.runs and self.runs[-1][1] == traced:
            self.runs[-1][0] += amount
        else:
            self.runs.append([amount, traced])
        self.length += amount
        self.traced += amount if traced else 0

    def claim_all(self) -> None:
        self.runs = deque([[self.length, 1]] if self.length else [])
        self.traced = self.length

    def take(self, amount: int) -> Intervals:
        """From the oldest run on."""
        return self._take(amount, 0)

    def _take(self, amount: int, end: int) -> Intervals:
        """Runs from one end (0 oldest, -1 newest): the first unit to leave is the transfer's first."""
        found: list[tuple[int, int]] = []
        at = 0
        while at < amount:
            run = self.runs[end]
            part = min(run[0], amount - at)
            if run[1]:
                found.append((at, at + part))
                self.traced -= part
            at += part
            run[0] -= part
            if not run[0]:
                self.runs.pop() if end else self.runs.popleft()
        self.length -= amount
        return tuple(found)


class _Newest(_Runs):
    def take(self, amount: int) -> Intervals:
        return self._take(amount, -1)


class _Pot:
    """A queue in which only numbers count: traced and untraced units, one of them going first."""

    def __init__(self, clean: int, *, traced_first: bool) -> None:
        self.length = clean
        self.traced = 0
        self.traced_first = traced_first

    def put(self, amount: int, mark: Intervals) -> None:
        self.length += amount
        self.traced += size(mark)

    def claim_all(self) -> None:
        self.traced = self.length

    def take(self, amount: int) -> Intervals:
        if self.traced_first:
            gone = min(amount, self.traced)
            mark = (0, gone)
        else:
            gone = max(0, amount - (self.length - self.traced))
            mark = (amount - gone, amount)
        self.length -= amount
        self.traced -= gone
        return (mark,) if gone else ()


class _Ordered:
    """What the four rules share: marks are sorted, disjoint intervals of a transfer's units."""

    conserves = True
    clean: Intervals = ()

    def claim(self, amount: int, claimed: int) -> Intervals:
        return joined([(0, min(claimed, amount))])

    def size(self, mark: Intervals, amount: int) -> int:
        return size(mark)

    def split(self, mark: Intervals, lengths: Sequence[int]) -> list[Intervals]:
        found, at = [], 0
        for length in lengths:
            end = at + length
            found.append(joined((max(a, at) - at, min(b, end) - at) for a, b in mark if a < end and b > at))
            at = end
        return found

    def gather(self, parts: Sequence[tuple[int, Intervals]]) -> Intervals:
        found: list[tuple[int, int]] = []
        at = 0
        for length, mark in parts:
            found.extend((at + a, at + b) for a, b in mark)
            at += length
        return joined(found)

    def convert(self, mark: Intervals, before: int, after: int) -> Intervals:
        return joined((a * after // before, b * after // before) for a, b in mark)

    def merge(
        self, claimed: Intervals, arriving: Intervals, amount: int, *, whole: bool
    ) -> tuple[Intervals, int] | None:
        return self.overlay(claimed, arriving, amount)

    def overlay(self, first: Intervals, second: Intervals, amount: int) -> tuple[Intervals, int]:
        both = joined((*first, *second))
        return both, size(first) + size(second) - size(both)


class Fifo(_Ordered):
    name = "fifo"
    meaning = gettext_noop("First in, first out: the money that came into an account first is the first to leave it.")
    legal = gettext_noop("The order of Clayton's case (1816), used for mixed running accounts in common-law courts.")

    def examples(self) -> tuple[dict[str, object], ...]:
        return ({"balance": 5, "in": (3, 3), "out": (6,), "traced": (1,)},)

    def queue(self, clean: int) -> _Runs:
        return _Runs(clean)


class Lifo(_Ordered):
    name = "lifo"
    meaning = gettext_noop("Last in, first out: the money that came into an account last is the first to leave it.")
    legal = gettext_noop("The reverse order; shown so that the effect of the order on the result can be seen.")

    def examples(self) -> tuple[dict[str, object], ...]:
        return ({"balance": 5, "in": (3, 3), "out": (2,), "traced": (2,)},)

    def queue(self, clean: int) -> _Newest:
        return _Newest(clean)


class Tiho(_Ordered):
    name = "tiho"
    meaning = gettext_noop("Taint in, highest out: traced money leaves an account before any other.")
    legal = gettext_noop("An investigator's assumption: money that was stolen is moved on first.")

    def examples(self) -> tuple[dict[str, object], ...]:
        return ({"balance": 5, "in": (3, 3), "out": (2,), "traced": (2,)},)

    def queue(self, clean: int) -> _Pot:
        return _Pot(clean, traced_first=True)


class LowestBalance(_Ordered):
    name = "libr"
    meaning = gettext_noop(
        "Lowest intermediate balance: other money leaves an account first, so at most its lowest balance stays traced."
    )
    legal = gettext_noop(
        "Re Hallett's Estate (1880) and Roscoe v Winder (1915): a holder spends his own first, and later deposits do "
        "not restore what was spent."
    )

    def examples(self) -> tuple[dict[str, object], ...]:
        return ({"balance": 5, "in": (3, 3), "out": (6,), "traced": (1,)},)

    def queue(self, clean: int) -> _Pot:
        return _Pot(clean, traced_first=False)
