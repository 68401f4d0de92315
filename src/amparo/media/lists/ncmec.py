"""NCMEC hash sharing, version 2: XML pages of images and videos, with votes, and tombstones of what was deleted.

image, video: an entry with its fingerprints (md5, sha1, pdq, pdna; others are kept); classification is the label;
member and id name it at its source. deletedImage, deletedVideo: a withdrawn entry, which has no digests: it takes back
what the same member listed under the same id. `source` keeps the record, without the spaces between its elements.
A page that names a next one is a part of the list; that is said as a skip. Entities and document types are refused.
Source: facebook/ThreatExchange, python-threatexchange, exchanges/clients/ncmec and its tests; the meaning of the
classifications, and the encoding of pdna (hex or base64 of 144 bytes are read), are unverified.
"""

import base64
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from typing import Any, BinaryIO, Final
from xml.etree.ElementTree import Element, SubElement, tostring

from amparo.base import AmparoError, Skipped
from amparo.media.lists.entry import Entry, ListExample, ListFormat
from amparo.media.lists.lines import one_line
from amparo.media.lists.xml_records import XmlRecord, records
from amparo.media.signals import SIGNALS

NAMESPACE: Final = "https://hashsharing.ncmec.org/hashsharing/v2"
KINDS: Final = ("image", "video", "deletedImage", "deletedVideo")
FINGERPRINTS: Final = {"md5": "md5", "sha1": "sha1", "sha256": "sha256", "pdq": "pdq", "pdna": "photodna"}

#: As clients of the service read it.
_STAMP: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_UNFIT: Final = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class NcmecList(ListFormat):
    """NCMEC hash sharing XML, version 2."""

    name = "ncmec-v2"
    writable = True

    def read(self, stream: BinaryIO) -> Iterator[Entry | Skipped]:
        number = 0
        for record in records(stream, NAMESPACE, frozenset(KINDS), frozenset({"next"})):
            if isinstance(record, Skipped):
                number += record.reason == "record-too-large"
                yield record
            elif record.tag == "next":
                if (record.element.text or "").strip():
                    yield Skipped("the list", "more-pages", "its source has more records than this file")
            else:
                number += 1
                yield from _entry(number, record)

    def write(self, entries: Iterable[Entry], sink: BinaryIO, facts: Mapping[str, Any]) -> int:
        """Write images, then videos, as records of their own or as they came. An active entry needs a fingerprint."""
        with tempfile.TemporaryFile() as images, tempfile.TemporaryFile() as videos:
            blocks = {"images": _Block(images), "videos": _Block(videos)}
            for entry in entries:
                if (text := _record(entry)) is not None:
                    blocks["videos" if _kind(entry).lower().endswith("video") else "images"].add(text, entry)
            sink.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<queryResult xmlns="{NAMESPACE}">\n'.encode())
            for name, block in blocks.items():
                block.write(name, sink)
            sink.write(b"</queryResult>\n")
        return sum(block.count for block in blocks.values())

    def examples(self) -> list[ListExample]:
        member, digest = '<member id="42">Example Member</member>', "900150983cd24fb0d6963f7d28e17f72"
        text = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<queryResult xmlns="{NAMESPACE}">
  <images count="3" maxTimestamp="2017-10-24T15:10:00Z">
    <image>{member}<timestamp>2017-10-24T15:00:00Z</timestamp><id>image1</id><classification>A1</classification>
      <fingerprints><md5>{digest}</md5><sha1></sha1></fingerprints>
      <feedback><affirmativeFeedback type="Md5"><members><member id="43">Other</member></members></affirmativeFeedback>
      </feedback></image>
    <image>{member}<id>image2</id><fingerprints><md5>abc</md5></fingerprints></image>
    <deletedImage>{member}<id>image4</id><timestamp>2017-10-24T15:10:00Z</timestamp></deletedImage>
  </images>
  <paging><next>/v2/entries?start=2001&amp;size=1000</next></paging>
