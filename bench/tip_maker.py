"""Makes a delivery of synthetic tips from a seed: XML, JSON and PDF reports, shared, missing and twice named files.

Everything is made up: pictures are coloured noise, names are syllables, addresses are reserved ones or example.org.
`Plan` says what was planted, so that a bench or a test can compare what an import found.
"""

import hashlib
import json
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import simplejpeg

from amparo.base import ObservedTime, Zone
from amparo.exchange.tips import Contact, InternetDetail, IpCapture, Location, Tip, TipFile, TipPerson, write_tip

COUNTRY: Final = "KE"
NOW: Final = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
_SENDERS: Final = ("Zap Chat", "Picshare", "Gamehouse", "Mailbird", "Streamly", "Cloudbox", "Noisy Platform")
_SYLLABLES: Final = ("ba", "ke", "lo", "mi", "nu", "ra", "si", "to", "wa", "zo")
#: Share of tips (per cent) by how they are delivered.
_WAYS: Final = (
    ("folder-xml", 40),
    ("bulk-xml", 25),
    ("folder-json", 12),
    ("bulk-json", 8),
    ("folder-pdf", 10),
    ("nested-xml", 5),
)


@dataclass(slots=True)
class Plan:
    """What was planted. Numbers are reports' numbers; `known` and `viral` are MD5 digests of delivered files."""

    root: Path
    tips: int = 0
    files: int = 0
    urgent: set[str] = field(default_factory=set)
    duplicates: set[str] = field(default_factory=set)
    versions: set[str] = field(default_factory=set)
    batched: set[str] = field(default_factory=set)
    missing: int = 0
    two_names: int = 0
    loose: int = 0
    known: set[str] = field(default_factory=set)
    viral: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Picture:
    name: str
    data: bytes
    md5: str


@dataclass(frozen=True, slots=True)
class _Sent:
    tip: Tip
    way: str


def make_delivery(root: Path, tips: int = 5_000, files: int = 20_000, urgent: int = 25, seed: int = 7) -> Plan:
    """Write the delivery into the empty folder `root`: `tips` reports and `files` files. The same seed, the same bytes.

    Of the tips, one in fifty is a duplicate, one in a hundred a new version, one in twenty batched.
    """
    return _Maker(root, random.Random(seed), Plan(root)).make(tips, files, urgent)


