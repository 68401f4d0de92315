"""A digest listed twice with two labels is a conflict; one that says nothing disagrees with nobody."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.media import Entry, build_index, conflicts
from amparo.media.conflicts import conflicts_in


def md5(number: int) -> str:
    return f"{number:032x}"


def test_a_worked_example(tmp_path: Path) -> None:
    entries = [
        Entry(1, {"md5": md5(1), "sha1": "a" * 40}, "1"),
        Entry(2, {"md5": md5(2)}, "1"),
        Entry(3, {"md5": md5(1), "sha1": "a" * 40}, "2"),  # the same two entries by both digests: one conflict
        Entry(4, {"md5": md5(2)}, None),
        Entry(5, {"md5": md5(3)}, "1"),
        Entry(6, {"md5": md5(3)}, "1"),
        Entry(7, {"pdq": "0" * 64}, "1"),
        Entry(8, {"pdq": "0" * 64}, "2"),  # pictures may look alike
    ]
    build_index(entries, tmp_path / "index", {})
    found = conflicts_in(tmp_path / "index")
    assert found == (1, [{"signal": "sha1", "digest": "a" * 40, "labels": ["1", "2"]}])


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from([None, "1", "2"])), min_size=1, max_size=20), st.data())
def test_as_many_as_a_plain_count(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, str | None]], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("lists") / "index"
    build_index([Entry(number, {"md5": md5(value)}, label) for number, (value, label) in enumerate(rows)], folder, {})
    labels: dict[int, set[str]] = {}
    for value, label in rows:
        labels.setdefault(value, set()).update([label] if label else [])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conflicts, "_ROWS", data.draw(st.integers(1, 5)))
        assert conflicts_in(folder, most=1).groups == sum(len(each) > 1 for each in labels.values())
