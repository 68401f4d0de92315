"""Amounts and dates as statements write them: worked cases, then round trips."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.ledger.statements.errors import UnknownCurrency, UnknownZone
from amparo.ledger.statements.money import BadAmount, Style, digits_of, shown, units
from amparo.ledger.statements.times import BadTime, Moment, read_iso, read_moment, zone_named

EUROPE, UK, FRANCE, SWISS = Style(",", "."), Style(".", ","), Style(",", " "), Style(".", "'")


@pytest.mark.parametrize(
    ("text", "style", "digits", "expected"),
    [
        pytest.param("1.234,56", EUROPE, 2, 123456, id="european"),
        pytest.param("1,234.56", UK, 2, 123456, id="uk"),
        pytest.param("1 234,56", FRANCE, 2, 123456, id="blank"),
        pytest.param("1\u202f234,56", FRANCE, 2, 123456, id="narrow-blank"),
        pytest.param("1\u00a0234\u00a0567,5", FRANCE, 2, 123456750, id="hard-blank"),
        pytest.param("1’234.50", SWISS, 2, 123450, id="swiss"),
        pytest.param("12,34,567.89", Style(".", ",", indian=True), 2, 123456789, id="indian"),
        pytest.param("-0,05", EUROPE, 2, -5, id="minus"),
        pytest.param("850,00-", EUROPE, 2, -85000, id="minus-behind"),
        pytest.param("(12.00)", UK, 2, -1200, id="brackets"),
        pytest.param("\u2212" + "3.10", UK, 2, -310, id="unicode-minus"),
        pytest.param("1500", UK, 0, 1500, id="no-decimals"),
        pytest.param("1.500", UK, 3, 1500, id="three-decimals"),
        pytest.param("5.0000", UK, 2, 500, id="idle-zeros"),
    ],
)
def test_amounts(text: str, style: Style, digits: int, expected: int) -> None:
    assert units(text, style, digits) == expected


@pytest.mark.parametrize(
    ("text", "style", "why"),
    [
        pytest.param("1,234.56", EUROPE, "bad-grouping", id="uk-in-a-european-file"),
        pytest.param("1.234,56", UK, "bad-grouping", id="european-in-a-uk-file"),
        pytest.param("12,34", UK, "bad-grouping", id="two-digit-group"),
        pytest.param("1,2345", UK, "bad-grouping", id="four-digit-group"),
        pytest.param("1.005", UK, "too-precise", id="half-a-cent"),
        pytest.param("1e5", UK, "bad-amount", id="exponent"),
        pytest.param("", UK, "bad-amount", id="empty"),
        pytest.param("--1", UK, "bad-amount", id="two-signs"),
        pytest.param("١٢", UK, "bad-amount", id="other-digits"),
        pytest.param("9" * 500, UK, "bad-amount", id="endless"),
        pytest.param("nan", UK, "bad-amount", id="nan"),
    ],
)
def test_amounts_that_are_none_in_the_style(text: str, style: Style, why: str) -> None:
    with pytest.raises(BadAmount) as caught:
        units(text, style, 2)
    assert caught.value.why == why


STYLES = st.sampled_from([EUROPE, UK, FRANCE, SWISS, Style("."), Style(",")])


@given(st.integers(-(10**20), 10**20), STYLES, st.integers(0, 3))
@settings(max_examples=80)
def test_what_is_written_reads_back(amount: int, style: Style, digits: int) -> None:
    whole, _, rest = shown(abs(amount), digits).partition(".")
    grouped = f"{int(whole):,}".replace(",", style.thousands)
    text = ("-" if amount < 0 else "") + grouped + (style.decimal + rest if rest else "")
    assert units(text, style, digits) == amount


def test_currencies_have_their_own_smallest_unit() -> None:
    assert [digits_of(code) for code in ("EUR", "UGX", "TND", "XOF", "BTC")] == [2, 0, 3, 0, 8]
    with pytest.raises(UnknownCurrency):
        digits_of("DEM")


def test_dates_are_read_by_the_profiles_formats_only() -> None:
    assert read_moment("01/02/2026", ("%d/%m/%Y",), UTC).time == int(datetime(2026, 2, 1, tzinfo=UTC).timestamp())
    assert read_moment("01/02/2026", ("%m/%d/%Y",), UTC).time == int(datetime(2026, 1, 2, tzinfo=UTC).timestamp())
    for text in ("31/02/2026", "2026-02-01", "01/02/26", "01/02/2026 x", "01/02/1026", ""):
        with pytest.raises(BadTime):
            read_moment(text, ("%d/%m/%Y",), UTC)


def test_times_are_of_the_profiles_zone_and_dates_are_not_precise() -> None:
    nairobi = zone_named("Africa/Nairobi")
    assert read_moment("2026-02-03 12:15:30", ("%Y-%m-%d %H:%M:%S",), nairobi) == Moment(1770110130, True)
    assert read_iso("2026-02-03T12:15:30+03:00") == Moment(1770110130, True)
    assert read_iso("2026-02-03") == Moment(1770076800, False)
    assert zone_named("+03:00").utcoffset(None) == nairobi.utcoffset(datetime(2026, 1, 1, tzinfo=UTC))
    for name in ("Mars/Base", "../etc/passwd", "+99:00", ""):
        with pytest.raises(UnknownZone):
            zone_named(name)


@given(st.dates(date(1971, 1, 1), date(2100, 12, 31)), st.sampled_from(["%d.%m.%Y", "%m/%d/%Y", "%Y-%m-%d"]))
@settings(max_examples=40)
def test_every_day_reads_back(day: date, form: str) -> None:
    found = read_moment(day.strftime(form), (form,), UTC)
    assert datetime.fromtimestamp(found.time, UTC).date() == day
