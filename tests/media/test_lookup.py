"""Hashes that somebody else made, looked up: the strongest signal first, nothing lost beside a cap."""

from pathlib import Path

import pytest

from amparo.media import Entry, Index, build_index
from amparo.media.lookup import Asked, Found, look_up

PDQ = "0f" * 32
SHA256, SHA1, MD5 = "a" * 64, "b" * 40, "c" * 32


def near(bits: int) -> str:
    """A PDQ hash that differs from PDQ in that many bits."""
    return f"{int(PDQ, 16) ^ ((1 << bits) - 1):064x}"


@pytest.fixture
def index(tmp_path: Path) -> Index:
    entries = [
        Entry(1, {"pdq": near(6)}),
        Entry(2, {"md5": MD5}),
        Entry(3, {"sha256": SHA256, "sha1": SHA1, "pdq": PDQ}),
        Entry(4, {"pdq": near(2)}),
        Entry(5, {"photodna": "00" * 144}),
    ]
    build_index(entries, tmp_path / "l", {"list": "l"})
    return Index.open(tmp_path / "l")


def plain(found: Found) -> tuple[int, str, int, int | None, tuple[str, ...]]:
    return found.entry.row, found.signal, found.distance, found.way, found.also


def test_the_strongest_first_and_each_entry_once(index: Index) -> None:
    asked = Asked({"sha256": SHA256, "sha1": SHA1, "md5": MD5, "photodna": "00" * 143 + "02"}, (near(40), PDQ))
    (answer,) = look_up([asked], {"l": index}, given_within=4)
    assert [plain(each) for each in answer.found] == [
        (3, "sha256", 0, None, ("sha1", "pdq")),
        (2, "md5", 0, None, ()),
        (4, "pdq", 2, 1, ()),
        (1, "pdq", 6, 1, ()),
        (5, "photodna", 4, None, ()),
    ]
    assert asked.count == 6


def test_answers_stand_in_the_order_of_what_was_asked(index: Index) -> None:
    asked = [Asked({"md5": MD5}), Asked(), Asked({}, (near(2),)), Asked({"md5": "d" * 32}), Asked({"sha1": SHA1})]
    rows = [[each.entry.row for each in answer.found] for answer in look_up(asked, {"l": index}, 0)]
    assert rows == [[2], [], [4], [], [3]]
    assert [len(each.found) for each in look_up(asked, {})] == [0] * 5
    assert look_up([], {"l": index}) == []


@pytest.mark.parametrize(("quality", "rows"), [(None, 3), (50, 3), (49, 0)])
def test_plain_pictures_are_not_compared(index: Index, quality: int | None, rows: int) -> None:
    (answer,) = look_up([Asked({}, (PDQ,), quality)], {"l": index})
    assert len(answer.found) == rows
    assert answer.notes == (() if rows else ("too-plain",))


def test_what_is_cut_is_said(index: Index, tmp_path: Path) -> None:
    (answer,) = look_up([Asked({"md5": MD5}, (PDQ,))], {"l": index}, cap=2)
    assert [each.entry.row for each in answer.found] == [2, 3]
    assert answer.notes == ("more-than-shown",)
    build_index([Entry(row, {"md5": MD5}) for row in range(1, 6)], tmp_path / "same", {"list": "same"})
    (answer,) = look_up([Asked({"md5": MD5})], {"same": Index.open(tmp_path / "same")}, cap=3)
    assert ([each.entry.row for each in answer.found], answer.notes) == ([1, 2, 3], ("more-than-shown",))


def test_what_lies_as_near_to_something_harmless_is_dropped(index: Index, tmp_path: Path) -> None:
    build_index([Entry(1, {"pdq": near(4)})], tmp_path / "n", {"list": "negative"})
    (answer,) = look_up([Asked({}, (near(4),))], {"l": index}, negative=Index.open(tmp_path / "n"))
    assert (answer.found, answer.notes) == ((), ("negative-bank",))
    (answer,) = look_up([Asked({}, (PDQ,))], {"l": index}, negative=Index.open(tmp_path / "n"))
    assert ([each.entry.row for each in answer.found], answer.notes) == ([3, 4], ("negative-bank",))
