"""Receipt codes: what people type is what they meant."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.web.reports.codes import SIGNS, grouped, new_code, normalise_code, normalise_signs

CODE = "0123456789ABCDEFGHJK"


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("0123-4567-89AB-CDEF-GHJK", id="grouped"),
        pytest.param("o123 4567 89ab cdef ghjk", id="lower-case-o-for-zero"),
        pytest.param(" Oi23–4567—89aB cDef\tGHJK\n", id="i-for-one-long-dashes"),
        pytest.param("Ol23456789abcdefghjk", id="l-for-one"),
        pytest.param("٠١٢٣ ٤٥٦٧ ٨٩AB CDEF GHJK", id="arabic-digits"),
        pytest.param("۰۱۲۳۴۵۶۷۸۹ABCDEFGHJK", id="persian-digits"),
        pytest.param("０１２３４５６７８９ＡＢＣＤＥＦＧＨＪＫ", id="full-width"),
        pytest.param("\u200f0123456789ABCDEFGHJK\u200e", id="direction-marks"),
    ],
)
def test_every_honest_spelling_is_understood(typed):
    assert normalise_code(typed) == CODE


@pytest.mark.parametrize(
    "typed",
    ["", " ", CODE[:-1], CODE + "0", "U" * 20, "0123456789ABCDEFGHJ\x00", "ß" * 10, "a" * 100_000, "\ud800" * 20],
)
def test_what_cannot_be_a_code_is_none(typed):
    assert normalise_code(typed) is None


@settings(max_examples=50)
@given(st.text(SIGNS, min_size=20, max_size=20))
def test_grouping_and_reading_give_the_code_back(code):
    assert normalise_code(grouped(code).lower()) == code


def test_new_codes_are_codes_and_differ():
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(normalise_code(code) == code for code in codes)


def test_last_four_signs_alone_are_normalised_too():
    assert normalise_signs(" gh-jk") == "GHJK"
    assert normalise_signs("u") is None
