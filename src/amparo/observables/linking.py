"""Which observables may link two papers, under which purpose, and in which spelling they are compared.

A purpose is the column an equal value is looked for in: citizens' reports keep keyed hashes by purpose, tips their
keys, and both must spell a value in the same way to find each other.
"""

from collections.abc import Iterator
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

#: Kind of observable -> purpose. Masked values (cards) find nothing and get none; addresses of pages have two.
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


def link_values(kind: str, value: str) -> Iterator[tuple[str, str]]:
    """Yield (purpose, value to compare) of an observable; kinds without a purpose (names, dates) give none."""
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
