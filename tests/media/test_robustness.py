"""The measured error: bounds by hand, a measurement of few pictures, and what this version says of itself."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from amparo.base import Blob, canonical_digest
from amparo.cli.root import amparo
from amparo.media.hashing import RULES
from amparo.media.robustness import find_table, known, known_error, measured, table_digest
from amparo.media.robustness.bounds import lower_bound, per_million, upper_bound
from amparo.media.robustness.made import made_flats, made_scenes
from amparo.media.robustness.measuring import measure
from amparo.media.robustness.page import markdown
from amparo.media.robustness.pairs import THRESHOLDS, Pairs
from amparo.media.robustness.transforms import TRANSFORMS
from amparo.media.signals.pdq import JPEG

PAGE = Path(__file__).resolve().parents[2] / "docs/reference/robustness.md"


@pytest.mark.parametrize(
    ("seen", "tries", "bound"),
    [
        # None of n: 1 - 0.05 ** (1 / n), about 3 / n. The others: published tables of Clopper and Pearson.
        (0, 10, 0.25887),
        (0, 1_000_000, 2.9957e-6),
        (1, 10, 0.39416),
        (5, 10, 0.77756),
        (10, 10, 1.0),
        (0, 0, 1.0),
    ],
)
def test_upper_bounds(seen: int, tries: int, bound: float) -> None:
    assert upper_bound(seen, tries) == pytest.approx(bound, rel=1e-4)


def test_nothing_seen_is_not_nothing() -> None:
    assert per_million(upper_bound(0, 1_000_000)) == 3
    assert lower_bound(10, 10) == pytest.approx(0.05 ** (1 / 10))
    with pytest.raises(ValueError, match="11 of 10"):
        upper_bound(11, 10)


@settings(max_examples=30)
@given(st.integers(0, 200), st.integers(0, 200))
def test_a_bound_lies_above_what_was_seen_and_rises_with_it(seen: int, more: int) -> None:
    tries = seen + more + 1
    assert seen / tries < upper_bound(seen, tries) <= upper_bound(seen + 1, tries) <= 1
    assert lower_bound(seen, tries) <= seen / tries


def test_pairs_by_hand() -> None:
    """Three pictures: the second is the first turned, the third is plain and lies 3 bits from the first."""
    zero, ones = bytes(32), b"\xff" * 32
    close = bytes(31) + b"\x07"
    pairs = Pairs([zero + ones * 7, ones * 8, close * 8], [80, 60, 30])
    assert pairs.comparable()["pairs"] == 1
    assert pairs.comparable()["nearest"] == 256  # of the second in all its ways to the first as it lies
    assert sum(pairs.comparable()["within"]) == 0
    bands = {(each["from"], each["to"]): each for each in pairs.bands()}
    assert (bands[25, 49]["pairs"], bands[25, 49]["within"]["15"], bands[25, 49]["pictures"]) == (2, 1, 1)
    assert [each["pairs"] for each in pairs.bands()] == [0, 2, 1, 0]


def test_made_pictures_are_the_same_each_time_and_differ_from_each_other() -> None:
    first, again = list(made_scenes(3, 7)), list(made_scenes(2, 7, 1))
    assert [each.tobytes() for each in first[1:]] == [each.tobytes() for each in again]
    assert len({each.tobytes() for each in (*first, *made_flats(3, 7), *made_scenes(1, 8))}) == 7


@pytest.mark.parametrize("transform", TRANSFORMS, ids=lambda each: each.name)
def test_a_transform_makes_a_picture_of_any_size(transform) -> None:
    for size in transform.examples():
        made = Image.open(io.BytesIO(transform.apply(Image.new("RGB", (size["width"], size["height"]), "teal"))))
        assert made.format == "JPEG"
        assert min(made.size) >= 8
    odd = Image.new("RGB", (9, 301), "teal")
    assert Image.open(io.BytesIO(transform.apply(odd))).mode == "RGB"


@pytest.fixture(scope="module")
def small() -> dict:
    return measure(scenes=2, pairs_only=3, flats=3, seed=5)


def test_a_small_measurement(small: dict) -> None:
    assert small["changed"] == 2
    assert small["pictures"] == {"made": 2, "made_flat": 3, "made_for_pairs": 3}
    assert set(small["transforms"]) == set(TRANSFORMS.names())
    again, mirrored = small["transforms"]["recompress-90"], small["transforms"]["mirror"]
    assert again["as_listed"]["31"] == again["copies"] == 2
    assert (mirrored["as_listed"]["47"], mirrored["in_all_ways"]["31"]) == (0, 2)
    assert small["transforms"]["screenshot"]["in_all_ways"]["31"] == 0
    for each in small["transforms"].values():
        for ways in ("as_listed", "in_all_ways"):
            counts = [each[ways][str(threshold)] for threshold in THRESHOLDS]
            assert counts == sorted(counts)
        assert all(each["in_all_ways"][key] >= each["as_listed"][key] for key in each["as_listed"])
    assert sum(band["pairs"] for band in small["quality_bands"]) == 8 * 7 // 2
    assert small["plain_copies"]["of"] == 2 * sum(each.plain for each in TRANSFORMS)
    assert small["decoders"] == [JPEG]


def test_the_same_pictures_give_the_same_measurement() -> None:
    one, two = (measure(scenes=1, pairs_only=1, seed=5) for _ in range(2))
    assert canonical_digest(one) == canonical_digest(two)
    assert canonical_digest(one) != canonical_digest(measure(scenes=1, pairs_only=1, seed=6))


def test_files_that_are_copies_or_no_pictures_are_counted_and_left_out() -> None:
    out = io.BytesIO()
    next(made_scenes(1, 9)).save(out, "PNG")
    blobs = [
        Blob.from_bytes(out.getvalue(), "a.png"),
        Blob.from_bytes(out.getvalue(), "b.png"),
        Blob.from_bytes(b"words", "notes.txt"),
        Blob.from_bytes(out.getvalue()[:200], "cut.png"),
    ]
    made = measure(blobs)
    assert made["pictures"] == {"files": 1}
    assert made["skipped"] == {"broken-picture": 1, "not-a-picture": 1, "same-file": 1}
    assert made["seed"] is None
    assert made["files"] is not None


def test_a_plain_picture_is_not_changed() -> None:
    out = io.BytesIO()
    Image.fromarray(np.full((64, 64, 3), 90, np.uint8)).save(out, "PNG")
    made = measure([Blob.from_bytes(out.getvalue(), "flat.png")])
    assert (made["changed"], made["pictures"]) == (0, {"files": 1, "too_plain": 1})
    assert made["different"]["pairs"] == 0
    assert "| Copy |" in markdown(made)


def test_the_command_writes_figures_and_page(tmp_path: Path) -> None:
    figures, page = tmp_path / "m.json", tmp_path / "m.md"
    options = ["--synthetic", "1", "--pairs", "1", "--out", str(figures), "--page", str(page), "--json"]
    run = CliRunner().invoke(amparo, ["media", "robustness", *options])
    assert run.exit_code == 0, run.output
    rows = [json.loads(line) for line in run.stdout.splitlines()]
    assert rows[0]["transform"] == "recompress-90"
    made = json.loads(figures.read_text())
    assert rows[-1]["digest"] == canonical_digest(made)
    assert page.read_text() == markdown(made)


def test_the_manual_holds_the_measurement_of_this_version() -> None:
    assert PAGE.read_text(encoding="utf-8") == markdown(measured())
    assert measured()["tool"].startswith("amparo ")
    assert measured()["kernel"] == f"amparo pdq, rules {RULES}"
    assert JPEG in measured()["decoders"]
    assert set(measured()["transforms"]) == set(TRANSFORMS.names())
    assert table_digest() in PAGE.read_text(encoding="utf-8")
    assert find_table(table_digest()) == measured()
    assert find_table("0" * 64) is None


def test_an_older_measurement_is_still_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "HERE", tmp_path)
    (tmp_path / "older").mkdir()
    (tmp_path / "older" / "one.json").write_text('{"format": 1}')
    assert find_table(canonical_digest({"format": 1})) == {"format": 1}


def test_what_a_finding_says() -> None:
    said = known_error(31)
    assert said is not None
    assert said.table == table_digest()
    assert said.found <= said.copies
    assert said.near <= said.pairs
    assert said.at_most >= 1
    assert known_error(64) is not None
    assert known_error(65) is None
    assert known_error(-1) is None
