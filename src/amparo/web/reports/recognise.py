"""What the machine recognises in a report: observables, and the keyed hashes that find reports naming the same.

Runs at intake, before sealing: afterwards nobody but staff can read.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from amparo.observables import extract_text
from amparo.web.reports.keyed import Hasher

#: A paste of thousands of links is cut here; the text itself is kept whole.
MOST: Final = 500
#: Kind of observable -> purpose of its keyed hash. Masked values (cards) find nothing and get none.
PURPOSE: Final = {
    **dict.fromkeys(("btc", "ltc", "doge", "dash", "trx", "eth", "xmr", "btc-testnet"), "wallet"),
    "hash": "hash",
    "email": "mail",
    "phone": "phone",
    "iban": "iban",
    "onion": "url",
    "ipv4": "host",
    "ipv6": "host",
}
#: Parameters that name a campaign, not a page.
TRACKING: Final = ("utm_", "fbclid", "gclid", "mc_eid", "igshid", "yclid", "msclkid")


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
        for purpose, value in _hashed(each["kind"], each["value"])
    }


def _hashed(kind: str, value: str) -> Iterator[tuple[str, str]]:
    if kind == "url":
        yield "url", plain_url(value)
        if host := urlsplit(value).hostname:
            yield "host", host
    elif purpose := PURPOSE.get(kind):
        yield purpose, value


def plain_url(url: str) -> str:
    """Return an address for comparing: lower-case scheme and host, no fragment, no tracking parameters."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if not _tracks(name)]
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path or "/", urlencode(kept), ""))


def _tracks(name: str) -> bool:
    return name.lower().startswith(TRACKING)


def content_digest(key: bytes, content: str) -> str:
    """Return the keyed digest by which a form sent twice is known again."""
    return hashlib.blake2b(content.encode(), key=key, person=b"amparo-content", digest_size=32).hexdigest()
