"""Cameras and places as observables: what tells one from another, and what does not."""

import pytest

from amparo.observables import KINDS, camera_value, extract_text, geo_value


@pytest.mark.parametrize(
    ("make", "model", "serial", "value"),
    [
        ("Canon", "Canon EOS 80D", "0123456789", "camera:canon/canon-eos-80d/0123456789"),
        (None, "Pixel 7", "AB12-34", "camera:pixel/pixel-7/ab12-34"),
        ("Nikon", "D750", "000000000", None),
        ("Nikon", "D750", "", None),
        ("Nikon", None, "6001234", None),
        ("Nikon", "D750", "unknown", None),
        ("كاميرا", "عين", "6001234", None),
    ],
)
def test_a_camera_has_a_model_and_a_number_of_its_own(make, model, serial, value) -> None:
    assert camera_value(make, model, serial) == value
    if value is not None:
        assert KINDS["camera"].normalise(value) == value
        assert KINDS["camera"].may_link(value)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ((-1.286389, 36.817223), "geo:-1.286,36.817"),
        ((-0.0001, 0.0001), "geo:0.000,0.000"),
        ((91.0, 0.0), None),
        ((float("nan"), 0.0), None),
    ],
)
def test_a_place_is_cut_to_about_a_street(place, value) -> None:
    assert geo_value(*place) == value
    if value is not None:
        assert KINDS["geo"].normalise(value) == value
    assert not KINDS["geo"].may_link("geo:0.000,0.000")


def test_both_are_found_in_text_and_nothing_like_them_in_words() -> None:
    text = "see geo:52.5163,13.3777 and camera:canon/eos-80d/0123456789, not geology:1,2 or camera:of/the"
    assert [each.value for each in extract_text(text)] == ["geo:52.516,13.378", "camera:canon/eos-80d/0123456789"]
