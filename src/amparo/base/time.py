"""Time: our own moments are aware UTC; a time seen in evidence keeps what it was read from."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple


class Zone(StrEnum):
    KNOWN = "known"
    ASSUMED = "assumed"
    UNKNOWN = "unknown"


class ObservedTime(NamedTuple):
    """A time as evidence shows it: the raw form, the instant (aware UTC) or None, and how sure the zone is."""

    raw: str
    instant: datetime | None
    zone: Zone


def utc_now() -> datetime:
    return datetime.now(UTC)


def iso_ms(moment: datetime) -> str:
    """`2026-11-24T08:00:00.000Z`: UTC with milliseconds, the one form in logs and bundles."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
