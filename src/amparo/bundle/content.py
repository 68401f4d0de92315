"""What goes into a bundle: plain values that whoever stands above (web, cli) collects."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from amparo.base import Blob, Recipe, iso_ms
from amparo.bundle.annex import Section
from amparo.custody import Checkpoint, key_id
from amparo.findings import Finding, Statement


class State(StrEnum):
    INCLUDED = "included"  # the file itself stands in the bundle
    WITHHELD = "withheld"  # digest only, with a ground
    THUMBNAIL_ONLY = "thumbnail_only"  # a small picture stands in the bundle, the item does not


RESTRICTED = "restricted"  # the ground that nothing overrides: the item leaves in no form


@dataclass(frozen=True, slots=True)
class IssuedFinding:
    """A finding with who states it and who reviewed it. `picture` is a name in BundleContent.pictures.

    `sections`: what the report says of it beyond its sentence. `sheets`: pictures that are printed on a page each.
    """

    finding: Finding
    author: str
    reviewers: tuple[str, ...] = ()
    picture: str | None = None
    sections: tuple[Section, ...] = ()
    sheets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExhibitFacts:
    """`sha256`: of the medium, or of the folder's manifest. `size` in bytes. `facts`: label -> plain text."""

    number: str
    label: str
    kind: str
    sha256: str
    size: int | None = None
    facts: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "label": self.label,
            "kind": self.kind,
            "sha256": self.sha256,
            "size": self.size,
            "facts": dict(self.facts),
        }


@dataclass(frozen=True, slots=True)
class CompletenessRow:
    """What became of one cited item.

    `path` is relative to data/ ("exhibits/EX1/ab12.txt") and None for withheld; `size` and `sha256` are the
    item's own. `ground` is one of the keys in words.GROUNDS or free text. `cited_by` is filled in by the writer.
    """

    ref: str
    state: State
    path: str | None = None
    size: int | None = None
    sha256: str | None = None
    ground: str | None = None
    decided_by: str | None = None
    at: datetime | None = None
    cited_by: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {
            "ref": self.ref,
            "cited_by": list(self.cited_by),
            "state": self.state.value,
            "path": self.path,
            "size": self.size,
            "sha256": self.sha256,
            "ground": self.ground,
            "decided_by": self.decided_by,
            "at": iso_ms(self.at) if self.at else None,
        }


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """A public key (64 hex signs) and whose it is. Times are aware."""

    key: str
    holder: str
    role: str
    valid_from: datetime
    valid_to: datetime | None = None
    revoked: datetime | None = None

    @property
    def id(self) -> str:
        return key_id(bytes.fromhex(self.key))

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "key": self.key,
            "holder": self.holder,
            "role": self.role,
            "valid_from": iso_ms(self.valid_from),
            "valid_to": iso_ms(self.valid_to) if self.valid_to else None,
            "revoked": iso_ms(self.revoked) if self.revoked else None,
        }


@dataclass(frozen=True, slots=True)
class AuthorisationFacts:
    """What let the unit act. `kind`: court-order, statute, consent, complaint, urgency. Dates as YYYY-MM-DD."""

    number: str
    kind: str
    reference: str
    issuer: str
    valid_from: str
    valid_to: str | None = None
    limits: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "kind": self.kind,
            "reference": self.reference,
            "issuer": self.issuer,
            "valid_from": self.valid_from,
            "valid_to": self.valid_to,
            "limits": dict(self.limits),
        }


@dataclass(frozen=True, slots=True)
class CustodyLog:
    """All lines of one log from the first to now, in order; read once, so a generator will do."""

    log: str
    lines: Iterable[str]


@dataclass(frozen=True, slots=True)
class BundleContent:
    """Everything a bundle says.

    `files`: path below data/ -> bytes of included items and thumbnails. `pictures`: name -> SVG text; one called
    "NAME.ar" takes the place of NAME in the report of that language.
    `picture_refs`: picture -> references that its nodes cite. `recipes`: further ones beside those of the
    findings. `known_errors`: digest -> measurement of a tool's error, which a finding names. `results`: digest -> the
    whole result of a recipe. `notes`: statements about how the unit works, such as relaxed four-eyes rules.
    `action_words`: action name -> human sentence (English; it is translated like every other word).
    """

    case_ref: str
    agency: str
    languages: tuple[str, ...]
    findings: tuple[IssuedFinding, ...]
    custody: tuple[CustodyLog, ...]
    keys: tuple[KeyFacts, ...]
    completeness: tuple[CompletenessRow, ...]
    exhibits: tuple[ExhibitFacts, ...] = ()
    authorisations: tuple[AuthorisationFacts, ...] = ()
    checkpoints: tuple[Checkpoint, ...] = ()
    files: Mapping[str, Blob] = field(default_factory=dict)
    pictures: Mapping[str, str] = field(default_factory=dict)
    picture_refs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    recipes: tuple[Recipe, ...] = ()
    known_errors: Mapping[str, Any] = field(default_factory=dict)
    results: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[Statement, ...] = ()
    action_words: Mapping[str, str] = field(default_factory=dict)
    exercise: bool = False

    def citations(self) -> dict[str, tuple[str, ...]]:
        """Return reference -> who cites it (finding ids, "picture:NAME"), both sorted."""
        found: dict[str, set[str]] = {}
        for each in self.findings:
            for ref in each.finding.inputs:
                found.setdefault(ref, set()).add(each.finding.id)
        for name, refs in self.picture_refs.items():
            for ref in refs:
                found.setdefault(ref, set()).add(f"picture:{name}")
        return {ref: tuple(sorted(found[ref])) for ref in sorted(found)}
