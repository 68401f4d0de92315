"""The plain, slow twin of the native reader of VICS-shaped lists: the whole document by json, then record by record."""

import base64
import binascii
import json
import re
from typing import Any

from amparo.base import Skipped
from amparo.media.lists import Entry

OCTETS = {"md5": 16, "pdq": 32, "photodna": 144, "sha1": 20, "sha256": 32}
TEXTS = ("DateUpdated", "MediaID", "MediaSize", "Series")
FLAGS = ("IsDistributed", "IsSuspected", "OffenderIdentified", "SelfGenerated", "VictimIdentified")


class Number(str):
    """A number as it is written."""


class Pairs(list[tuple[str, Any]]):
    """An object with all its members, twice-named ones too."""


def read(data: bytes) -> list[Entry | Skipped]:
    """Read a sound document. Raises ValueError where json does."""
    document = json.loads(
        data.removeprefix(b"\xef\xbb\xbf").decode(), object_pairs_hook=Pairs, parse_int=Number, parse_float=Number
    )
    return [
        entry for number, (case, record) in enumerate(_records(document), 1) for entry in _entry(number, case, record)
    ]


def _records(document: Pairs) -> list[tuple[str | None, Any]]:
    model = str(document[0][1])
    elements = next(value for name, value in document if name == "value")
    if model.lower().endswith("#media"):
        return [(None, element) for element in elements]
    found: list[tuple[str | None, Any]] = []
    for case in elements:
        head: list[str] = []
        for name, value in case:
            if name.lower() == "media":
                found += [(("{" + ",".join(head) + "}") if head else None, element) for element in value]
            else:
                head.append(f"{_compact(name)}:{_compact(value)}")
    return found


def _entry(number: int, case: str | None, record: Any) -> list[Entry | Skipped]:
    what = f"record {number}"
    if not isinstance(record, Pairs):
        return [Skipped(what, "not-a-record")]
    digests, left_out = _digests(record)
    if not digests:
        return [Skipped(what, "bad-digest" if left_out else "no-digest")]
    extra = {name: text for name in TEXTS if (text := _first(record, name))}
    extra |= {name: "true" for name in FLAGS if any(text.lower() in {"true", "1"} for text in _all(record, name))}
    extra |= {"case": case} if case else {}
    entry = Entry(number, digests, _first(record, "Category"), None, extra, _compact(record))
    return ([Skipped(what, "digest-left-out")] if left_out else []) + [entry]


def _digests(record: Pairs) -> tuple[dict[str, str], bool]:
    found: dict[str, str] = {}
    left_out = False
    for signal, text in _offers(record):
        digest = _digest(signal, text)
        if digest is None or found.get(signal, digest) != digest:
            left_out = True
        else:
            found[signal] = digest
    return found, left_out


def _offers(record: Pairs) -> list[tuple[str, str]]:
    offers = []
    for name, value in record:
        if name.lower() in OCTETS:
            offers.append((name.lower(), _text(value)))
        if name.lower() in {"alternativehash", "alternativehashes"}:
            for each in [value] if isinstance(value, Pairs) else value if isinstance(value, list) else []:
                if isinstance(each, Pairs):
                    kind = re.sub("[-_ ]", "", _first(each, "HashName") or "").lower()
                    offers.append((kind, _first(each, "HashValue") or ""))
    return [(kind, text) for kind, text in offers if kind in OCTETS and text]


def _digest(signal: str, text: str) -> str | None:
    if signal == "photodna":
        try:
            raw = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            return None
        return raw.hex() if len(raw) == OCTETS[signal] and len(text) == 192 else None
    return text.lower() if re.fullmatch(f"[0-9a-fA-F]{{{2 * OCTETS[signal]}}}", text) else None


def _all(record: Pairs, wanted: str) -> list[str]:
    return [_text(value) for name, value in record if name.lower() == wanted.lower()]


def _first(record: Pairs, wanted: str) -> str | None:
    return next((text for text in _all(record, wanted) if text), None)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return ""
    cleaned = "".join("\ufffd" if sign == "\0" or "\ud800" <= sign <= "\udfff" else sign for sign in value)
    return cleaned.strip(" \t\r\n")


def _compact(value: Any) -> str:
    """JSON without spaces. Only for documents whose texts are written as json writes them (no other escapes)."""
    if isinstance(value, Pairs):
        return "{" + ",".join(f"{_compact(name)}:{_compact(part)}" for name, part in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_compact, value)) + "]"
    return str(value) if isinstance(value, Number) else json.dumps(value, ensure_ascii=False)
