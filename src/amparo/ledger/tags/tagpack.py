"""Read and write a TagPack (YAML): a header and tags; header fields fill what a tag leaves out.

Source: graphsense/graphsense-tagpacks; INTERPOL publishes its sanctions pack in the same form.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, Final

from amparo.base import SkipCount, Skipped, clean_text
from amparo.ledger.errors import ListTooLarge, NotATagPack
from amparo.ledger.tags.errors import WrongDate
from amparo.ledger.tags.forms import doubt, form_of
from amparo.ledger.tags.plain_yaml import Plain, read_plain_yaml, write_plain_yaml
from amparo.ledger.tags.tag import Tag

MAX_SIZE: Final = 256 << 20  # bytes; the largest public pack has a few million
#: Header fields that describe the pack itself and are not inherited by its tags.
OF_THE_PACK: Final = frozenset({"title", "creator", "description", "owner", "is_public", "tags"})
#: Fields of a tag that hold one text.
_TEXTS: Final = (
    *("address", "tx_hash", "label", "source", "currency", "network", "confidence"),
    *("actor", "category", "abuse", "lastmod", "is_cluster_definer", "tag_type"),
)
_KNOWN: Final = frozenset({*_TEXTS, "concepts", "context"})
_TRUTH: Final = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


@dataclass(frozen=True, slots=True)
class TagPack:
    """`digest` is the file's SHA-256. `document` is all of it as published, header and rows: what is written back.

    `doubts` counts tags that were kept although their address fails its checksum (`bad-address`: such a tag
    meets no real output) or is of another chain than their currency (`other-chain`).
    """

    title: str
    creator: str
    digest: str
    tags: tuple[Tag, ...]
    skipped: SkipCount
    doubts: SkipCount
    header: Mapping[str, object]
    document: Mapping[str, Any] = field(default_factory=dict)


def read_tagpack(path: Path) -> TagPack:
    """Read one pack; a tag without subject, label or currency, or with a wrong date, is skipped and named.

    Raises UnsafeYaml, DuplicateKey, BrokenYaml, TooManyParts, NotATagPack, ListTooLarge, and WrongDate for one in
    the header; then nothing is imported.
    """
    digest, value = read_document(path)
    if not isinstance(value, dict):
        raise NotATagPack(file=path.name, field="title")
    title, creator, rows = (_header_field(value, path, name) for name in ("title", "creator", "tags"))
    if not isinstance(rows, list):
        raise NotATagPack(file=path.name, field="tags")
    inherited = {name: part for name, part in value.items() if name not in OF_THE_PACK and part is not None}
    _check_day(inherited.get("lastmod"), path.name)
    header = {name: part for name, part in value.items() if name != "tags"}
    skipped, doubts = SkipCount(), SkipCount()
    reader = _TagReader(str(title), str(creator), digest, inherited, skipped, doubts)
    tags = [tag for number, row in enumerate(rows) if (tag := reader.tag(number, row)) is not None]
    return TagPack(str(title), str(creator), digest, tuple(tags), skipped, doubts, header, value)


def read_document(path: Path) -> tuple[str, Plain]:
    """The file's SHA-256 and its one document."""
    if path.stat().st_size > MAX_SIZE:
        raise ListTooLarge(file=path.name, limit=MAX_SIZE)
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        stream.seek(0)
        return digest, read_plain_yaml(stream, path.name)


def write_tagpack(pack: TagPack, stream: BinaryIO) -> None:
    """Write the pack as it was published: header, inheritance, unknown fields and skipped rows included.

    Comments and the order of bytes are not kept; every YAML reader gets equal values.
    """
    write_plain_yaml(dict(pack.document), stream)


def _header_field(value: Mapping[str, Any], path: Path, name: str) -> Any:
    found = value.get(name)
    if not found or (name != "tags" and not isinstance(found, str)):
        raise NotATagPack(file=path.name, field=name)
    return found


def _check_day(value: object, place: str) -> None:
    if value is not None and _day(value) is None:
        raise WrongDate(value=str(value)[:40], place=place)


@dataclass(frozen=True, slots=True)
class _TagReader:
    title: str
    creator: str
    digest: str
    inherited: Mapping[str, Any]
    skipped: SkipCount
    doubts: SkipCount

    def tag(self, number: int, row: Any) -> Tag | None:
        """The tag of one row, None where it was skipped."""
        if not isinstance(row, dict):
            self.skipped.add(Skipped(self._place(number), "not-a-tag"))
            return None
        fields = {**self.inherited, **{name: part for name, part in row.items() if part is not None}}
        texts = {name: _text(fields.get(name)) for name in _TEXTS}
        reason = _why_not(fields, texts)
        if reason is not None:
            self.skipped.add(Skipped(self._place(number), reason, (texts["address"] or "")[:100]))
            return None
        return self._good(number, fields, texts)

    def _good(self, number: int, fields: Mapping[str, Any], texts: Mapping[str, str | None]) -> Tag:
        address, currency = texts["address"], texts["currency"] or ""
        form = None if address is None else form_of(address)
        if address is not None and (odd := doubt(form, currency)) is not None:
            self.doubts.add(Skipped(self._place(number), odd, address[:100]))
        context = fields.get("context")
        return Tag(
            address=address,
            tx_hash=texts["tx_hash"],
            label=texts["label"] or "",
            source=texts["source"],
            currency=currency,
            network=texts["network"] or form,
            confidence=texts["confidence"] or "unknown",
            actor=texts["actor"],
            category=texts["category"],
            abuse=texts["abuse"],
            lastmod=_day(texts["lastmod"]),
            is_cluster_definer=_TRUTH.get((texts["is_cluster_definer"] or "false").lower(), False),
            creator=self.creator,
            title=self.title,
            pack=self.digest,
            extra={name: part for name, part in fields.items() if name not in _KNOWN},
            concepts=_words(fields.get("concepts")),
            context=_text(context),
            tag_type=texts["tag_type"],
        )

    def _place(self, number: int) -> str:
        return f"{self.title} #{number + 1}"


def _why_not(fields: Mapping[str, Any], texts: Mapping[str, str | None]) -> str | None:
    """The reason to skip a tag, None for a good one."""
    if any(isinstance(fields.get(name), (list, dict)) for name in _TEXTS) or isinstance(fields.get("concepts"), dict):
        return "wrong-type"
    if (texts["address"] is None) == (texts["tx_hash"] is None):
        return "no-subject"
    if texts["label"] is None:
        return "no-label"
    if texts["currency"] is None:
        return "no-currency"
    if texts["lastmod"] is not None and _day(texts["lastmod"]) is None:
        return "bad-date"
    truth = texts["is_cluster_definer"]
    return "wrong-type" if truth is not None and truth.lower() not in _TRUTH else None


def _text(value: object) -> str | None:
    """Stripped text, None for nothing (and for a list or mapping where text belongs)."""
    if not isinstance(value, str):
        return None
    plain = value.isascii() and value.isprintable()  # nothing to clean, as in almost every tag
    return (value if plain else clean_text(value)).strip() or None


def _words(value: object) -> tuple[str, ...]:
    """One word or a list of words; what is no text in it is left out."""
    parts = value if isinstance(value, list) else [value]
    return tuple(word for part in parts if (word := _text(part)) is not None)


def _day(value: object) -> date | None:
    """The day of an ISO date or time; None where it is not one."""
    text = _text(value)
    if text is None:
        return None
    if len(text) > 10 and text[10] not in "Tt ":
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
