"""IPv6 addresses (RFC 4291), normalised as RFC 5952 says."""

import ipaddress
import re
from collections.abc import Iterator
from typing import Final

from amparo.observables.kind import Examples, Hit, Kind
from amparo.observables.observable import Validity

_FORM: Final = re.compile(
    r"(?<![\w:.])[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:]{2,38}(?:\d{1,3}(?:\.\d{1,3}){3})?(?![\w:])", re.ASCII
)
_FEWEST_GROUPS: Final = 3


class Ipv6(Kind):
    name = "ipv6"
    longest = 64

    def find(self, text: str, region: str | None = None) -> Iterator[Hit]:
        for match in _FORM.finditer(text):
            value = _parse(match.group())
            if value is not None:
                yield Hit(match.start(), match.end(), value, Validity.FORMAT)

    def may_link(self, value: str) -> bool:
        return ipaddress.ip_address(value).is_global

    def examples(self) -> Examples:
        return Examples(
            good={"2001:DB8:0::1": "2001:db8::1", "fe80::1:2": "fe80::1:2"},
            bad=["::", "std::fade", "12:30:45", "2001:db8::1::2", "ab:cd:ef:01:23:45"],
        )


def _parse(raw: str) -> str | None:
    """Three groups or more, one with a digit: "a::b" is a name in C++ far more often than an address."""
    if sum(bool(group) for group in raw.split(":")) < _FEWEST_GROUPS or not any(sign.isdigit() for sign in raw):
        return None
    try:
        return str(ipaddress.IPv6Address(raw))
    except ValueError:
        return None
