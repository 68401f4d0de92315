"""What a unit thinks of a list's entries, written for the list's source to read.

NCMEC: the votes of its feedback call, one element a fingerprint, with the place it is sent to; a vote against needs a
reason's id from the source, so it carries our note instead and says so. StopNCII: `hashFeedbacks` with the values of
its API. All other forms: CSV, one line an opinion.
Source: facebook/ThreatExchange, exchanges/clients/ncmec and /stopncii; that the services take whole files is not said
anywhere, so they are for a person, or a client, to hand over.
"""

import csv
import json
from collections.abc import Iterable
from io import StringIO
from typing import BinaryIO, Final, Literal, NamedTuple
from xml.etree.ElementTree import Element, SubElement, tostring

from amparo.media.lists.entry import Entry
from amparo.media.lists.lines import one_line
from amparo.media.lists.ncmec import FINGERPRINTS, NAMESPACE, fit
from amparo.media.lists.stopncii import SIGNAL_TYPES
from amparo.media.signals import SIGNALS

#: "withdrawn": we no longer match with it; the source may know more and keep it.
View = Literal["confirmed", "disputed", "withdrawn"]
_NCII: Final = {"confirmed": "Blocked", "disputed": "NotBlocked", "withdrawn": "None"}
_COLUMNS: Final = ("row", *SIGNALS.names(), "label", "opinion", "seen", "note")


class Opinion(NamedTuple):
    """`seen`: how many of our files agree with the entry. `note`: words for the source; nothing of a case."""

    entry: Entry
    opinion: View
    seen: int = 0
    note: str = ""


def write(form: str, opinions: Iterable[Opinion], sink: BinaryIO) -> int:
    """Write `opinions` on entries of a list of the form `form` (a name in LISTS) and return how many."""
    if form == "ncmec-v2":
        return _ncmec(opinions, sink)
    if form == "stopncii":
        return _stopncii(opinions, sink)
    return _csv(opinions, sink)


def suffix(form: str) -> str:
    """The file name's ending of what `write` makes."""
    return {"ncmec-v2": "xml", "stopncii": "json"}.get(form, "csv")


def _ncmec(opinions: Iterable[Opinion], sink: BinaryIO) -> int:
    sink.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<feedbackSubmissions xmlns="{NAMESPACE}">\n'.encode())
    count = 0
    for each in opinions:
        count += 1
        for tag, signal in FINGERPRINTS.items():
            if signal in each.entry.digests and each.opinion != "withdrawn":
                sink.write(tostring(_vote(each, tag.upper()), encoding="utf-8", xml_declaration=False) + b"\n")
    sink.write(b"</feedbackSubmissions>\n")
    return count


def _vote(each: Opinion, kind: str) -> Element:
    extra = each.entry.extra
    place = f"entries/{fit(extra.get('member_id', ''))}/{fit(extra.get('id', ''))}/{kind}/feedback"
    element = Element("feedbackSubmission", path=place, seen=str(each.seen))
    vote = SubElement(element, "affirmative" if each.opinion == "confirmed" else "negative")
    if each.note:
        SubElement(vote, "note").text = fit(each.note)
    return element


def _stopncii(opinions: Iterable[Opinion], sink: BinaryIO) -> int:
    sink.write(b'{"hashFeedbacks":[')
    count = written = 0
    for each in opinions:
        count += 1
        for signal in SIGNAL_TYPES.values():
            if signal in each.entry.digests:
                tags = [one_line(each.note)] if each.note else []
                said = {"hashValue": each.entry.digests[signal], "feedbackValue": _NCII[each.opinion], "tags": tags}
                sink.write((("," if written else "") + "\n" + json.dumps(said, ensure_ascii=False)).encode())
                written += 1
    sink.write(f'\n],"count":{written}}}\n'.encode())
    return count


def _csv(opinions: Iterable[Opinion], sink: BinaryIO) -> int:
    sink.write(_line(_COLUMNS))
    count = 0
    for each in opinions:
        count += 1
        digests = [each.entry.digests.get(name, "") for name in SIGNALS.names()]
        words = [one_line(each.entry.label or ""), each.opinion, str(each.seen), one_line(each.note)]
        sink.write(_line([str(each.entry.row), *digests, *words]))
    return count


def _line(fields: Iterable[str]) -> bytes:
    out = StringIO()
    csv.writer(out, lineterminator="\n").writerow(fields)
    return out.getvalue().encode()
