"""Error rates of the heuristics, measured on made economies with known owners.

`calibrate` makes, loads, clusters and measures; `rates()` is the table that ships with this version and that reports
quote, with SENTENCE and CAUTION; `measure` does it for any store whose truth is known.
"""

from amparo.ledger.calibrate.economy import Economy, Parameters, Truth, TxKind, make_economy
from amparo.ledger.calibrate.measure import Plan, calibrate, measure, with_public
from amparo.ledger.calibrate.public import Public, measure_blocks
from amparo.ledger.calibrate.rates import CAUTION, SENTENCE, Rate, Rates, rates, read_rates

__all__ = [
    "CAUTION",
    "SENTENCE",
    "Economy",
    "Parameters",
    "Plan",
    "Public",
    "Rate",
    "Rates",
    "Truth",
    "TxKind",
    "calibrate",
    "make_economy",
    "measure",
    "measure_blocks",
    "rates",
    "read_rates",
    "with_public",
]
