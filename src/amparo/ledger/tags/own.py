"""Tags of one's own: what the unit itself says about an address or transaction, with source, reviewer and time.

They leave as a TagPack like any other. Reviewer and time of review stand in the tag's `context`, as canonical JSON:
the vocabulary has no fields for them.
"""

import hashlib
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from amparo.base import SkipCount, canonical, clean_text, iso_ms
from amparo.ledger.tags.errors import TagIncomplete, WordUnknown
from amparo.ledger.tags.forms import form_of
from amparo.ledger.tags.plain_yaml import Bare, write_plain_yaml
from amparo.ledger.tags.tag import CONFIDENCE, Tag
from amparo.ledger.tags.tagpack import TagPack


@dataclass(frozen=True, slots=True)
class OwnTag:
    """Exactly one of `address` and `tx_hash`. `at` is when `reviewer` looked at it, aware.

    Raises TagIncomplete or WordUnknown for what a tag cannot be without.
    """

    address: str | None
    tx_hash: str | None
    label: str
    source: str
    currency: str
    reviewer: str
    at: datetime
    confidence: str = "forensic_investigation"
    network: str | None = None
    actor: str | None = None
    category: str | None = None
    abuse: str | None = None
    concepts: tuple[str, ...] = ()
    is_cluster_definer: bool = False

    def __post_init__(self) -> None:
        if bool(self.address) == bool(self.tx_hash):
            raise TagIncomplete(field="address or tx_hash")
        for name in ("label", "source", "currency", "reviewer"):
            if not clean_text(getattr(self, name)).strip():
                raise TagIncomplete(field=name)
        if self.at.tzinfo is None:
            raise TagIncomplete(field="at")
        if self.confidence not in CONFIDENCE:
            raise WordUnknown(word=self.confidence, known=", ".join(CONFIDENCE))

    @property
    def context(self) -> str:
        return canonical({"reviewer": self.reviewer, "reviewed": iso_ms(self.at)})

    def row(self) -> dict[str, Any]:
        """The tag as a TagPack writes it; what is not given stands nowhere."""
        fields: dict[str, Any] = {
            "address": self.address,
            "tx_hash": self.tx_hash,
            "label": self.label,
            "source": self.source,
            "currency": self.currency,
            "network": self.network,
            "confidence": self.confidence,
            "actor": self.actor,
            "category": self.category,
            "abuse": self.abuse,
            "concepts": list(self.concepts) or None,
            "is_cluster_definer": Bare("true" if self.is_cluster_definer else "false"),
            "lastmod": Bare(self.at.date().isoformat()),
            "context": self.context,
        }
        return {name: part for name, part in fields.items() if part is not None}

    def tag(self, *, creator: str, title: str, pack: str) -> Tag:
        network = self.network or (form_of(self.address) if self.address else None)
        return Tag(
            address=self.address,
            tx_hash=self.tx_hash,
            label=self.label,
            source=self.source,
            currency=self.currency,
            network=network,
            confidence=self.confidence,
            actor=self.actor,
            category=self.category,
            abuse=self.abuse,
            lastmod=self.at.date(),
            is_cluster_definer=self.is_cluster_definer,
            creator=creator,
            title=title,
            pack=pack,
            concepts=self.concepts,
            context=self.context,
        )


def own_pack(tags: Iterable[OwnTag], *, title: str, creator: str, header: Mapping[str, Any] | None = None) -> TagPack:
    """Make a TagPack of the unit's own tags, in the order given; its digest is that of the file it is written as.

    `header`: further header fields (description, is_public ...), texts; they are not inherited.
    """
    for name, part in (("title", title), ("creator", creator)):
        if not part.strip():
            raise TagIncomplete(field=name)
    own = tuple(tags)
    head = {"title": title, "creator": creator, **(header or {})}
    document = {**head, "tags": [each.row() for each in own]}
    written = io.BytesIO()
    write_plain_yaml(document, written)
    digest = hashlib.sha256(written.getvalue()).hexdigest()
    made = tuple(each.tag(creator=creator, title=title, pack=digest) for each in own)
    return TagPack(title, creator, digest, made, SkipCount(), SkipCount(), head, document)
