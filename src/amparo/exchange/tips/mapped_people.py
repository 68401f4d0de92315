"""Persons, addresses, devices and places of a report."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from amparo.exchange.tips.gather import Leaf, Part
from amparo.exchange.tips.notes import Notes
from amparo.exchange.tips.tip import Contact, Device, IpCapture, Location, TipPerson
from amparo.exchange.tips.values import address_line, plain_address, port_number, yes_or_no


def people_of(parts: Iterable[Part], role: str, notes: Notes) -> tuple[TipPerson, ...]:
    found = (_person(part, role, notes) for part in parts)
    return tuple(person for person in found if person != TipPerson(role))


def _person(part: Part, role: str, notes: Notes) -> TipPerson:
    return TipPerson(
        role,
        names=_names(part),
        screen_names=part.texts("screen_names"),
        emails=tuple(_contacts(part.leaves.get("emails", ()))),
        phones=tuple(_contacts(part.leaves.get("phones", ()))),
        urls=part.texts("urls"),
        user_ids=part.texts("user_ids"),
        service=notes.one(part, "service", role),
        devices=devices_of(part, role, notes),
        ips=ips_of(part, role, notes),
        locations=tuple(_location(each, role, notes) for each in part.all("locations")),
        address=tuple(_address(part.all("address"))),
        born=notes.one(part, "born", role),
        age=_age(part, role, notes),
        prior_reports=part.texts("prior_reports"),
        notes=part.texts("notes"),
    )


def _names(part: Part) -> tuple[str, ...]:
    """First, middle and last names in the order given; where there are several of each, they pair up."""
    columns = [part.leaves.get(name, []) for name in ("first", "middle", "last")]
    rows = max(len(column) for column in columns)
    joined = [" ".join(column[at].text for column in columns if at < len(column)) for at in range(rows)]
    return tuple(dict.fromkeys((*joined, *part.texts("names"))))


def _contacts(leaves: Iterable[Leaf]) -> Iterator[Contact]:
    """Each value once; a check that is said anywhere counts, also printed behind: "ana@example.org (Verified)"."""
    found: dict[str, Contact] = {}
    for leaf in leaves:
        value, said = _trailing(leaf.text)
        verified = yes_or_no(leaf.about.get("verified", leaf.about.get("isverified"))) if leaf.about else None
        kind = leaf.about.get("type", leaf.about.get("kind"))
        before = found.get(value, Contact(value))
        checked = next((each for each in (verified, said, before.verified) if each is not None), None)
        found[value] = Contact(value, checked, kind or before.kind)
    yield from found.values()


def _trailing(text: str) -> tuple[str, bool | None]:
    value, opening, rest = text.rpartition(" (")
    said = yes_or_no(rest.rstrip(")")) if opening and rest.endswith(")") else None
    return (value.strip(), said) if said is not None else (text, None)


def _age(part: Part, role: str, notes: Notes) -> int | None:
    text = notes.one(part, "age", role)
    if text is None:
        return None
    if text.isascii() and text.isdigit() and int(text[:4]) <= 130 and len(text) <= 3:
        return int(text)
    notes.unknown.append((f"{role}/age", text))
    return None


def _address(parts: Iterable[Part]) -> Iterator[str]:
    for part in parts:
        lines = [*part.texts("address"), *(text for _, text in part.captured)]
        if lines:
            yield ", ".join(lines)


def _location(part: Part, role: str, notes: Notes) -> Location:
    return Location(
        notes.one(part, "city", role),
        notes.one(part, "region", role),
        notes.one(part, "country", role),
        notes.decision(part, "verified", role),
        notes.time(part.first("at"), role),
    )


def devices_of(part: Part, where: str, notes: Notes) -> tuple[Device, ...]:
    found: list[Device] = []
    for each in part.all("devices"):
        kind, event = notes.one(each, "kind", where), notes.one(each, "event", where)
        at = notes.time(each.first("at"), where)
        found.extend(Device(value, kind, event, at) for value in each.texts("value"))
    return tuple(dict.fromkeys(found))


def ips_of(part: Part, where: str, notes: Notes) -> tuple[IpCapture, ...]:
    """Captures as parts of their own, then loose addresses; a loose port or time belongs to a single loose address."""
    found = [capture for each in part.all("ips") for capture in _captures(each, where, notes)]
    loose = part.texts("ips")
    about = _About()
    if len(loose) == 1:
        about = _About(part.first("port"), part.first("ip_at"))
    else:
        notes.unknown.extend((f"{where}/{name}", text) for name in ("port", "ip_at") for text in part.texts(name))
    found.extend(_capture(text, about, where, notes) for text in loose)
    return tuple(dict.fromkeys(found))


class _About(NamedTuple):
    """What stands beside an address."""

    port: str | None = None
    at: str | None = None
    event: str | None = None
    proxy: bool | None = None


def _captures(part: Part, where: str, notes: Notes) -> Iterator[IpCapture]:
    about = _About(
        notes.one(part, "port", where),
        notes.one(part, "at", where),
        notes.one(part, "event", where),
        notes.decision(part, "possible_proxy", where),
    )
    for text in part.texts("address"):
        yield _capture(text, about, where, notes)


def _capture(text: str, about: _About, where: str, notes: Notes) -> IpCapture:
    line = address_line(text)
    address = plain_address(line.address)
    if address is None:
        notes.problem(where, "bad-ip", text)
    given = about.port if about.port is not None else line.port
    port = port_number(given)
    if given is not None and port is None:
        notes.problem(where, "bad-port", given)
        notes.unknown.append((f"{where}/port", given))
    at = notes.time(about.at or line.at, where)
    return IpCapture(address or text, port, at, about.event or line.event, about.proxy)
