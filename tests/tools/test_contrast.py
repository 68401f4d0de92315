"""The colour tokens: enough contrast in light and dark, and no colour named anywhere else."""

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parents[2] / "src" / "amparo" / "web" / "static" / "amparo"


@pytest.fixture(scope="module")
def contrast(tool):
    return tool("contrast")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        pytest.param("#000000", "#ffffff", 21.0, id="black-on-white"),
        pytest.param("#777777", "#ffffff", 4.48, id="the-grey-that-just-fails-AA"),
        pytest.param("#123456", "#123456", 1.0, id="same"),
    ],
)
def test_ratio_by_hand(contrast, one, other, expected):
    assert contrast.ratio(one, other) == pytest.approx(expected, abs=0.01)
    assert contrast.ratio(other, one) == contrast.ratio(one, other)


def test_every_pair_has_enough_contrast_in_both_modes(contrast):
    measured = list(contrast.measure((STATIC / "tokens.css").read_text()))
    assert {each.mode for each in measured} == {"light", "dark"}
    assert [each for each in measured if not each.enough] == []


def test_dark_mode_changes_every_colour_but_the_deliberate_ones(contrast):
    colours = contrast.tokens((STATIC / "tokens.css").read_text())
    same = {name for name, value in colours["light"].items() if colours["dark"][name] == value}
    assert same == {"band-ink", "brand-ink", "focus-band"}


def test_a_weak_pair_is_noticed(contrast):
    css = (STATIC / "tokens.css").read_text().replace("--muted: #43515a", "--muted: #99a1a5")
    low = [each for each in contrast.measure(css) if not each.enough]
    assert {(each.mode, each.text) for each in low} == {("light", "muted")}


@pytest.mark.parametrize(("colour", "fits"), [("#0b4a57", True), ("#3a86ff", False), ("#ffffff", False)])
def test_an_agency_gets_only_a_readable_action_colour(contrast, colour, fits):
    assert contrast.fits_as_action(colour, (STATIC / "tokens.css").read_text()) is fits


def test_a_colour_of_another_form_is_refused(contrast):
    with pytest.raises(ValueError, match="#rrggbb"):
        contrast.luminance("red")


@pytest.mark.parametrize("sheet", ["base.css", "portal.css", "desk.css"])
def test_sheets_name_no_colour_and_no_physical_side(sheet):
    css = re.sub(r"/\*.*?\*/", "", (STATIC / sheet).read_text(), flags=re.S)
    # White under QR codes and black on white paper are meant as such.
    named = re.findall(r"#[0-9a-f]{3,8}\b", css.replace("#fff;", "").replace("#000;", ""))
    assert named == []
    physical = re.findall(
        r"\b(?:margin|padding|border)-(?:left|right|top|bottom)\b|[{;]\s*(?:left|right|top|bottom):", css
    )
    assert physical == []


@pytest.mark.parametrize("sheet", ["base.css", "portal.css", "desk.css"])
def test_sheets_use_only_tokens_that_exist(sheet):
    known = set(re.findall(r"(--[a-z0-9-]+):", (STATIC / "tokens.css").read_text()))
    assert set(re.findall(r"var\((--[a-z0-9-]+)\)", (STATIC / sheet).read_text())) <= known