class _Maker:
    def __init__(self, root: Path, dice: random.Random, plan: Plan) -> None:
        self._root = root
        self._dice = dice
        self._plan = plan
        self._shared: list[Picture] = []
        self._made = 0
        self._sent: list[_Sent] = []

    def make(self, tips: int, files: int, urgent: int) -> Plan:
        again, versions = tips // 50, tips // 100
        fresh = tips - again - versions
        planted = set(self._dice.sample(range(fresh), min(urgent, fresh)))
        owed = 0.0
        with self._bulk() as bulk:
            for at in range(fresh):
                owed += files / tips
                tip, pictures = self._tip(at, at in planted, min(int(owed), files - self._plan.files))
                owed -= self._deliver(at, tip, pictures, bulk)
            # Reports that come once more, without their files, as senders do.
            for at, sent in enumerate(self._dice.sample(self._sent, min(again + versions, len(self._sent)))):
                self._repeat(fresh + at, sent, at < again, bulk)
        self._fill(files)
        return self._plan

    def _repeat(self, at: int, sent: "_Sent", is_same: bool, bulk: zipfile.ZipFile) -> None:
        """The same bytes again, or the same number with something added."""
        number = sent.tip.provider_report_id or ""
        (self._plan.duplicates if is_same else self._plan.versions).add(number)
        tip = sent.tip if is_same else replace(sent.tip, description=f"{sent.tip.description}\nSupplement.")
        self._write(at, tip, sent.way, {}, bulk)

    # -- what a tip says -----------------------------------------------------------------------------------------

    def _tip(self, at: int, is_urgent: bool, count: int) -> tuple[Tip, list[Picture]]:
        number = str(91_000_000 + at)
        # By name: a picture that other tips have too is in one tip once.
        pictures = list({each.name: each for each in (self._picture(number, at) for at in range(count))}.values())
        tip = Tip(
            provider_report_id=number,
            esp=self._dice.choice(_SENDERS),
            incident_type="Apparent child sexual abuse material (possession, manufacture and distribution)",
            incident=_time(NOW - timedelta(days=self._dice.randrange(1, 400), minutes=at % 1440)),
            received=_time(NOW - timedelta(hours=self._dice.randrange(1, 48))),
            reported=(self._person(at),),
            files=tuple(self._declared(each) for each in pictures),
            description=f"Synthetic report {number}.",
        )
        if is_urgent:
            self._plan.urgent.add(number)
            return self._made_urgent(tip), pictures
        if at % 20 == 3:
            self._plan.batched.add(number)
            return replace(tip, batched="the same picture shared by many", annotations=("informational",)), pictures
        return self._made_ordinary(tip, at), pictures

    def _person(self, at: int) -> TipPerson:
        # One account in ten comes again, so that tips link.
        who = at if self._dice.randrange(10) else self._dice.randrange(50)
        name = "".join(_SYLLABLES[int(digit)] for digit in f"{who:05}")
        when = _time(NOW - timedelta(days=who % 300, minutes=who % 1440))
        address = f"192.88.99.{who % 250 + 1}"
        port = 1024 + who % 60_000 if who % 3 else None
        ips = (IpCapture(address, port, when if who % 5 else None, "Login", False),) if who % 4 else ()
        mails = (Contact(f"{name}@example.org", verified=bool(who % 2)),) if who % 2 else ()
        return TipPerson("reported", screen_names=(name,), emails=mails, ips=ips, user_ids=(f"u{who}",))

    def _made_urgent(self, tip: Tip) -> Tip:
        (person,) = tip.reported
        recent = _time(NOW - timedelta(days=2))
        person = replace(
            person,
            ips=(IpCapture("192.88.99.251", 40_001, recent, "Login", False),),
            phones=(Contact(f"+2547{self._dice.randrange(10_000_000, 30_000_000)}", verified=True),),
            locations=(Location("Nairobi", country=COUNTRY),),
        )
        return replace(
            tip,
            incident_type="Online Enticement of Children for Sexual Acts",
            high_priority="a child may be in danger now",
            annotations=("sextortion",),
            reported=(person,),
            victims=(TipPerson("victim", names=("Made Up",), age=self._dice.randrange(8, 13)),),
            incident=recent,
            internet=(InternetDetail("chat", (("content", "he says he wants to meet tonight"),)),),
        )

    def _made_ordinary(self, tip: Tip, at: int) -> Tip:
        if at % 7 == 1:
            tip = replace(tip, incident_type="Online Enticement of Children for Sexual Acts")
        if at % 9 == 2:
            tip = replace(tip, victims=(TipPerson("victim", age=13 + at % 5),))
        if at % 11 == 4:
            files = tuple(replace(each, annotations=("viral", "potentialMeme")) for each in tip.files)
            self._plan.viral |= {value for each in files for kind, value in each.digests if kind == "md5"}
            tip = replace(tip, files=files)
        return tip

    def _declared(self, picture: Picture) -> TipFile:
        viewed = self._dice.choice((True, True, False, None))
        return TipFile(
            name=picture.name,
            id=picture.name.partition(".")[0],
            size=len(picture.data),
            digests=(("md5", picture.md5),),
            viewed_by_provider=viewed,
            classification=self._dice.choice((None, "A2", "B1", "B2")) if viewed else None,
        )

    # -- pictures ------------------------------------------------------------------------------------------------

    def _picture(self, number: str, at: int) -> Picture:
        """A new picture, or (one in five) one that other tips have too."""
        if self._shared and self._dice.randrange(5) == 0:
            return self._dice.choice(self._shared)
        name = f"{number}-{at}.{'png' if self._made % 3 == 0 else 'jpg'}"
        data = picture_bytes(self._made, name.endswith("png"))
        self._made += 1
        picture = Picture(name, data, hashlib.md5(data, usedforsecurity=False).hexdigest())
        if self._made % 20 == 0:
            self._shared.append(picture)
            self._plan.known.add(picture.md5)
        return picture

    # -- how it is delivered -------------------------------------------------------------------------------------

    def _bulk(self) -> zipfile.ZipFile:
        self._root.mkdir(parents=True, exist_ok=True)
        return zipfile.ZipFile(self._root / "bulk.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1)

    def _deliver(self, at: int, tip: Tip, pictures: list[Picture], bulk: zipfile.ZipFile) -> int:
        """Write one tip; return how many files were delivered with it."""
        way = self._dice.choices([name for name, _ in _WAYS], [share for _, share in _WAYS])[0]
        files = self._with_faults(at, tip, pictures)
        self._plan.files += len(files)
        self._sent.append(_Sent(tip, way))
        self._write(at, tip, way, files, bulk)
        return len(files)

    def _write(self, at: int, tip: Tip, way: str, files: dict[str, bytes], bulk: zipfile.ZipFile) -> None:
        self._plan.tips += 1
        place, _, shape = way.partition("-")
        files = {**files, f"report.{shape}": _DOCUMENTS[shape](tip)}
        folder = f"{at:05}-{tip.provider_report_id}"
        if place == "folder":
            self._into_folder(self._root / folder, files)
        elif place == "bulk":
            _into_zip(bulk, f"{folder}/", files)
        else:
            self._nested(folder, files)

    def _with_faults(self, at: int, tip: Tip, pictures: list[Picture]) -> dict[str, bytes]:
        """The files under their names, with one in 25 tips missing one, and one in 30 having one twice."""
        files = {each.name: each.data for each in pictures}
        if files and at % 25 == 7:
            del files[next(iter(files))]
            self._plan.missing += 1
        elif files and at % 30 == 11:
            name, data = next(iter(files.items()))
            files[f"copy of {name}"] = data
            self._plan.two_names += 1
        return files

    def _into_folder(self, folder: Path, files: dict[str, bytes]) -> None:
        folder.mkdir()
        for name, data in files.items():
            (folder / name).write_bytes(data)

    def _nested(self, folder: str, files: dict[str, bytes]) -> None:
        with zipfile.ZipFile(self._root / f"{folder}.zip", "w") as archive:
            _into_zip(archive, "", files)

    def _fill(self, files: int) -> None:
        """Files that no report names, until there are as many as asked for."""
        folder = self._root / "no report"
        folder.mkdir()
        while self._plan.files < files:
            data = picture_bytes(self._made, png=False)
            (folder / f"loose-{self._made}.jpg").write_bytes(data)
            self._made += 1
            self._plan.files += 1
            self._plan.loose += 1


def _into_zip(archive: zipfile.ZipFile, prefix: str, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        archive.writestr(zipfile.ZipInfo(prefix + name, (2026, 11, 24, 9, 0, 0)), data)


def picture_bytes(seed: int, png: bool, side: int = 96) -> bytes:
    """A picture of soft coloured blocks; different for each seed, and busy enough for a perceptual hash."""
    noise = np.random.default_rng(seed).integers(0, 256, (12, 12, 3), dtype=np.uint8)
    pixels = np.ascontiguousarray(noise.repeat(side // 12, axis=0).repeat(side // 12, axis=1))
    return _png(pixels) if png else simplejpeg.encode_jpeg(pixels, quality=80)


def _png(pixels: "np.ndarray[Any, np.dtype[np.uint8]]") -> bytes:
    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )


def _time(moment: datetime) -> ObservedTime:
    return ObservedTime(moment.strftime("%Y-%m-%dT%H:%M:%SZ"), moment, Zone.KNOWN)


def as_json(tip: Tip) -> bytes:
    """The tip as another sender would write it: snake_case, lists, other words."""
    value = {
        "report_id": tip.provider_report_id,
        "reporting_esp": tip.esp,
        "incident": {"incident_type": tip.incident_type, "incident_date": _raw(tip.incident)},
        "date_received": _raw(tip.received),
        "escalate_to_high_priority": tip.high_priority,
        "report_annotations": list(tip.annotations),
        "description": tip.description,
        "batched": tip.batched,
        "chat": [dict(each.fields) for each in tip.internet],
        "suspects": [_json_person(each) for each in tip.reported],
        "victims": [_json_person(each) for each in tip.victims],
        "uploaded_files": [_json_file(each) for each in tip.files],
    }
    return json.dumps(value, indent=1).encode()


def _raw(time: ObservedTime | None) -> str | None:
    return time.raw if time is not None else None


def _json_person(person: TipPerson) -> dict[str, Any]:
    return {
        "full_name": list(person.names),
        "screen_names": list(person.screen_names),
        "user_id": list(person.user_ids),
        "emails": [{"address": each.value, "verified": each.verified} for each in person.emails],
        "phones": [{"number": each.value, "verified": each.verified} for each in person.phones],
        "ip_captures": [
            {"ip_address": each.address, "port": each.port, "timestamp": _raw(each.at), "event": each.event}
            for each in person.ips
        ],
        "estimated_location": [{"city": each.city, "country": each.country} for each in person.locations],
        "age": person.age,
    }


def _json_file(file: TipFile) -> dict[str, Any]:
    return {
        "file_name": file.name, "file_id": file.id, "size": file.size, "md5": dict(file.digests).get("md5"),
        "viewed_by_provider": file.viewed_by_provider, "industry_classification": file.classification,
        "file_annotations": list(file.annotations),
    }  # fmt: skip


def as_pdf(tip: Tip) -> bytes:
    """The tip as a printed report with labelled lines."""
    lines = list(_lines(tip))
    pages = [lines[at : at + 50] for at in range(0, len(lines), 50)]
    streams = []
    for number, page in enumerate(pages):
        shown = "".join(f"1 0 0 1 72 {780 - 14 * at} Tm ({_escaped(line)}) Tj\n" for at, line in enumerate(page))
        body = zlib.compress(f"BT /F1 10 Tf\n{shown}ET".encode("cp1252", "replace"))
        head = b"%d 0 obj <</Filter /FlateDecode /Length %d>> stream\n" % (number + 1, len(body))
        streams.append(head + body + b"\nendstream endobj\n")
    return b"%PDF-1.4\n" + b"".join(streams) + b"%%EOF\n"


def _escaped(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def _lines(tip: Tip) -> Iterator[str]:
    yield "CyberTipline-shaped report (synthetic)"
    yield f"Report ID: {tip.provider_report_id}"
    yield f"Submitter: {tip.esp}"
    yield f"Incident Type: {tip.incident_type}"
    yield f"Incident Date: {_raw(tip.incident)}"
    yield f"Date Received: {_raw(tip.received)}"
    if tip.high_priority:
        yield f"Escalate to High Priority: {tip.high_priority}"
    for mark in tip.annotations:
        yield f"Report Annotation: {mark}"
    if tip.batched:
        yield f"Batched Report: {tip.batched}"
    yield from (f"Additional Information: {text}" for text in (tip.description or "").splitlines())
    yield from (f"Additional Information: {text}" for each in tip.internet for _, text in each.fields)
    for heading, people in (("Suspect", tip.reported), ("Victim", tip.victims)):
        for person in people:
            yield heading
            yield from _person_lines(person)
    for file in tip.files:
        yield "Uploaded File Information"
        yield f"Filename: {file.name}"
        yield f"MD5: {dict(file.digests).get('md5')}"
        if file.viewed_by_provider is not None:
            answer = "Yes" if file.viewed_by_provider else "No"
            yield f"Did Reporting ESP view entire contents of uploaded file? {answer}"
        yield from (f"Annotations: {mark}" for mark in file.annotations)


def _person_lines(person: TipPerson) -> Iterator[str]:
    yield from (f"Name: {name}" for name in person.names)
    yield from (f"Screen/User Name: {name}" for name in person.screen_names)
    yield from (f"ESP User ID: {name}" for name in person.user_ids)
    yield from (
        f"Email Address: {mail.value} ({'Verified' if mail.verified else 'Unverified'})" for mail in person.emails
    )
    yield from (f"Phone: {phone.value}" for phone in person.phones)
    for each in person.ips:
        port = f":{each.port}" if each.port else ""
        yield f"IP Address: {each.address}{port} ({each.event}) {_raw(each.at) or ''}".rstrip()
    yield from (f"Location: {each.country}" for each in person.locations)
    if person.age is not None:
        yield f"Age: {person.age}"


_DOCUMENTS: Final[dict[str, Callable[[Tip], bytes]]] = {"xml": write_tip, "json": as_json, "pdf": as_pdf}
