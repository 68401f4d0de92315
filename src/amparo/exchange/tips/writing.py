"""Writes a tip as CyberTip-shaped XML, for exercises and tests, so that a synthetic tip comes in like a real one.

Element names are those that are public of the reporting interface. Reading what was written gives the same content;
unknown fields come back as unknown, though not always where they stood. Nothing written here is sent to anybody.
"""

from collections.abc import Iterable
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from amparo.base import ObservedTime, visible
from amparo.exchange.tips.tip import (
    Contact,
    Device,
    InternetDetail,
    IpCapture,
    LawEnforcement,
    Location,
    Tip,
    TipFile,
    TipPerson,
)

_DETAILS: Final = {
    "web-page": "webPageIncident", "e-mail": "emailIncident", "newsgroup": "newsgroupIncident",
    "chat": "chatImIncident", "game": "onlineGamingIncident", "phone": "cellPhoneIncident",
    "peer-to-peer": "peer2peerIncident", "non-internet": "nonInternetIncident",
}  # fmt: skip
_ROLES: Final = {"reported": "personOrUserReported", "victim": "victim", "recipient": "intendedRecipient"}


def write_tip(tip: Tip) -> bytes:
    """Return the tip as UTF-8 XML. Files that it does not name, and how it was delivered, are not part of it."""
    root = Element("report")
    _put(root, "reportId", tip.provider_report_id)
    _put(root, "clearingHouse", tip.source)
    _time(root, "receivedDateTime", tip.received)
    _summary(SubElement(root, "incidentSummary"), tip)
    _internet(root, tip.internet)
    for agency in tip.law_enforcement:
        _law(SubElement(root, "lawEnforcement"), agency)
    _reporter(root, tip)
    for person in tip.people:
        _person(SubElement(root, _ROLES[person.role]), person)
    for file in tip.files:
        if file.named:
            _file(SubElement(root, "fileDetails"), file)
    _put(root, "batchedReport", tip.batched)
    for number in tip.bundled_ids:
        _put(root, "bundledReportId", number)
    _put(root, "additionalInfo", tip.description)
    for path, text in tip.unknown:
        _put(root, _element_name(path), text)
    body: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return body


def _put(parent: Element, name: str, text: str | None) -> Element | None:
    """Add an element; signs that XML cannot carry are written as escapes."""
    if text is None:
        return None
    element = SubElement(parent, name)
    element.text = visible(text)
    return element


def _time(parent: Element, name: str, time: ObservedTime | None) -> None:
    _put(parent, name, time.raw if time is not None else None)


def _flag(parent: Element, name: str, value: bool | None) -> None:
    if value is not None:
        _put(parent, name, "true" if value else "false")


def _each(parent: Element, name: str, texts: Iterable[str]) -> None:
    for text in texts:
        _put(parent, name, text)


def _element_name(path: str) -> str:
    """The last name of a path, as far as XML allows it."""
    plain = "".join(sign for sign in path.rpartition("/")[2] if sign.isascii() and (sign.isalnum() or sign in "_-"))
    return plain if plain[:1].isalpha() else f"x{plain}"


def _summary(part: Element, tip: Tip) -> None:
    _put(part, "incidentType", tip.incident_type)
    _put(part, "platform", tip.platform)
    _put(part, "escalateToHighPriority", tip.high_priority)
    _marks(part, "reportAnnotations", tip.annotations)
    _time(part, "incidentDateTime", tip.incident)
    _put(part, "incidentDateTimeDescription", tip.incident_note)


def _marks(parent: Element, name: str, marks: Iterable[str]) -> None:
    marks = tuple(marks)
    if marks:
        part = SubElement(parent, name)
        for mark in marks:
            # "name" alone is set by being there; "name: text" and names that are no XML name keep their text.
            if mark.isascii() and mark.isidentifier():
                SubElement(part, mark)
            else:
                _put(part, "item", mark)


