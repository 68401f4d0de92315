"""Wallets of a case: addresses seen in its reports and exhibits that a trace may start from."""

from typing import Final

from amparo.web.cases.models import Case
from amparo.web.sightings.models import Sighting
from amparo.web.sightings.queries import inside

#: More than these are not offered at once; the form says how many there are.
MOST: Final = 1000


def wallets_of(case: Case) -> list[str]:
    """Bitcoin addresses with a good checksum that today's authorisations let us see, in the order of their text."""
    seen = Sighting.objects.filter(inside(case), case=case, kind="btc", validity="strong").order_by("value")
    return list(seen.values_list("value", flat=True).distinct()[:MOST])
