"""Rules without an order: haircut (in proportion) and poison (any traced money marks all), on purses.

Units:   the asset's smallest.
Error:   haircut rounds to the nearest unit at each transfer, half up; totals are conserved. Poison conserves nothing.
Meaning: accounting conventions, not proof of who controls an account.
Source:  Moeser, Boehme, Breuker (2014), doi 10.1007/978-3-662-44774-1_2; the rounding is that of taint.haircut.
"""

from collections.abc import Sequence

from amparo.base import gettext_noop


class _Share:
    def __init__(self, clean: int) -> None:
        self.length = clean
        self.traced = 0

    def put(self, amount: int, mark: int) -> None:
        self.length += amount
        self.traced += mark

    def claim_all(self) -> None:
        self.traced = self.length

    def take(self, amount: int) -> int:
        if not amount:
            return 0
        gone = (2 * self.traced * amount + self.length) // (2 * self.length)
        self.length -= amount
        self.traced -= gone
        return gone


class Haircut:
    name = "haircut"
    meaning = gettext_noop(
        "In proportion: every payment carries the same fraction of traced money as the balance does."
    )
    legal = gettext_noop("Sharing in proportion (pari passu), used where claimants to a mixed fund rank equally.")
    conserves = True
    clean = 0

    def examples(self) -> tuple[dict[str, object], ...]:
        return ({"balance": 5, "in": (5, 5), "out": (4,), "traced": (2,)},)

    def queue(self, clean: int) -> _Share:
        return _Share(clean)

    def claim(self, amount: int, claimed: int) -> int:
        return min(amount, claimed)

    def size(self, mark: int, amount: int) -> int:
        return mark

    def split(self, mark: int, lengths: Sequence[int]) -> list[int]:
        """Running sums rounded down, so that the parts add up."""
        total, at, given, found = sum(lengths), 0, 0, []
        for length in lengths:
            at += length
            part = mark * at // total - given if total else 0
            found.append(part)
            given += part
        return found

    def gather(self, parts: Sequence[tuple[int, int]]) -> int:
        return sum(mark for _, mark in parts)

    def convert(self, mark: int, before: int, after: int) -> int:
        return mark * after // before

    def merge(self, claimed: int, arriving: int, amount: int, *, whole: bool) -> tuple[int, int] | None:
        """Nobody can say which part of a transfer that is claimed in part arrives traced: refuse."""
        return (claimed, arriving) if whole or not arriving else None

    def overlay(self, first: int, second: int, amount: int) -> tuple[int, int]:
        both = min(amount, first + second)
        return both, first + second - both


class _Stain:
    def __init__(self, clean: int) -> None:
        self.length = clean
        self.stained = False

    @property
    def traced(self) -> int:
        return self.length if self.stained else 0

    def put(self, amount: int, mark: bool) -> None:
        self.length += amount
        self.stained = self.stained or (mark and amount > 0)

    def claim_all(self) -> None:
        self.stained = self.length > 0

    def take(self, amount: int) -> bool:
        taken = self.stained and amount > 0
        self.length -= amount
        self.stained = self.stained and self.length > 0  # an empty account holds nothing traced
        return taken


class Poison:
    name = "poison"
    meaning = gettext_noop("Reach only: every payment from an account that any traced money reached counts in full.")
    legal = gettext_noop("An outer bound for searching; its sums exceed what was lost and are no measure of it.")
    conserves = False
    clean = False

    def examples(self) -> tuple[dict[str, object], ...]:
        return ({"balance": 5, "in": (3, 3), "out": (2,), "traced": (2,)},)

    def queue(self, clean: int) -> _Stain:
        return _Stain(clean)

    def claim(self, amount: int, claimed: int) -> bool:
        return claimed > 0

    def size(self, mark: bool, amount: int) -> int:
        return amount if mark else 0

    def split(self, mark: bool, lengths: Sequence[int]) -> list[bool]:
        return [mark and length > 0 for length in lengths]

    def gather(self, parts: Sequence[tuple[int, bool]]) -> bool:
        return any(mark for _, mark in parts)

    def convert(self, mark: bool, before: int, after: int) -> bool:
        return mark and after > 0

    def merge(self, claimed: bool, arriving: bool, amount: int, *, whole: bool) -> tuple[bool, int] | None:
        return claimed or arriving, 0

    def overlay(self, first: bool, second: bool, amount: int) -> tuple[bool, int]:
        return first or second, 0