def _internet(root: Element, details: Iterable[InternetDetail]) -> None:
    details = tuple(details)
    if not details:
        return
    part = SubElement(root, "internetDetails")
    for detail in details:
        inner = SubElement(part, _DETAILS[detail.kind])
        for name, text in detail.fields:
            _put(inner, _element_name(name), text)


def _law(part: Element, agency: LawEnforcement) -> None:
    _put(part, "agencyName", agency.agency)
    _put(part, "caseNumber", agency.case_number)
    _put(part, "country", agency.country)
    for name, text in agency.contact:
        _put(part, _element_name(name), text)


def _reporter(root: Element, tip: Tip) -> None:
    if tip.esp is None and not tip.esp_contact:
        return
    part = SubElement(root, "reporter")
    _put(part, "companyName", tip.esp)
    inner = SubElement(part, "reportingPerson") if tip.esp_contact else part
    for name, text in tip.esp_contact:
        _put(inner, _element_name(name), text)


def _person(part: Element, person: TipPerson) -> None:
    inner = SubElement(part, "person")
    _each(inner, "fullName", person.names)
    for name, contacts in (("email", person.emails), ("phone", person.phones)):
        for contact in contacts:
            _contact(inner, name, contact)
    _each(inner, "address", person.address)
    _put(inner, "age", None if person.age is None else str(person.age))
    _put(inner, "dateOfBirth", person.born)
    _each(part, "espIdentifier", person.user_ids)
    _put(part, "espService", person.service)
    _each(part, "screenName", person.screen_names)
    _each(part, "profileUrl", person.urls)
    _captures(part, person.ips)
    _devices(part, person.devices)
    for location in person.locations:
        _location(SubElement(part, "estimatedLocation"), location)
    _each(part, "priorCTReports", person.prior_reports)
    _each(part, "additionalInfo", person.notes)


def _contact(parent: Element, name: str, contact: Contact) -> None:
    element = _put(parent, name, contact.value)
    if element is not None and contact.verified is not None:
        element.set("verified", "true" if contact.verified else "false")
    if element is not None and contact.kind is not None:
        element.set("type", visible(contact.kind))


def _captures(parent: Element, captures: Iterable[IpCapture]) -> None:
    for capture in captures:
        part = SubElement(parent, "ipCaptureEvent")
        _put(part, "ipAddress", capture.address)
        _put(part, "eventName", capture.event)
        _time(part, "dateTime", capture.at)
        _put(part, "port", None if capture.port is None else str(capture.port))
        _flag(part, "possibleProxy", capture.possible_proxy)


def _devices(parent: Element, devices: Iterable[Device]) -> None:
    for device in devices:
        part = SubElement(parent, "deviceId")
        _put(part, "idType", device.kind)
        _put(part, "idValue", device.value)
        _put(part, "eventName", device.event)
        _time(part, "dateTime", device.at)


def _location(part: Element, location: Location) -> None:
    _put(part, "city", location.city)
    _put(part, "region", location.region)
    _put(part, "countryCode", location.country)
    _flag(part, "verified", location.verified)
    _time(part, "timestamp", location.at)


def _file(part: Element, file: TipFile) -> None:
    _put(part, "fileId", file.id)
    _put(part, "fileName", file.name)
    _put(part, "originalFileName", file.original_name)
    _put(part, "fileSize", None if file.size is None else str(file.size))
    _put(part, "locationOfFile", file.location)
    _flag(part, "fileViewedByEsp", file.viewed_by_provider)
    _flag(part, "exifViewedByEsp", file.exif_viewed)
    _flag(part, "publiclyAvailable", file.publicly_available)
    _put(part, "fileRelevance", file.relevance)
    _marks(part, "fileAnnotations", file.annotations)
    _put(part, "industryClassification", file.classification)
    for kind, value in file.digests:
        element = _put(part, "originalBinaryHash", value)
        if element is not None:
            element.set("hashType", visible(kind))
    _captures(part, file.ips)
    _devices(part, file.devices)
    _time(part, "uploadDateTime", file.uploaded)
    _each(part, "additionalInfo", file.notes)
