"""The order of pictures two videos share: worked by hand, then laws."""

from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.media.video.order import Pair, Segment, chains, segments


def pair(query: int, time: float, bank: float, distance: int = 0) -> Pair:
    return Pair(query, time, time, bank, bank, distance)


def test_one_stretch_is_found_whole() -> None:
    found = chains([pair(number, 10.0 + number, 3.0 + number) for number in range(5)])
    assert [len(chain.pairs) for chain in found] == [5]
    assert segments(found) == (Segment(10.0, 14.0, 3.0, 7.0, 5),)


def test_sampling_at_other_moments_is_still_one_stretch() -> None:
    found = chains([pair(number, number + 0.4 * (number % 2), number + 0.9) for number in range(6)])
    assert [chain.weight for chain in found] == [6]


def test_a_video_cut_anew_is_two_stretches() -> None:
    first = [pair(number, float(number), 20.0 + number) for number in range(4)]
    second = [pair(4 + number, 4.0 + number, float(number)) for number in range(3)]
    assert segments(chains(first + second)) == (Segment(0.0, 3.0, 20.0, 23.0, 4), Segment(4.0, 6.0, 0.0, 2.0, 3))


def test_a_stretch_with_a_long_gap_is_told_as_two() -> None:
    found = chains([pair(0, 0.0, 5.0), pair(1, 1.0, 6.0), pair(2, 60.0, 65.0), pair(3, 61.0, 66.0)])
    assert len(found) == 1
    assert [each.frames for each in segments(found)] == [2, 2]


def test_backwards_is_no_order() -> None:
    found = chains([pair(number, float(number), 20.0 - 3 * number) for number in range(6)])
    assert [chain.weight for chain in found] == [1]


def test_one_picture_that_is_like_all_of_a_video_weighs_one() -> None:
    found = chains([pair(0, 5.0, float(second)) for second in range(30)])
    assert [chain.weight for chain in found] == [1]


def test_a_still_scene_agrees_wherever_it_lasts() -> None:
    still = Pair(0, 0.0, 20.0, 7.0, 7.0, 2)
    found = chains([still, *(pair(number, 20.0 + number, 12.0 + number) for number in range(1, 4))])
    assert len(found[0].pairs) == 4


pairs = st.lists(
    st.builds(
        lambda query, bank, distance: pair(query, float(query), bank / 2, distance),
        st.integers(0, 20), st.integers(0, 60), st.integers(0, 31),
    ),
    min_size=1,
    max_size=60,
)  # fmt: skip


@given(pairs)
@settings(max_examples=60)
def test_chains_never_run_backwards_nor_use_a_picture_twice(some: list[Pair]) -> None:
    found = chains(some)
    used = [each.query for chain in found for each in chain.pairs]
    assert len(used) == len(set(used))
    for chain in found:
        times = [(each.time, each.bank_time) for each in chain.pairs]
        assert times == sorted(times)
        assert [bank for _, bank in times] == sorted(bank for _, bank in times)
        assert {each.bank_time for each in chain.pairs} <= chain.bank_times
    assert sum(each.frames for each in segments(found)) == len(used)


@given(st.integers(3, 40), st.integers(-100, 100))
@settings(max_examples=30)
def test_a_shifted_copy_is_one_chain(length: int, shift: int) -> None:
    copy = [pair(number, 200.0 + number, 200.0 + number + shift) for number in range(length)]
    assert [chain.weight for chain in chains(copy)] == [length]
