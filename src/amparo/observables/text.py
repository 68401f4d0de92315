"""Observables in a text that is already text: a report, a chat message, a form."""

from collections.abc import Iterator

from amparo.observables.observable import Observable
from amparo.observables.registry import KINDS


def extract_text(text: str, region: str | None = None) -> Iterator[Observable]:
    """Yield every observable in `text`, ordered by offset (in signs); for a text that fits in memory.

    `region`: ISO 3166 country code of the case; without it, national phone numbers are not found.
    """
    yield from sorted(found_in(text, region, "text"), key=lambda found: (found.offset, found.kind))


def found_in(text: str, region: str | None, encoding: str) -> Iterator[Observable]:
    for kind in KINDS:
        for hit in kind.find(text, region):
            raw = hit.shown if hit.shown is not None else text[hit.start : hit.end]
            yield Observable(kind.name, hit.value, raw, hit.start, encoding, hit.validity, hit.remarks)
