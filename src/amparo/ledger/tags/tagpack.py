"""Read a TagPack (YAML): a header and tags; header fields fill what a tag leaves out.

Source: graphsense/graphsense-tagpacks; INTERPOL publishes its sanctions pack in the same form.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from amparo.base import SkipCount, Skipped, clean_text
from amparo.ledger.errors import ListTooLarge, NotATagPack
from amparo.ledger.tags.forms import doubt, form_of
from amparo.ledger.tags.plain_yaml import read_plain_yaml
from amparo.ledger.tags.tag import Tag

MAX_SIZE: Final = 256 << 20  # bytes; the largest public pack has a few million
#: Header fields that describe the pack itself and are not inherited by its tags.
_OF_THE_PACK: Final = frozenset({"title", "creator", "description", "owner", "is_public", "tags"})
_KNOWN: Final = frozenset(
    {
        *("address", "tx_hash", "label", "source", "currency", "network", "confidence"),
        *("actor", "category", "abuse", "lastmod", "is_cluster_definer"),
    }
)


@dataclass(frozen=True, slots=True)
class TagPack:
    """`digest` is the file's SHA-256. `header` keeps every header field as published, for the way back.

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


def read_tagpack(path: Path) -> TagPack:
    """Read one pack; tags without subject, label or currency are skipped and counted.

    Raises UnsafeYaml, DuplicateKey, BrokenYaml, NotATagPack, ListTooLarge; then nothing is imported.
    """
    if path.stat().st_size > MAX_SIZE:
        raise ListTooLarge(file=path.name, limit=MAX_SIZE)
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        stream.seek(0)
        value = read_plain_yaml(stream, path.name)
    if not isinstance(value, dict):
        raise NotATagPack(file=path.name, field="title")
    title, creator, rows = (_header_field(value, path, name) for name in ("title", "creator", "tags"))
    if not isinstance(rows, list):
        raise NotATagPack(file=path.name, field="tags")
    inherited = {name: part for name, part in value.items() if name not in _OF_THE_PACK}
    header = {name: part for name, part in value.items() if name != "tags"}
    skipped, doubts = SkipCount(), SkipCount()
    reader = _TagReader(str(title), str(creator), digest, inherited, skipped, doubts)
    tags = [tag for number, row in enumerate(rows) if (tag := reader.tag(number, row)) is not None]
    return TagPack(str(title), str(creator), digest, tuple(tags), skipped, doubts, header)


def _header_field(value: Mapping[str, Any], path: Path, name: str) -> Any:
    found = value.get(name)
    if not found:
        raise NotATagPack(file=path.name, field=name)
    return found


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
        address, tx_hash = _text(fields.get("address")), _text(fields.get("tx_hash"))
        label, currency = _text(fields.get("label")), _text(fields.get("currency"))
        reason = _why_not(address, tx_hash, label, currency)
        if reason is not None or label is None or currency is None:
            self.skipped.add(Skipped(self._place(number), reason or "no-label", (address or "")[:100]))
            return None
        if address is not None and (odd := doubt(address, currency)) is not None:
            self.doubts.add(Skipped(self._place(number), odd, address[:100]))
        network = _text(fields.get("network"))
        return Tag(
            address=address,
            tx_hash=tx_hash,
            label=label,
            source=_text(fields.get("source")),
            currency=currency,
            network=network or (None if address is None else form_of(address)),
            confidence=_text(fields.get("confidence")) or "unknown",
            actor=_text(fields.get("actor")),
            category=_text(fields.get("category")),
            abuse=_text(fields.get("abuse")),
            lastmod=_day(fields.get("lastmod")),
            is_cluster_definer=(_text(fields.get("is_cluster_definer")) or "").lower() == "true",
            creator=self.creator,
            title=self.title,
            pack=self.digest,
            extra={name: part for name, part in fields.items() if name not in _KNOWN},
        )

    def _place(self, number: int) -> str:
        return f"{self.title} #{number + 1}"


def _why_not(address: str | None, tx_hash: str | None, label: str | None, currency: str | None) -> str | None:
    """The reason to skip a tag, None for a good one."""
    if (address is None) == (tx_hash is None):
        return "no-subject"
    if label is None:
        return "no-label"
    return "no-currency" if currency is None else None


def _text(value: object) -> str | None:
    """Stripped text, None for nothing (and for a list or mapping where text belongs)."""
    return clean_text(value).strip() or None if isinstance(value, str) else None


def _day(value: object) -> date | None:
    """The day of an ISO date or time; None where it is not one."""
    text = _text(value)
    if text is None:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
