"""Places as geo URIs (RFC 5870), cut to three decimals: equal values lie within about 150 metres of each other."""

import re
from collections.abc import Iterator
from typing import Final

from amparo.observables.kind import Examples, Hit, Kind
from amparo.observables.observable import Validity

_FORM: Final = re.compile(
    r"(?<![\w:.-])geo:(-?\d{1,2}(?:\.\d{1,12})?),(-?\d{1,3}(?:\.\d{1,12})?)(?![\w.])", re.IGNORECASE
)
_DECIMALS: Final = 3


def geo_value(latitude: float, longitude: float) -> str | None:
    """The value of a place in degrees, north and east positive; None for what is no place on Earth."""
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        return None
    places = (f"{round(each, _DECIMALS) + 0.0:.{_DECIMALS}f}" for each in (latitude, longitude))
    return f"geo:{','.join(places)}"


class Geo(Kind):
    name = "geo"

    def find(self, text: str, region: str | None = None) -> Iterator[Hit]:
        for match in _FORM.finditer(text):
            value = geo_value(float(match[1]), float(match[2]))
            if value is not None:
                yield Hit(match.start(), match.end(), value, Validity.FORMAT)

    def may_link(self, value: str) -> bool:
        """Not 0, 0, where devices without a fix say they are."""
        return value not in {"geo:0.000,0.000", "geo:-0.000,-0.000"}

    def examples(self) -> Examples:
        return Examples(
            good={"geo:-1.28639,36.81722": "geo:-1.286,36.817", "GEO:52.5,13": "geo:52.500,13.000"},
            bad=["geo:91.5,10", "geo:10,200.5"],
        )
