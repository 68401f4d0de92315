"""What the machine recognises in a report: observables, and the keyed hashes that find reports naming the same.

Runs at intake, before sealing: afterwards nobody but staff can read.
"""

import hashlib
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, Final, NamedTuple

from amparo.observables import extract_text, link_values
from amparo.web.reports.keyed import Hasher

#: A paste of thousands of links is cut here; the text itself is kept whole.
MOST: Final = 500


class Indicator(NamedTuple):
    purpose: str
    keyed_hash: str


def recognise(answers: Mapping[str, str], region: str) -> list[dict[str, Any]]:
    """Return the observables of all answers, each once per question, as plain canonical values."""
    seen: dict[tuple[str, str, str], dict[str, Any]] = {}
    for question, text in answers.items():
        for found in islice(extract_text(text, region or None), MOST):
            entry = {
                "kind": str(found.kind),
                "value": found.value,
                "raw": found.raw,
                "question": question,
                "offset": found.offset,
                "validity": str(found.validity),
            }
            seen.setdefault((question, entry["kind"], found.value), entry)
    return list(seen.values())[:MOST]


def indicators(observables: Iterable[Mapping[str, Any]], hasher: Hasher) -> set[Indicator]:
    """Return the keyed hashes of observables; kinds without a purpose (names, dates) get none."""
    return {
        Indicator(purpose, hasher(purpose, value))
        for each in observables
        for purpose, value in link_values(each["kind"], each["value"])
    }


def content_digest(key: bytes, content: str) -> str:
    """Return the keyed digest by which a form sent twice is known again."""
    return hashlib.blake2b(content.encode(), key=key, person=b"amparo-content", digest_size=32).hexdigest()
