"""Dice give the same choices for ever: these numbers may never change, or old exercises can't be made again."""

from collections import Counter

from amparo.academy.worlds.dice import Dice


def test_frozen_words() -> None:
    dice = Dice(1, "chain")
    assert [dice.below(1000) for _ in range(5)] == [58, 798, 427, 270, 989]


def test_streams_are_independent_of_use() -> None:
    used, fresh = Dice(7), Dice(7)
    used.data(100)
    assert used.stream("a").word() == fresh.stream("a").word() != fresh.stream("b").word()


def test_below_is_even() -> None:
    dice = Dice(3)
    counts = Counter(dice.below(6) for _ in range(6000))
    assert set(counts) == set(range(6))
    assert all(850 < count < 1150 for count in counts.values())


def test_take_gives_different_things() -> None:
    assert len(set(Dice(1).take(range(10), 10))) == 10
