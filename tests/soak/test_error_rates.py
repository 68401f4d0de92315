"""The table of error rates that ships can be made again, row by row."""

import pytest

from amparo.ledger.calibrate import Plan, calibrate, rates

pytestmark = pytest.mark.soak


def test_the_shipped_table_is_made_again():
    held = rates()
    seeds = {
        use: tuple(row["seed"] for row in held.facts["economies"] if row["for"] == use)
        for use in ("learning", "measuring")
    }
    size = held.facts["economies"][0]["transactions"]
    made = calibrate(Plan(seeds["learning"], seeds["measuring"], size))
    assert [rate.as_dict() for rate in made.rates] == [rate.as_dict() for rate in held.rates]
    assert [rate.as_dict() for rate in made.curve] == [rate.as_dict() for rate in held.curve]
    assert made.facts["change"] == held.facts["change"]
    assert made.facts["economies"] == held.facts["economies"]
