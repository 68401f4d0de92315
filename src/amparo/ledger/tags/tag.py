"""One tag: what one publisher said about one address or transaction, with where and how sure.

A tag is a claim of its publisher about an address, not a fact about a person.
Source: GraphSense TagPack schema and its confidence words (graphsense-lib, tagpack/db/confidence.csv).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

#: Confidence words of the TagPack vocabulary and their level, 0 to 100.
CONFIDENCE: Final = {
    "override": 100,
    "ownership": 100,
    "ledger_immanent": 100,
    "manual_transaction": 90,
    "service_api": 70,
    "forensic_investigation": 70,
    "authority_data": 60,
    "trusted_provider": 50,
    "service_data": 50,
    "forensic": 50,
    "untrusted_transaction": 40,
    "web_crawl": 20,
    "heuristic": 10,
    "unknown": 5,
}

#: What a tag may be about the actor it names.
TAG_TYPES: Final = ("actor", "event", "attribute", "mention")


@dataclass(frozen=True, slots=True)
class Tag:
    """Exactly one of `address` and `tx_hash` is given. `confidence` is the publisher's word, "unknown" if none.

    `currency` as published, blanks stripped; `network` as published, else told by the address's form where
    the form tells ("bitcoin", "evm", "tron"), else None. `concepts` are further words of the vocabulary beside
    `category` and `abuse`. `extra` keeps fields this version does not know. `pack` is the SHA-256 of the file it
    stood in; the file's own rows, for the way back, stand in its TagPack.
    """

    address: str | None
    tx_hash: str | None
    label: str
    source: str | None
    currency: str
    network: str | None
    confidence: str
    actor: str | None
    category: str | None
    abuse: str | None
    lastmod: date | None
    is_cluster_definer: bool
    creator: str
    title: str
    pack: str
    extra: Mapping[str, object] = field(default_factory=dict)
    concepts: tuple[str, ...] = ()
    context: str | None = None
    tag_type: str | None = None

    @property
    def subject(self) -> str:
        return self.address or self.tx_hash or ""

    @property
    def level(self) -> int:
        """0 to 100; a word outside the vocabulary counts as unknown."""
        return CONFIDENCE.get(self.confidence, CONFIDENCE["unknown"])

    @property
    def kinds(self) -> frozenset[str]:
        """All words it is filed under: category, abuse and concepts."""
        return frozenset(filter(None, (self.category, self.abuse, *self.concepts)))
