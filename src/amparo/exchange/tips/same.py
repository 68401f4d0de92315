"""Are two tips the same report, a new version of it, or about the same incident?"""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from amparo.base import ObservedTime, canonical, canonical_digest, iso_ms
from amparo.exchange.tips.kinds import squeezed
from amparo.exchange.tips.links import account_keys
from amparo.exchange.tips.tip import Tip, TipFile

#: How far apart two tips of one incident may lie.
SAME_INCIDENT_WITHIN: Final = timedelta(days=7)
#: What does not belong to the content: how and where it was delivered.
_DELIVERY: Final = frozenset(
    {"shape", "path", "document_sha256", "document", "text", "problems", "blob", "source", "received"}
)
#: Digits from which a number without a named clearing house is taken for one of its numbers.
_COMMON_NUMBER: Final = 7
_STRONG: Final = frozenset({"md5", "sha1", "sha256"})


class Sameness(StrEnum):
    """How two tips relate, strongest first."""

    DUPLICATE = "duplicate"  # same sender, same number, same content
    VERSION = "version"  # same sender and number, other content
    INCIDENT = "incident"  # other reports about the same files, or the same account within days


def report_key(tip: Tip) -> str:
    """The same for all deliveries of one report: sender and number; without a number, its content."""
    if tip.provider_report_id is None:
        return f"content:{content_digest(tip)}"
    number = tip.provider_report_id
    # Long numbers are a clearing house's and count for all; short ones and words are each platform's own.
    is_common = number.isdigit() and len(number) >= _COMMON_NUMBER
    sender = tip.source or ("" if is_common else tip.esp or "")
    return f"{squeezed(sender)}:{squeezed(number)}"


def content_digest(tip: Tip) -> str:
    """SHA-256 of what the tip says, the same for XML and JSON and any order of fields and lists."""
    declared = tuple(each for each in tip.files if each.named)
    return canonical_digest([_plain(tip), sorted(canonical(_plain(each)) for each in declared)])


def _plain(value: Any) -> Any:
    if isinstance(value, ObservedTime):
        return iso_ms(value.instant) if value.instant else value.raw
    if is_dataclass(value) and not isinstance(value, type):
        names = [each.name for each in fields(value) if each.name not in _DELIVERY | {"files", "unknown"}]
        plain = {name: _plain(getattr(value, name)) for name in names}
        if isinstance(value, Tip):
            plain["unknown"] = sorted([squeezed(path.rpartition("/")[2]), text] for path, text in value.unknown)
        return {name: part for name, part in plain.items() if part not in (None, [])}
    if isinstance(value, tuple):
        return sorted((_plain(part) for part in value), key=canonical)
    return value


def file_digests(tip: Tip) -> frozenset[str]:
    """The cryptographic digests that the report declares of its files, "md5:…"."""
    return frozenset(f"{kind}:{value}" for each in tip.files for kind, value in _strong(each))


def _strong(file: TipFile) -> Iterator[tuple[str, str]]:
    return (digest for digest in file.digests if digest[0] in _STRONG)


def same_report(first: Tip, second: Tip) -> Sameness | None:
    """Return how the two relate, None if not at all. Equal numbers of different senders mean nothing."""
    if report_key(first) == report_key(second):
        return Sameness.DUPLICATE if content_digest(first) == content_digest(second) else Sameness.VERSION
    if file_digests(first) & file_digests(second) and _near(first, second, unknown_counts=True):
        return Sameness.INCIDENT
    if account_keys(first) & account_keys(second) and _near(first, second, unknown_counts=False):
        return Sameness.INCIDENT
    return None


def _near(first: Tip, second: Tip, unknown_counts: bool) -> bool:
    one, other = _when(first), _when(second)
    if one is None or other is None:
        return unknown_counts
    return abs(one - other) <= SAME_INCIDENT_WITHIN


def _when(tip: Tip) -> datetime | None:
    return next((each.instant for each in (tip.incident, tip.received) if each and each.instant), None)