</queryResult>"""
        return [ListExample(text.encode(), 2, ("bad-digest", "more-pages"))]


def _entry(number: int, record: XmlRecord) -> Iterator[Entry | Skipped]:
    deleted = record.tag.startswith("deleted")
    digests, left_out = _fingerprints(record.element)
    if not deleted and not digests:
        yield Skipped(f"record {number}", "bad-digest" if left_out else "no-digest", ", ".join(left_out))
        return
    if left_out:
        yield Skipped(f"record {number}", "digest-left-out", ", ".join(left_out))
    label = _text(record.element.find("classification")) or None
    status: Any = "withdrawn" if deleted else "active"
    yield Entry(number, digests, label, None, _extra(record), record.source, status)


def _fingerprints(element: Element) -> tuple[dict[str, str], list[str]]:
    found: dict[str, str] = {}
    left_out = []
    for each in element.iterfind("fingerprints/*"):
        signal, text = FINGERPRINTS.get(each.tag.lower()), _text(each)
        if signal is None or not text:
            continue
        digest = _digest(signal, text)
        if digest is None or found.get(signal, digest) != digest:
            left_out.append(each.tag)
        else:
            found[signal] = digest
    return found, left_out


def _digest(signal: str, text: str) -> str | None:
    """Hex in any case; PhotoDNA values also as base64, whose case counts."""
    if signal == "photodna" and not SIGNALS[signal].valid(text.lower()):
        try:
            text = base64.b64decode(text, validate=True).hex()
        except ValueError:
            return None
    return text.lower() if SIGNALS[signal].valid(text.lower()) else None


def _extra(record: XmlRecord) -> dict[str, str]:
    element, member = record.element, record.element.find("member")
    ups = sum(1 for _ in element.iterfind("feedback/affirmativeFeedback/members/member"))
    downs = sum(1 for _ in element.iterfind("feedback/negativeFeedback/reasons/members/member"))
    extra = {
        "kind": record.tag,
        "member_id": one_line(member.get("id", "")) if member is not None else "",
        "member": _text(member),
        "id": _text(element.find("id")),
        "timestamp": _text(element.find("timestamp")),
        "upvotes": str(ups) if ups else "",
        "downvotes": str(downs) if downs else "",
    }
    return {name: text for name, text in extra.items() if text}


def _text(element: Element | None) -> str:
    return one_line(element.text or "") if element is not None else ""


def _kind(entry: Entry) -> str:
    kind = entry.extra.get("kind", "image")
    kind = kind if kind in KINDS else "image"
    is_video = kind.lower().endswith("video")
    if entry.status == "withdrawn":
        return "deletedVideo" if is_video else "deletedImage"
    return "video" if is_video else "image"


def _record(entry: Entry) -> str | None:
    if entry.source and _says_the_same(entry):
        return entry.source
    if entry.status == "active" and not entry.digests:
        return None
    return tostring(_made(entry), encoding="unicode")


def _says_the_same(entry: Entry) -> bool:
    text = f'<r xmlns="{NAMESPACE}">{entry.source}</r>'
    try:
        found = list(NcmecList().read(BytesIO(text.encode()))) if (entry.source or "").startswith("<") else []
    except AmparoError:
        return False  # the record of another form, which only begins like XML
    read = found[-1] if found else None
    return isinstance(read, Entry) and (read.digests, read.label, read.extra, read.source, read.status) == (
        dict(entry.digests),
        entry.label,
        dict(entry.extra),
        entry.source,
        entry.status,
    )


def _made(entry: Entry) -> Element:
    element = Element(_kind(entry))
    extra = {name: fit(text) for name, text in entry.extra.items()}
    SubElement(element, "member", id=extra.get("member_id", "0")).text = extra.get("member")
    if "timestamp" in extra:
        SubElement(element, "timestamp").text = extra["timestamp"]
    SubElement(element, "id").text = extra.get("id", str(entry.row))
    if entry.label:
        SubElement(element, "classification").text = fit(entry.label)
    if entry.status == "active":
        prints = SubElement(element, "fingerprints")
        for tag, signal in FINGERPRINTS.items():
            if signal in entry.digests:
                SubElement(prints, tag).text = entry.digests[signal]
    return element


def fit(text: str) -> str:
    """`text` with the signs that XML cannot carry replaced."""
    return _UNFIT.sub("\ufffd", one_line(text))


class _Block:
    """The records of one kind, on the disk until their number and latest time are known."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self.count = 0
        self._latest = "1970-01-01T00:00:00Z"

    def add(self, text: str, entry: Entry) -> None:
        self._file.write(text.encode("utf-8", "xmlcharrefreplace") + b"\n")
        stamp = entry.extra.get("timestamp", "")
        if _STAMP.fullmatch(stamp):
            self._latest = max(self._latest, stamp)
        self.count += 1

    def write(self, name: str, sink: BinaryIO) -> None:
        if not self.count:
            return
        sink.write(f'<{name} count="{self.count}" maxTimestamp="{self._latest}">\n'.encode())
        self._file.seek(0)
        while chunk := self._file.read(1 << 20):
            sink.write(chunk)
        sink.write(f"</{name}>\n".encode())
