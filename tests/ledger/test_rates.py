"""Rates: exact values by hand, missing days, both forms, files that are refused."""

from datetime import date, timedelta
from fractions import Fraction
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.ledger.rates import FiatValue, NoRate, Rates, _read, read_rates
from amparo.ledger.statements.errors import BadRate, NotRates, RatesClash, StatementUnreadable, UnknownCurrency

OWN = """day,asset,fiat,price,source
2026-02-02,BTC,USD,95123.455,Example Exchange close
2026-02-03,BTC,USD,96000,Example Exchange close
2026-02-03,USDT,KES,129.05,Example Bank
2026-02-06,BTC,USD,90000.01,Example Exchange close
"""
ECB = "Date,USD,JPY,TRY,\n2026-02-03,1.1837,N/A,51.2,\n2026-02-02,1.1800,181.5,51.1,\n"


def rates(folder: Path, text: str) -> Rates:
    path = folder / "rates.csv"
    path.write_text(text, encoding="utf-8")
    return read_rates(path)


def test_values_by_hand(tmp_path: Path) -> None:
    found = rates(tmp_path, OWN)
    value = found.value(150_000_000, 8, "BTC", "USD", date(2026, 2, 2))
    assert isinstance(value, FiatValue)
    # 1.5 x 95,123.455 = 142,685.1825
    assert (value.amount, value.text, value.days_back) == (14_268_518, "142685.18 USD", 0)
    assert (value.price, value.source, value.inverse) == ("95123.455", "Example Exchange close", False)
    assert (value.file, value.sha256) == ("rates.csv", sha256(OWN.encode()).hexdigest())
    tether = found.value(1_200_000_000, 6, "USDT", "KES", date(2026, 2, 3))
    assert isinstance(tether, FiatValue)
    assert tether.text == "154860.00 KES"


def test_half_a_cent_is_rounded_away_from_zero(tmp_path: Path) -> None:
    found = rates(tmp_path, "day,asset,fiat,price\n2026-02-02,X,EUR,0.005\n2026-02-02,Y,EUR,0.00499\n")
    values = [found.value(sign, 0, asset, "EUR", date(2026, 2, 2)) for sign, asset in ((1, "X"), (-1, "X"), (1, "Y"))]
    assert [each.amount for each in values if isinstance(each, FiatValue)] == [1, -1, 0]


def test_a_missing_day_takes_the_last_earlier_one_and_says_so(tmp_path: Path) -> None:
    found = rates(tmp_path, OWN)
    value = found.value(10**8, 8, "BTC", "USD", date(2026, 2, 5))
    assert isinstance(value, FiatValue)
    assert (value.rate_day, value.days_back, value.amount) == (date(2026, 2, 3), 2, 9_600_000)
    assert found.value(1, 8, "BTC", "USD", date(2026, 2, 5), days_back=1) == NoRate(
        "BTC", "USD", date(2026, 2, 5), date(2026, 2, 3)
    )
    assert found.value(1, 8, "BTC", "USD", date(2026, 2, 1)) == NoRate("BTC", "USD", date(2026, 2, 1), None)
    assert found.value(1, 8, "ETH", "USD", date(2026, 2, 3)) == NoRate("ETH", "USD", date(2026, 2, 3), None)


def test_the_central_banks_file_works_both_ways(tmp_path: Path) -> None:
    found = rates(tmp_path, ECB)
    assert found.pairs == (("EUR", "JPY"), ("EUR", "TRY"), ("EUR", "USD"))
    dollars = found.value(10_000, 2, "EUR", "USD", date(2026, 2, 3))
    euros = found.value(10_000, 2, "USD", "EUR", date(2026, 2, 3))
    yen = found.value(10_000, 2, "EUR", "JPY", date(2026, 2, 3))
    assert isinstance(dollars, FiatValue)
    assert isinstance(euros, FiatValue)
    assert isinstance(yen, FiatValue)
    assert (dollars.text, euros.text, euros.inverse) == ("118.37 USD", "84.48 EUR", True)
    assert (yen.text, yen.days_back) == ("18150 JPY", 1)
    assert "European Central Bank" in yen.source


@pytest.mark.parametrize(
    ("text", "error", "why"),
    [
        ("", NotRates, "first line"),
        ("a,b\n1,2\n", NotRates, "first line"),
        ("day,asset,fiat,price\n", NotRates, "no prices"),
        ("day,asset,fiat,price\n02/02/2026,X,EUR,1\n", BadRate, "Line 2"),
        ("day,asset,fiat,price\n2026-02-02,X,EUR,-1\n", BadRate, "positive"),
        ("day,asset,fiat,price\n2026-02-02,X,EUR,0.00\n", BadRate, "positive"),
        ("day,asset,fiat,price\n2026-02-02,X,EUR,1e3\n", BadRate, "positive"),
        ("day,asset,fiat,price\n2026-02-02,X,EUR,nan\n", BadRate, "positive"),
        ("day,asset,fiat,price\n2026-02-02,,EUR,1\n", BadRate, "asset"),
        ("day,asset,fiat,price\n2026-02-02,X,DEM,1\n", BadRate, "fiat"),
        ("day,asset,fiat,price\n2026-02-02,X,EUR,1\n2026-02-02,X,EUR,2\n", RatesClash, "line 2"),
        ("Date,USD\n2026-02-02,x\n", BadRate, "Line 2"),
    ],
)
def test_files_that_are_refused(tmp_path: Path, text: str, error: type[Exception], why: str) -> None:
    with pytest.raises(error, match=why):
        rates(tmp_path, text)


def test_the_same_price_twice_is_no_clash_and_a_missing_file_is_named(tmp_path: Path) -> None:
    found = rates(tmp_path, "day,asset,fiat,price\n2026-02-02,X,EUR,1\n2026-02-02,X,EUR,1.0\n")
    assert isinstance(found.value(1, 0, "X", "EUR", date(2026, 2, 2)), FiatValue)
    with pytest.raises(StatementUnreadable):
        read_rates(tmp_path / "none.csv")
    with pytest.raises(UnknownCurrency):
        rates(tmp_path, "day,asset,fiat,price\n2026-02-02,X,EUR,1\n").value(1, 0, "EUR", "X", date(2026, 2, 2))


PRICES = st.lists(
    st.tuples(st.integers(0, 400), st.integers(1, 10**9)), min_size=1, max_size=20, unique_by=lambda p: p[0]
)


@given(PRICES, st.integers(-5, 410), st.integers(-(10**20), 10**20), st.integers(0, 30))
@settings(max_examples=60)
def test_the_rate_is_the_newest_not_later_and_the_value_is_exact(
    prices: list[tuple[int, int]], when: int, amount: int, back: int
) -> None:
    start = date(2025, 1, 1)
    found = Rates("f", "0")
    rows = [f"{start + timedelta(days=day)},X,EUR,{price}" for day, price in prices]
    _read(BytesIO(("day,asset,fiat,price\n" + "\n".join(rows)).encode()), found)
    found._settle()
    value = found.value(amount, 8, "X", "EUR", start + timedelta(days=when), days_back=back)
    usable = [(day, price) for day, price in prices if when - back <= day <= when]
    if not usable:
        assert isinstance(value, NoRate)
        return
    day, price = max(usable)
    assert isinstance(value, FiatValue)
    assert value.rate_day == start + timedelta(days=day)
    assert abs(Fraction(amount * price * 100, 10**8) - value.amount) <= Fraction(1, 2)
