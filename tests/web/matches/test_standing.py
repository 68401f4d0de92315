"""Whether a hit counts: one rule for scans, tips and look-ups."""

import pytest

from amparo.media import Entry
from amparo.web.matches.standing import why_not

ACTIVE = Entry(1, {"pdq": "0" * 64})
GONE = Entry(1, {"pdq": "0" * 64}, status="withdrawn")


@pytest.mark.parametrize(
    ("entry", "signal", "opinion", "harmless", "reason"),
    [
        (ACTIVE, "pdq", None, False, None),
        (ACTIVE, "pdq", "confirmed", False, None),
        (ACTIVE, "pdq", "disputed", False, None),
        (ACTIVE, "pdq", None, True, "negative-bank"),
        (ACTIVE, "md5", None, True, None),  # equal bytes are equal, whatever they look like
        (ACTIVE, "md5", "withdrawn", False, "withdrawn-entry"),
        (GONE, "md5", "confirmed", False, "withdrawn-by-source"),
    ],
)
def test_what_counts_and_what_does_not(entry, signal, opinion, harmless, reason) -> None:
    assert why_not(entry, signal, opinion=opinion, harmless=harmless) == reason
