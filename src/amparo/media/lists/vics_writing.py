"""Write VICS-shaped JSON: each record as it was received, or made of what an entry of another list has."""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, groupby
from typing import Any, BinaryIO, Final

from amparo import _kernels
from amparo.media.lists.entry import Entry
from amparo.media.lists.records import RECORD_LIMIT

_FLAGS: Final = ("IsDistributed", "IsSuspected", "OffenderIdentified", "SelfGenerated", "VictimIdentified")
_TEXTS: Final = ("DateUpdated", "Series")
_PROBE: Final = b'{"odata.metadata":"#Media","value":['


def write_vics(entries: Iterable[Entry], sink: BinaryIO, key: str, model: str) -> int:
    """Write one document and return the number of records. The first entry decides whether it holds cases."""
    given = (entry for entry in entries if entry.status == "active" and entry.digests)
    first = next(given, None)
    everything = chain([first], given) if first else iter(())
    cases = first is not None and _case(first) is not None
    sink.write(f'{{"{key}":{_json(model + ("#Cases" if cases else "#Media"))},"value":['.encode())
    count = _write_cases(everything, sink) if cases else _write_records(everything, sink, 0)
    sink.write(b"]}\n")
    return count


def _write_cases(entries: Iterator[Entry], sink: BinaryIO) -> int:
    count = 0
    for case, group in groupby(entries, key=_case):
        head = case[:-1] + "," if case else "{"
        sink.write(((",\n" if count else "\n") + head + '"Media":[').encode())
        count += _write_records(group, sink, count)
        sink.write(b"]}")
    return count


def _write_records(entries: Iterable[Entry], sink: BinaryIO, before: int) -> int:
    count = 0
    for count, entry in enumerate(entries, start=1):
        sink.write((("," if count > 1 else "") + "\n" + _record(entry, before + count)).encode())
    return count


def _case(entry: Entry) -> str | None:
    """The JSON object of what stands before the media of the entry's case, None where none can be written."""
    text = entry.extra.get("case", "").strip()
    try:
        case = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(case, dict) or not case or any(name.lower() == "media" for name in case):
        return None
    return text


def _record(entry: Entry, number: int) -> str:
    return entry.source if entry.source and _says_the_same(entry) else _json(_made(entry, number))


def _says_the_same(entry: Entry) -> bool:
    """Whether the record as received is one of this format and still says what the entry says."""
    reader = _kernels.RecordReader("value", RECORD_LIMIT)
    reader.feed(_PROBE + (entry.source or "").encode() + b"]}")
    reader.finish()
    taken = reader.take()
    if reader.fault or taken["count"] != 1:
        return False
    read = json.loads(taken["lines"])
    extra = {name: text for name, text in entry.extra.items() if name != "case"}
    return bool(
        read["digests"] == dict(entry.digests) and read["label"] == entry.label and dict(read["extra"]) == extra
    )


def _made(entry: Entry, number: int) -> dict[str, Any]:
    """A record of what the format has a place for; a label that is no category becomes a tag."""
    digests, extra = entry.digests, entry.extra
    label = entry.label
    is_category = label is not None and label.isascii() and label.isdigit()
    return {
        name: value
        for name, value in {
            "MediaID": _number(extra.get("MediaID", str(number))),
            "Category": _number(label) if is_category else None,
            "MD5": digests.get("md5", "").upper() or None,
            "SHA1": digests.get("sha1", "").upper() or None,
            "PhotoDNA": base64.b64encode(bytes.fromhex(digests.get("photodna", ""))).decode() or None,
            "AlternativeHash": _alternatives(digests) or None,
            "MediaSize": _number(extra.get("MediaSize")),
            **{name: extra.get(name) for name in _TEXTS},
            **{name: True if extra.get(name) == "true" else None for name in _FLAGS},
            "Tags": None if is_category else label,
        }.items()
        if value is not None
    }


def _alternatives(digests: Mapping[str, str]) -> list[dict[str, str]]:
    own = {"MD5": digests["md5"].upper()} if "md5" in digests else {}
    return [
        own | {"HashName": name.upper(), "HashValue": digests[name]} for name in ("pdq", "sha256") if name in digests
    ]


def _number(text: str | None) -> int | str | None:
    """A number where `text` is one that JSON writes the same way."""
    if text and text.isascii() and text.isdigit() and (text == "0" or text[0] != "0") and len(text) < 16:
        return int(text)
    return text or None


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
