"""What a tip has in common with other tips, citizens' reports and cases: normalised values by purpose.

The purposes are those of the keyed hashes of reports, and three that only tips have among themselves. A key says that
two papers name the same thing, never whose it is.
"""

import ipaddress
from collections.abc import Iterable, Iterator
from typing import Final

import phonenumbers

from amparo.exchange.tips.kinds import squeezed
from amparo.exchange.tips.tip import Tip, TipPerson
from amparo.exchange.tips.values import DIGEST_SIZES
from amparo.observables import KINDS, NotThisKind, extract_text, link_values

PURPOSES: Final = frozenset(
    {"url", "host", "handle", "phone", "wallet", "iban", "hash", "mail", "ip", "device", "report"}
)
ACCOUNT_PURPOSES: Final = frozenset({"handle", "mail", "phone", "url", "device"})
#: Observables taken from the words of one tip, and signs of its words that are read.
MOST: Final = 500
LONGEST: Final = 200_000

Key = tuple[str, str]


def link_keys(tip: Tip, region: str | None = None) -> frozenset[Key]:
    """Return (purpose, value) pairs. `region`: ISO 3166 country in which numbers without a country code are read."""
    keys = {key for person in tip.reported for key in _person(tip, person, region)}
    keys.update(_files(tip), _reports(tip), _internet(tip, region), _words(tip, region))
    return frozenset(keys)


def account_keys(tip: Tip, region: str | None = None) -> frozenset[Key]:
    """The keys of the reported accounts alone: what makes two tips about one account.

    Victims are left out, and addresses too: behind one internet address stand many people.
    """
    return frozenset(
        key for person in tip.reported for key in _person(tip, person, region) if key[0] in ACCOUNT_PURPOSES
    )


def person_keys(tip: Tip, person: TipPerson, region: str | None = None) -> frozenset[Key]:
    """The keys of one person of `tip`."""
    return frozenset(_person(tip, person, region))


def _person(tip: Tip, person: TipPerson, region: str | None) -> Iterator[Key]:
    for name in (*person.screen_names, *person.user_ids):
        yield from handle_key(person.service or tip.esp or tip.platform, name)
    for mail in person.emails:
        yield from _observable("email", mail.value, region)
    for phone in person.phones:
        yield from _observable("phone", phone.value, region)
    for url in person.urls:
        yield from _observable("url", url if "://" in url else f"https://{url}", region)
    for device in person.devices:
        if len(squeezed(device.value)) >= 6:
            yield "device", squeezed(device.value)
    for capture in person.ips:
        yield from ip_key(capture.address)


def handle_key(service: str | None, name: str) -> Iterator[Key]:
    """A screen name means something on its service only: "zap:ana_88". Without a service it links nothing."""
    plain = name.strip().lstrip("@").casefold()
    if service and plain:
        yield "handle", f"{squeezed(service)}:{plain}"


def ip_key(address: str) -> Iterator[Key]:
    """Addresses of the open internet only: 192.168.0.1 is everybody's."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return
    if found.is_global:
        yield "ip", str(found)
        # Citizens' reports keep an address that somebody typed as a host.
        yield "host", str(found)


def country_of_phone(raw: str) -> str | None:
    """Return the ISO 3166 country whose numbering plan a number with + belongs to; None where that is open."""
    try:
        number = phonenumbers.parse(raw)
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.region_code_for_number(number)


def _observable(kind: str, raw: str, region: str | None) -> Iterator[Key]:
    if len(raw) > KINDS[kind].longest:
        return
    try:
        value = KINDS[kind].normalise(raw, region)
    except NotThisKind:
        return
    if KINDS[kind].may_link(value):
        yield from link_values(kind, value)


def _files(tip: Tip) -> Iterator[Key]:
    for file in tip.files:
        for kind, value in file.digests:
            if kind in DIGEST_SIZES and kind != "pdq":
                yield "hash", value
        for capture in file.ips:
            yield from ip_key(capture.address)
        for device in file.devices:
            yield "device", squeezed(device.value)


def _reports(tip: Tip) -> Iterator[Key]:
    """Its own number and those it names: a person's earlier reports, and what it was bundled with."""
    earlier = (number for person in tip.people for number in person.prior_reports)
    for number in (tip.provider_report_id, *tip.bundled_ids, *earlier):
        if number is not None and len(squeezed(number)) >= 4:
            yield "report", squeezed(number)


def _internet(tip: Tip, region: str | None) -> Iterator[Key]:
    for detail in tip.internet:
        for _, text in detail.fields:
            yield from _found((text,), region)


def _words(tip: Tip, region: str | None) -> Iterator[Key]:
    notes = (note for person in tip.people for note in person.notes)
    unknown = (text for _, text in tip.unknown)
    yield from _found((tip.description or "", tip.text or "", *notes, *unknown), region)
    for person in (*tip.victims, *tip.recipients):
        yield from _person(tip, person, region)


def _found(texts: Iterable[str], region: str | None) -> Iterator[Key]:
    text = "\n".join(texts)[:LONGEST]
    for count, found in enumerate(extract_text(text, region)):
        if count >= MOST:
            return
        kind = str(found.kind)
        if not KINDS[kind].may_link(found.value):
            continue
        if kind in {"ipv4", "ipv6"}:
            yield from ip_key(found.value)
        else:
            yield from link_values(kind, found.value)
