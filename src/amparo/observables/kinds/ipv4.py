"""IPv4 addresses in dotted decimal. Format only: "1.2.3.4" can be a version number."""

import ipaddress
import re
from collections.abc import Iterator
from typing import Final

from amparo.observables.kind import Examples, Hit, Kind
from amparo.observables.observable import Validity

_PART: Final = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_FORM: Final = re.compile(rf"(?<![\w.\-]){_PART}(?:\.{_PART}){{3}}(?![\w\-]|\.\d)", re.ASCII)


class Ipv4(Kind):
    name = "ipv4"
    longest = 16

    def find(self, text: str, region: str | None = None) -> Iterator[Hit]:
        for match in _FORM.finditer(text):
            value = match.group()
            if value not in {"0.0.0.0", "255.255.255.255"}:  # noqa: S104 - not an address to listen on
                yield Hit(match.start(), match.end(), value, Validity.FORMAT)

    def may_link(self, value: str) -> bool:
        return ipaddress.ip_address(value).is_global

    def examples(self) -> Examples:
        return Examples(
            good={"192.0.2.7": "192.0.2.7", "8.8.8.8": "8.8.8.8"},
            bad=["256.1.1.1", "1.2.3", "1.2.3.4.5", "v1.2.3.4", "01.2.3.4"],
        )
