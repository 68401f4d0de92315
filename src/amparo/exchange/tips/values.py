"""The texts of a report as values: yes and no, times, addresses with ports, digests. What cannot be read stays text."""

import ipaddress
import re
from datetime import UTC, datetime
from typing import Final, NamedTuple

from amparo.base import ObservedTime, Zone

#: Stands for a reason that the sender did not give.
NOT_SAID: Final = "not-said"
#: Signs of a time or an address with what stands beside it; longer texts are neither.
_LONGEST: Final = 200
_YES: Final = frozenset({"true", "yes", "y", "1", "si", "sí", "oui", "sim", "ndiyo", "نعم", "verified"})
_NO: Final = frozenset({"false", "no", "n", "0", "non", "não", "nao", "hapana", "لا", "unverified"})
#: Hex digits of each digest that is written in hex.
DIGEST_SIZES: Final = {"md5": 32, "sha1": 40, "sha256": 64, "pdq": 64}
_HEX: Final = re.compile(r"[0-9a-f]+")
_EPOCH: Final = re.compile(r"/?(?:Date\()?(\d{10}|\d{13})(?:\)/)?")
# Month and day first, as reports printed in the United States have it, and the other way round.
_SLASHED: Final = re.compile(r"(\d{1,2})[-/](\d{1,2})[-/](\d{4})[ T](\d{1,2}):(\d{2})(?::(\d{2}))?\s*(UTC|GMT|Z)?")


def yes_or_no(text: str | None) -> bool | None:
    """Return what `text` says; None where it says neither."""
    plain = (text or "").casefold().strip(" .")
    return True if plain in _YES else False if plain in _NO else None


def reason(text: str | None) -> str | None:
    """A mark that may carry its reason: None where it is denied, NOT_SAID where it is only set."""
    said = yes_or_no(text)
    if text is None or said is False:
        return None
    return NOT_SAID if said else text


def moment(text: str) -> ObservedTime:
    """Read a time as evidence. Without a zone, or with day and month in doubt, there is no instant."""
    if len(text) > _LONGEST:
        return _zoneless(text)
    plain = text.strip()
    epoch = _EPOCH.fullmatch(plain)
    if epoch:
        digits = epoch.group(1)
        millis = int(digits) * (1000 if len(digits) == 10 else 1)
        return ObservedTime(text, _from_millis(millis), Zone.KNOWN)
    slashed = _SLASHED.fullmatch(plain)
    if slashed:
        return _slashed(text, slashed)
    try:
        found = datetime.fromisoformat(re.sub(r"\s*(?:UTC|GMT)$", "+00:00", plain))
    except ValueError:
        return ObservedTime(text, None, Zone.UNKNOWN)
    try:
        return ObservedTime(text, found.astimezone(UTC), Zone.KNOWN) if found.tzinfo else _zoneless(text)
    except OverflowError:
        return ObservedTime(text, None, Zone.UNKNOWN)


def _from_millis(millis: int) -> datetime:
    return datetime.fromtimestamp(millis // 1000, UTC).replace(microsecond=millis % 1000 * 1000)


def _zoneless(text: str) -> ObservedTime:
    return ObservedTime(text, None, Zone.UNKNOWN)


def _slashed(text: str, match: "re.Match[str]") -> ObservedTime:
    first, second, year, hour, minute, seconds, zone = match.groups()
    month, day = (int(first), int(second)) if int(first) <= 12 else (int(second), int(first))
    in_doubt = int(first) <= 12 and int(second) <= 12 and first != second
    if in_doubt or zone is None:
        return _zoneless(text)
    try:
        return ObservedTime(
            text, datetime(int(year), month, day, int(hour), int(minute), int(seconds or 0), tzinfo=UTC), Zone.KNOWN
        )
    except ValueError:
        return _zoneless(text)


class Address(NamedTuple):
    """An address written in one line; the rest of the line may hold an event in brackets and a time."""

    address: str
    port: str | None
    event: str | None
    at: str | None


_LINE: Final = re.compile(
    r"(?:\[(?P<six>[0-9a-fA-F:.]+)\](?::(?P<port6>\d{1,6}))?|(?P<any>[0-9a-fA-F:]*:[0-9a-fA-F:.]+:[0-9a-fA-F:.]*"
    r"|\d{1,3}(?:\.\d{1,3}){3})(?::(?P<port4>\d{1,6}))?)\s*(?:\((?P<event>[^)]*)\))?\s*(?:at|on)?\s*(?P<at>\d.*)?"
)


def address_line(text: str) -> Address:
    """Read "203.0.113.9:5060 (Login) 2026-11-02 10:00:00 UTC" and its shorter forms; else the text is the address."""
    match = _LINE.fullmatch(text.strip()) if len(text) <= _LONGEST else None
    if match is None:
        return Address(text, None, None, None)
    port = match["port6"] or match["port4"]
    return Address(match["six"] or match["any"], port, match["event"], match["at"])


def plain_address(text: str) -> str | None:
    """Return an IP address in its one spelling, None if `text` is none. Zone ids ("%eth0") are cut."""
    try:
        found = ipaddress.ip_address(text.strip().partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return str(mapped or found)


def port_number(text: str | None) -> int | None:
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 6:
        return None
    return int(text) if 1 <= int(text) <= 65535 else None


def digest_kind(name: str) -> str:
    """Return the signal that a sender's hash name means ("SHA-256", "PDNA"); others in lower case."""
    plain = "".join(sign for sign in name.casefold() if sign.isalnum())
    return {"pdna": "photodna", "sha": "sha1"}.get(plain, plain)


def digest_value(kind: str, text: str) -> str | None:
    """Return the digest in its one spelling, None if it has the wrong length or signs. Other kinds stay verbatim."""
    size = DIGEST_SIZES.get(kind)
    if size is None:
        return text.strip()
    plain = text.strip().casefold()
    return plain if len(plain) == size and _HEX.fullmatch(plain) else None
