"""Web addresses with a scheme or `www.` (RFC 3986, ASCII), also when written harmless (hxxp, [.])."""

import ipaddress
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import SplitResult, urlsplit

from amparo.observables.checks.domains import INSIDE, top_level_domains
from amparo.observables.defang import refang
from amparo.observables.kind import Examples, Hit, Kind
from amparo.observables.observable import Validity

_MARK: Final = re.compile(r"://|www\.|WWW\.")
_SCHEME: Final = re.compile(r"(?<![A-Za-z0-9])(?:h(?:tt|xx)ps?|ftp)\Z", re.IGNORECASE)
_REST: Final = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]{3,2048}")
_HOST: Final = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63}")
_PORTS: Final = {"http": 80, "https": 443, "ftp": 21}


class Url(Kind):
    name = "url"
    longest = 2064

    def find(self, text: str, region: str | None = None) -> Iterator[Hit]:
        end = 0
        for mark in _MARK.finditer(text):
            start = _start(text, mark)
            if start is None or start < end:
                continue
            rest = _REST.match(text, mark.end())
            raw = _untail(text[start : rest.end()]) if rest else ""
            value = canonical_url(raw)
            if value is not None:
                end = start + len(raw)
                yield Hit(start, end, value, Validity.FORMAT)

    def examples(self) -> Examples:
        return Examples(
            good={
                "HTTPS://Example.ORG:443/A?b=c": "https://example.org/A?b=c",
                "http://10.0.0.1:8080/x": "http://10.0.0.1:8080/x",
                "hxxps://example[.]org/x": "https://example.org/x",
                "www.example.org": "www.example.org/",
            },
            bad=["http://", "http://nothing", "https://a.notarealdomain/", "http://a b"],
        )


def _start(text: str, mark: "re.Match[str]") -> int | None:
    if mark.group() == "://":
        scheme = _SCHEME.search(text, max(0, mark.start() - 6), mark.start())
        return scheme.start() if scheme else None
    before = text[mark.start() - 1 : mark.start()]
    return None if before.isalnum() or (before in {"/", ".", "@", "-", "_"} and before) else mark.start()


def _untail(raw: str) -> str:
    """Cut what ends the sentence, not the address: full stops, quotes, and closing brackets without an opening."""
    while raw:
        last = raw[-1]
        opening = {")": "(", "]": "["}.get(last)
        if last in ".,;:!?'*" or (opening and raw.count(opening) < raw.count(last)):
            raw = raw[:-1]
        else:
            break
    return raw


def canonical_url(raw: str) -> str | None:
    """Return the one spelling of `raw`: scheme and host in lower case, no default port, a path; None if it is none."""
    plain = refang(raw)
    has_scheme = "://" in plain
    try:
        parts = urlsplit(plain if has_scheme else f"http://{plain}")
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if host is None or not _is_host(host):
        return None
    return _joined(parts, host, port, has_scheme)


def _joined(parts: SplitResult, host: str, port: int | None, has_scheme: bool) -> str:
    user = parts.netloc.rpartition("@")[0]
    authority = f"{user}@" if user else ""
    authority += f"[{host}]" if ":" in host else host.rstrip(".")
    if port is not None and port != _PORTS.get(parts.scheme):
        authority += f":{port}"
    tail = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    tail += f"#{parts.fragment}" if parts.fragment else ""
    return f"{parts.scheme}://{authority}{tail}" if has_scheme else authority + tail


def _is_host(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        pass
    else:
        return True
    host = host.rstrip(".").lower()
    last = host.rpartition(".")[2]
    return bool(_HOST.fullmatch(host)) and (last in top_level_domains() or last in INSIDE)
