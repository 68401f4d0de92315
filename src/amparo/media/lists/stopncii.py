"""StopNCII-shaped JSON: hashes of intimate pictures that people asked to be kept off platforms.

Each record is one hash: signalType ImagePDQ or VideoMD5 (others, as VideoTMK, are not compared and are said),
hashStatus (Withdrawn and Deleted make a withdrawn entry), caseNumbers, CSPFeedbacks. `source` keeps the record.
A page whose `hasMoreRecords` is true is a part of the list; that is said as a skip.
Source: facebook/ThreatExchange, python-threatexchange, exchanges/clients/stopncii/api.py.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO, Final

from amparo.base import Skipped, clean_text
from amparo.media.lists.entry import Entry, ListExample, ListFormat
from amparo.media.lists.records import json_object, plain_records
from amparo.media.signals import SIGNALS

SIGNAL_TYPES: Final = {"ImagePDQ": "pdq", "VideoMD5": "md5"}
_WITHDRAWN: Final = frozenset({"Withdrawn", "Deleted"})
_TEXTS: Final = ("lastModtimestamp", "hashStatus", "signalType")


class StopNcii(ListFormat):
    """StopNCII-shaped JSON."""

    name = "stopncii"
    writable = True

    def read(self, stream: BinaryIO) -> Iterator[Entry | Skipped]:
        for each in plain_records(stream, "hashRecords"):
            if isinstance(each, Skipped):
                yield each
            elif each[0] == 0:
                if json_object(each[1]).get("hasMoreRecords") is True:
                    yield Skipped("the list", "more-pages", "its source has more records than this file")
            else:
                yield _entry(*each)

    def write(self, entries: Iterable[Entry], sink: BinaryIO, facts: Mapping[str, Any]) -> int:
        """Write each PDQ and MD5 as a record of its own, or the record as it came; the rest has no place here."""
        sink.write(b'{"hashRecords":[')
        count = 0
        for text in (text for entry in entries for text in _records(entry)):
            sink.write((("," if count else "") + "\n" + text).encode())
            count += 1
        tail = {"count": count, "nextPageToken": None, "nextSetTimestamp": 0, "hasMoreRecords": False}
        sink.write(("\n]," + json.dumps(tail, separators=(",", ":"))[1:] + "\n").encode())
        return count

    def examples(self) -> list[ListExample]:
        pdq = SIGNALS["pdq"].examples()[0].digest
        records = [
            {"lastModtimestamp": 1700000000, "signalType": "ImagePDQ", "hashValue": pdq, "hashStatus": "Active",
             "caseNumbers": {"42": "Active"}, "CSPFeedbacks": [{"feedbackValue": "Blocked", "tags": []}]},
            {"signalType": "VideoMD5", "hashValue": "900150983cd24fb0d6963f7d28e17f72", "hashStatus": "Withdrawn"},
            {"signalType": "VideoTMK", "hashValue": "AAAA", "hashStatus": "Active"},
        ]  # fmt: skip
        document = {"count": 3, "hasMoreRecords": True, "hashRecords": records}
        return [ListExample(json.dumps(document).encode(), 2, ("no-digest", "more-pages"))]


def _entry(number: int, text: str) -> Entry | Skipped:
    record = json_object(text)
    signal = SIGNAL_TYPES.get(_word(record, "signalType"))
    digest = _word(record, "hashValue").lower()
    if signal is None or not digest:
        return Skipped(f"record {number}", "no-digest", f"a hash of the kind {_word(record, 'signalType') or '(none)'}")
    if not SIGNALS[signal].valid(digest):
        return Skipped(f"record {number}", "bad-digest", f"{signal} must be {2 * SIGNALS[signal].octets} hex digits")
    extra = {name: word for name in _TEXTS if (word := _word(record, name))}
    cases = record.get("caseNumbers")
    if isinstance(cases, dict) and cases:
        extra["caseNumbers"] = clean_text(", ".join(cases))
    withdrawn = _word(record, "hashStatus") in _WITHDRAWN
    return Entry(number, {signal: digest}, None, None, extra, text, "withdrawn" if withdrawn else "active")


def _word(record: Mapping[str, Any], name: str) -> str:
    value = record.get(name)
    return clean_text(value).strip() if isinstance(value, str) else ""


def _records(entry: Entry) -> Iterator[str]:
    if entry.source and _says_the_same(entry):
        yield entry.source
        return
    for kind, signal in SIGNAL_TYPES.items():
        if signal in entry.digests:
            status = "Active" if entry.status == "active" else "Withdrawn"
            stamp = entry.extra.get("lastModtimestamp", "0")
            record = {
                "lastModtimestamp": int(stamp) if stamp.isascii() and stamp.isdigit() and len(stamp) < 16 else 0,
                "signalType": kind, "hashValue": entry.digests[signal], "hashStatus": status, "caseNumbers": {},
            }  # fmt: skip
            yield json.dumps(record, separators=(",", ":"))


def _says_the_same(entry: Entry) -> bool:
    read = _entry(entry.row, entry.source or "")
    return isinstance(read, Entry) and read == entry
