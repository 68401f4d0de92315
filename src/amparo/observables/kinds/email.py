"""E-mail addresses (the dot-atoms of RFC 5321 that people use; hosts with underscores, as evidence holds them)."""

import re
from collections.abc import Iterator
from typing import Final

from amparo.observables.checks.domains import INSIDE, longest_real_prefix, top_level_domains
from amparo.observables.kind import Examples, Hit, Kind
from amparo.observables.observable import Validity

# RFC 5321 allows more signs (=, /, ?, & ...), but in running text and in URLs they end what stands before the address.
_LOCAL: Final = re.compile(r"[A-Za-z0-9_%+'-]+(?:\.[A-Za-z0-9_%+'-]+)*\Z")
_HOST: Final = re.compile(r"@((?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.){1,8}[A-Za-z0-9-]{2,63})")
_QUOTES: Final = "'%+-"


class Email(Kind):
    name = "email"
    longest = 320

    def find(self, text: str, region: str | None = None) -> Iterator[Hit]:
        at = text.find("@")
        while at >= 0:
            hit = _around(text, at)
            if hit is not None:
                yield hit
            at = text.find("@", at + 1)

    def examples(self) -> Examples:
        return Examples(
            good={
                "Ana.Diaz@Example.ORG": "ana.diaz@example.org",
                "xls_cell@microsoft_excel.com": "xls_cell@microsoft_excel.com",
                "a+b@mail.gov.ke": "a+b@mail.gov.ke",
            },
            bad=["ana@example", "@example.org", "ana@example.notarealdomain", "ana..diaz@", "logo@2x.png"],
        )


def _around(text: str, at: int) -> Hit | None:
    host_match = _HOST.match(text, at)
    if host_match is None:
        return None
    local_match = _LOCAL.search(text, max(0, at - 64), at)
    if local_match is None:
        return None
    local = local_match.group().lstrip(_QUOTES)
    host, validity, remarks = _real(host_match.group(1))
    if not local or host is None:
        return None
    start = at - len(local)
    # A local part longer than RFC 5321 allows is not one.
    if len(local) == 64 and start > 0 and (text[start - 1].isalnum() or text[start - 1] in "._-"):
        return None
    return Hit(start, at + 1 + len(host), f"{local}@{host}".lower(), validity, remarks)


def _real(host: str) -> tuple[str | None, Validity, tuple[str, ...]]:
    """Return the host up to a real top-level domain; text glued to its end is cut and remarked ("comI")."""
    rest, _, last = host.rpartition(".")
    if last.lower() in top_level_domains():
        return host, Validity.FORMAT, ()
    if last.lower() in INSIDE:
        return host, Validity.FORMAT, ("inside-name",)
    real = longest_real_prefix(last)
    if real is not None and _glued(last, len(real)):
        return f"{rest}.{last[: len(real)]}", Validity.FORMAT, ("trimmed",)
    # "user@host.com.Then": the last label is the next sentence; the label before it may be the real end.
    if rest.rpartition(".")[2].lower() in top_level_domains() and "." in rest:
        return rest, Validity.FORMAT, ("trimmed",)
    return None, Validity.FORMAT, ()


def _glued(label: str, size: int) -> bool:
    """True if what follows the real domain visibly starts something new, or the real domain is a common one."""
    rest = label[size:]
    return (label[:size].islower() and not rest[0].islower()) or label[:size].lower() in {"com", "org", "net"}
