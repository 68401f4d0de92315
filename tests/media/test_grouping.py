"""Groups of pictures: by hand first, then the laws, then the bridge in all its variants."""

import csv
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.media.grouping import group_alike

ZERO = "0" * 64


def with_bits(count: int, start: int = 0) -> str:
    """A hash that differs from ZERO in `count` bits from `start` on."""
    return f"{((1 << count) - 1) << start:064x}"


def test_by_hand() -> None:
    near, far = with_bits(31), with_bits(32)
    assert group_alike([[ZERO], [far], [near]]) == [0, 1, 0]
    assert group_alike([[near], [far], [ZERO]]) == [0, 0, 0]  # far lies 1 bit from near


def test_a_chain_does_not_hold_together() -> None:
    """0 - 20 - 40 bits: the ends differ by 40, and the first is the one that is looked at."""
    assert group_alike([[ZERO], [with_bits(20)], [with_bits(40)]]) == [0, 0, 2]
    assert group_alike([[with_bits(20)], [ZERO], [with_bits(40)]]) == [0, 0, 0]


def test_a_turned_picture_joins_by_its_other_ways() -> None:
    turned = with_bits(128)
    assert group_alike([[ZERO, turned], [turned]]) == [0, 0]
    assert group_alike([[ZERO], [turned]]) == [0, 1]


def test_without_a_hash_it_stays_alone() -> None:
    assert group_alike([[], [ZERO], [], [ZERO]]) == [0, 1, 2, 1]
    assert group_alike([]) == []


def test_a_group_has_a_limit() -> None:
    assert group_alike([[ZERO]] * 5, max_group=2) == [0, 0, 2, 2, 4]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 60).map(with_bits), max_size=30))
def test_every_member_lies_near_its_leader_and_leaders_lead_themselves(hashes: list[str]) -> None:
    leaders = group_alike([[each] for each in hashes])
    for number, leader in enumerate(leaders):
        assert leader <= number
        assert leaders[leader] == leader
        assert (int(hashes[number], 16) ^ int(hashes[leader], 16)).bit_count() <= 31
    led = [number for number, leader in enumerate(leaders) if number == leader]
    for one in led:
        assert all((int(hashes[one], 16) ^ int(hashes[two], 16)).bit_count() > 31 for two in led if two != one)


def test_the_bridge_and_its_turned_copies_are_one_group(shared: Path) -> None:
    with (shared / "pdq" / "vectors" / "golden-pdqhash-0.2.8.csv").open(newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if int(row["quality"]) >= 50]
    ways = ["pdq", *(name for name in rows[0] if name.startswith("dih_"))]
    leaders = group_alike([[row[way] for way in ways if row[way]] for row in rows])
    bridge = next(number for number, row in enumerate(rows) if row["path"].endswith("aaa-orig.jpg"))
    together = {rows[number]["path"] for number, leader in enumerate(leaders) if leader == leaders[bridge]}
    assert len([path for path in together if "/bridge-mods/" in f"/{path}"]) >= 8
    assert len([path for path in together if "/dih/" in f"/{path}"]) == 8
    assert not [path for path in together if "labelme" in path]
