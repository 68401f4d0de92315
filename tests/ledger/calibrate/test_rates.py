"""The table of rates: what is worked from the counts, how it is kept, and the one that ships."""

import json
from pathlib import Path

import pytest

from amparo.ledger.calibrate import SENTENCE, Rate, Rates, rates, read_rates
from amparo.ledger.calibrate.errors import BadRates, NoSuchRate
from amparo.ledger.calibrate.page import page
from amparo.ledger.calibrate.rates import added, shown
from amparo.ledger.clusters import Confidence

MANUAL = Path(__file__).resolve().parents[3] / "docs" / "reference" / "error-rates.md"
SOME = Rate("co-spend", "merge", 99, 1, 40, 80, "an economy")


def test_shares_by_hand():
    assert (SOME.cases, SOME.precision, SOME.recall) == (100, 0.99, 0.5)
    # Wilson, 99 of 100: (0.99 + 0.019207 - 1.96 * sqrt(0.000099 + 0.000096)) / 1.038415 = 0.9455
    assert shown(SOME.lower) == "0.9455"
    nothing = Rate("x", "merge", 0, 0)
    assert (nothing.precision, nothing.recall, nothing.lower) == (None, None, 0.0)


@pytest.mark.parametrize(("share", "text"), [(0.99999, "0.9999"), (1.0, "1.0000"), (0.29, "0.2900"), (None, "-")])
def test_a_rate_is_never_shown_better_than_it_is(share, text):
    assert shown(share) == text


def test_the_sentence_of_a_report():
    said = SENTENCE % SOME.facts()
    assert said == "inference by heuristic co-spend, measured precision 0.9900 on a made economy (100 cases)"


def test_rates_of_several_economies_add_up():
    (total,) = added([SOME, Rate("co-spend", "merge", 1, 1, 2, 20)])
    assert (total.right, total.wrong, total.found, total.total) == (100, 2, 42, 100)
    (without,) = added([SOME, Rate("co-spend", "merge", 1, 1)])
    assert (without.found, without.total) == (None, None)


def test_a_table_is_read_as_it_was_written(tmp_path):
    table = Rates((SOME,), (), (), {"economy": "an economy", "change": {"format": "x", "rows": []}})
    table.write(tmp_path / "table.json")
    assert read_rates(tmp_path / "table.json") == table


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"format": "amparo-error-rates/9"}', '{"format": "amparo-error-rates/1", "economy": "x"}'],
)
def test_what_is_no_table_is_refused(tmp_path, text):
    (tmp_path / "table.json").write_text(text, encoding="utf-8")
    with pytest.raises(BadRates, match=r"table\.json"):
        read_rates(tmp_path / "table.json")
    with pytest.raises(BadRates):
        read_rates(tmp_path / "none.json")


def test_negative_counts_are_refused(tmp_path):
    row = SOME.as_dict() | {"right": -1}
    table = {"format": "amparo-error-rates/1", "economy": "x", "rates": [row], "curve": [], "public": []}
    (tmp_path / "table.json").write_text(json.dumps(table), encoding="utf-8")
    with pytest.raises(BadRates, match="ValueError"):
        read_rates(tmp_path / "table.json")


def test_the_shipped_table_reaches_what_is_promised():
    table = rates()
    economies = table.facts["economies"]
    assert all(row["coinjoins"] >= 0.05 * row["transactions"] for row in economies)
    assert all(row["payjoins"] >= 0.01 * row["transactions"] for row in economies)
    co_spend, layer, peer = (table.of(name) for name in ("co-spend", "change layer", "GraphSense's change rules"))
    assert co_spend.precision >= 0.999
    assert co_spend.cases > 50_000
    assert layer.precision >= 0.98
    assert layer.recall >= peer.recall
    assert layer.total == peer.total > 50_000
    assert co_spend.economy == table.facts["economy"]


def test_the_shipped_table_is_what_the_change_layer_reads():
    assert Confidence.shipped().as_dict()["rows"] == rates().facts["change"]["rows"]


def test_an_unknown_heuristic_is_no_rate():
    with pytest.raises(NoSuchRate, match="crystal ball"):
        rates().of("crystal ball")


def test_the_manuals_page_is_the_shipped_table():
    assert MANUAL.read_text(encoding="utf-8") == page(rates()), "run python tools/error_rates.py"
