"""Where files of rates lie, and the rates in one."""

from pathlib import Path

from amparo.ledger.rates import Rates, read_rates
from amparo.web.common.home import folder
from amparo.web.traces.models import RateFile


def place_of(sha256: str) -> Path:
    """The file of that digest, as it was imported."""
    place = folder("ledger") / "rates"
    place.mkdir(mode=0o700, exist_ok=True)
    return place / f"{sha256}.csv"


def rates_of(found: RateFile) -> Rates:
    """The rates of an imported file."""
    return read_rates(place_of(found.sha256))
