"""Tip: what a platform or clearing house reports about children being harmed, in one shape whatever form it came in.

"CyberTip-shaped": the field names follow what is public of NCMEC's reporting interface
(report.cybertip.org/ispws/documentation). The schema that police receive is not public; nothing here claims to be it.
Every text is kept as it was given, only cleaned for storage; absent is None; what has no field is in `unknown`.
"""

from dataclasses import dataclass, field
from typing import Final

from amparo.base import Blob, ObservedTime, Skipped

#: How a report was written.
SHAPES: Final = ("xml", "json", "pdf")
#: The roles of a person in a tip.
ROLES: Final = ("reported", "victim", "recipient")


@dataclass(frozen=True, slots=True)
class IpCapture:
    """An address seen by the provider. `address` as given (checked by `link_keys`); `port` 1 to 65535 or None."""

    address: str
    port: int | None = None
    at: ObservedTime | None = None
    event: str | None = None  # "Login", "Upload" …
    possible_proxy: bool | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """An e-mail address or telephone number. `verified`: did the provider check it? None = it does not say."""

    value: str
    verified: bool | None = None
    kind: str | None = None  # "Home", "Mobile", "Business" …


@dataclass(frozen=True, slots=True)
class Device:
    value: str
    kind: str | None = None  # "IMEI", "IDFA" …
    event: str | None = None
    at: ObservedTime | None = None


@dataclass(frozen=True, slots=True)
class Location:
    """`country` is as given: two letters, or a name."""

    city: str | None = None
    region: str | None = None
    country: str | None = None
    verified: bool | None = None
    at: ObservedTime | None = None


@dataclass(frozen=True, slots=True)
class TipPerson:
    """A person or account as the provider describes it; nothing of it was checked. `role` is one of ROLES."""

    role: str
    names: tuple[str, ...] = ()
    screen_names: tuple[str, ...] = ()
    emails: tuple[Contact, ...] = ()
    phones: tuple[Contact, ...] = ()
    urls: tuple[str, ...] = ()
    user_ids: tuple[str, ...] = ()
    service: str | None = None
    devices: tuple[Device, ...] = ()
    ips: tuple[IpCapture, ...] = ()
    locations: tuple[Location, ...] = ()
    address: tuple[str, ...] = ()
    born: str | None = None  # date of birth as given
    age: int | None = None  # years
    prior_reports: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TipFile:
    """A file the report names, or one that came with it and that it does not name (`named` False).

    `digests`: signal name ("md5", "sha1", "sha256", "pdq", "photodna" …) -> value as declared, hex in lower case;
    declared, not computed. `viewed_by_provider`: None = the report does not say, which must be treated like False.
    `blob`: its bytes, None where the file is missing from the delivery.
    """

    name: str | None = None
    original_name: str | None = None
    id: str | None = None
    size: int | None = None
    digests: tuple[tuple[str, str], ...] = ()
    viewed_by_provider: bool | None = None
    exif_viewed: bool | None = None
    publicly_available: bool | None = None
    classification: str | None = None  # "A1", "A2", "B1", "B2", others verbatim
    annotations: tuple[str, ...] = ()  # "viral", "potentialMeme", "infant", "liveStreaming" …
    relevance: str | None = None
    location: str | None = None  # where the provider found it
    ips: tuple[IpCapture, ...] = ()
    devices: tuple[Device, ...] = ()
    uploaded: ObservedTime | None = None
    notes: tuple[str, ...] = ()
    named: bool = True
    blob: Blob | None = field(default=None, compare=False)

    @property
    def missing(self) -> bool:
        return self.blob is None

    @property
    def shown_name(self) -> str:
        """What to call it: its name, else its original name, else its id."""
        return self.name or self.original_name or self.id or "-"


@dataclass(frozen=True, slots=True)
class InternetDetail:
    """`kind` is a key of `kinds.INTERNET_KINDS`; `fields` are (name, text) in the order given."""

    kind: str
    fields: tuple[tuple[str, str], ...] = ()

    def get(self, name: str) -> tuple[str, ...]:
        return tuple(text for key, text in self.fields if key == name)


@dataclass(frozen=True, slots=True)
class LawEnforcement:
    """Another agency the sender told, or a case number of its country: a foreign reference, never a number of ours."""

    agency: str | None = None
    case_number: str | None = None
    country: str | None = None
    contact: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Tip:
    """One report as it was delivered.

    `provider_report_id`: the sender's number, None where it gives none. `source`: the clearing house it came through.
    `esp`: the reporting platform. `incident_type`: as given; `incident_kind`: a key of `kinds.INCIDENT_KINDS`.
    `high_priority`: the sender's reason for urgency; "" is never used, None = not marked.
    `batched`: why many are reported as one; None = not batched. `unknown`: (path, text) of each field without a place.
    `shape`: one of SHAPES. `document`: the report itself. `document_sha256`: of its bytes. `path`: where in the
    delivery it was. `problems`: what was wrong with it, by permanent reason.
    """

    provider_report_id: str | None = None
    source: str | None = None
    esp: str | None = None
    esp_contact: tuple[tuple[str, str], ...] = ()
    received: ObservedTime | None = None
    incident: ObservedTime | None = None
    incident_note: str | None = None
    incident_type: str | None = None
    incident_kind: str = "other"
    platform: str | None = None
    high_priority: str | None = None
    annotations: tuple[str, ...] = ()
    description: str | None = None
    internet: tuple[InternetDetail, ...] = ()
    reported: tuple[TipPerson, ...] = ()
    victims: tuple[TipPerson, ...] = ()
    recipients: tuple[TipPerson, ...] = ()
    law_enforcement: tuple[LawEnforcement, ...] = ()
    files: tuple[TipFile, ...] = ()
    batched: str | None = None
    bundled_ids: tuple[str, ...] = ()
    unknown: tuple[tuple[str, str], ...] = ()
    shape: str = "xml"
    path: str = ""
    document_sha256: str | None = None
    document: Blob | None = field(default=None, compare=False)
    text: str | None = None  # what was read of a PDF, so that a person can check
    problems: tuple[Skipped, ...] = ()

    @property
    def people(self) -> tuple[TipPerson, ...]:
        return self.reported + self.victims + self.recipients
