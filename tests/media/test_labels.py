"""Label sets and category maps: what comes with Amparo is sound, a unit's own replaces it, and mistakes are named."""

from pathlib import Path

import pytest

from amparo.media.labels import TITLES, NoLabelSet, category_maps, label_sets, load_labels

GOOD = 'name = "own"\n[[label]]\nkey = "1"\ncode = "x"\ntitle = "X"\nseverity = 3\n'


def test_what_comes_with_amparo_is_sound_and_can_be_translated() -> None:
    loaded = load_labels()
    assert {"inhope-style", "uk-abc", "national"} <= set(loaded.sets)
    assert {"Default", "US", "UK"} <= set(loaded.maps)
    assert {label.title for each in loaded.sets.values() for label in each.labels} == TITLES
    for each in loaded.sets.values():
        assert {label.severity for label in each.labels} >= {0, 3}


def test_keys_and_codes_find_labels() -> None:
    uk = label_sets()["uk-abc"]
    assert [uk.by_key(key).code for key in "123"] == ["a", "b", "c"]  # type: ignore[union-attr]
    assert uk.by_key("9") is None
    assert uk.by_code("zzz") is None
    maps = category_maps()
    assert maps["UK"].code("2") == "b"
    assert maps["US"].code("0") is None  # nought is a category that the map says nothing of
    assert maps["US"].code(None) is None


def test_a_units_own_set_replaces_ours_by_name(tmp_path: Path) -> None:
    (tmp_path / "sets").mkdir()
    (tmp_path / "sets" / "any.toml").write_text(GOOD.replace("own", "national"), encoding="utf-8")
    sets = label_sets(tmp_path)
    assert [label.code for label in sets["national"].labels] == ["x"]
    assert sets["uk-abc"] == label_sets()["uk-abc"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x", "Expected"),
        ("", "label"),
        ('name = "own"\nlabel = []\n', "no label"),
        (GOOD.replace('"1"', '"10"'), "none of 1 to 9"),
        (GOOD.replace("severity = 3", "severity = 4"), "severity"),
        (GOOD.replace("severity = 3", "severity = true"), "severity"),
        (GOOD.replace('"x"', '"X y"'), "code"),
        (GOOD.replace('"X"', '""'), "title"),
        (GOOD.replace('"own"', "3"), "name"),
        (GOOD + GOOD.split("\n", 1)[1], "two labels have the key"),
        (GOOD + GOOD.split("\n", 1)[1].replace('"1"', '"2"'), "two labels have the code"),
        ("label = 3\n", "not iterable"),
    ],
)
def test_a_mistake_names_the_file(text: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "sets").mkdir()
    (tmp_path / "sets" / "own.toml").write_text(text, encoding="utf-8")
    with pytest.raises(NoLabelSet, match=why) as caught:
        label_sets(tmp_path)
    assert caught.value.facts["file"] == "own.toml"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('profile = "FR"\nset = "nowhere"\n[category]\n1 = "a"\n', "no label set nowhere"),
        ('profile = "FR"\nset = "uk-abc"\n[category]\n1 = "z"\n', "no label z"),
        ('profile = 3\nset = "uk-abc"\n[category]\n', "profile"),
    ],
)
def test_a_map_that_fits_no_set_is_refused(text: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps" / "fr.toml").write_text(text, encoding="utf-8")
    with pytest.raises(NoLabelSet, match=why):
        load_labels(tmp_path)
