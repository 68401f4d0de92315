"""Dates and times as statements write them, to seconds since 1970 UTC. A date alone is its midnight in UTC."""

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from amparo.ledger.statements.errors import UnknownZone

DAY: Final = 86_400
_OFFSET: Final = re.compile(r"([+-])(\d{2}):?(\d{2})")
#: Years a statement can be of; another one is a misread date.
_YEARS: Final = range(1970, 2101)
#: What a profile's date formats may hold: no locale names, so that they mean the same on every machine.
FIELDS: Final = frozenset("dmYyHMSfp%Iz")


class Moment(NamedTuple):
    time: int  # seconds since 1970 UTC
    precise: bool  # whether an hour was given


class BadTime(Exception):
    """`unclear-date`: a text that is no date in any of the formats."""


def read_moment(text: str, formats: tuple[str, ...], zone: tzinfo) -> Moment:
    """Read `text` by the first of `formats` (strptime's) that fits it exactly. Raises BadTime."""
    for form in formats:
        try:
            found = datetime.strptime(text, form)  # noqa: DTZ007 - the zone is put on below
        except ValueError:
            continue
        if found.year not in _YEARS:
            continue
        if "%H" not in form and "%I" not in form:
            return of_day(found.date())
        return Moment(int(_zoned(found, zone).timestamp()), True)
    raise BadTime


def read_iso(text: str, zone: tzinfo = UTC) -> Moment:
    """Read an ISO 8601 date or time; one without a zone is in `zone`. Raises BadTime."""
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}(?:Z|[+-]\d{2}:\d{2})?", text):
            return of_day(date.fromisoformat(text[:10]))
        found = datetime.fromisoformat(text)
        if found.year not in _YEARS:
            raise BadTime
        return Moment(int(_zoned(found, zone).timestamp()), True)
    except (ValueError, OverflowError):
        raise BadTime from None


def of_day(day: date) -> Moment:
    return Moment(int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()), False)


def day_of(time: int) -> date:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=time)).date()


@lru_cache(maxsize=64)
def zone_named(name: str) -> tzinfo:
    """`Africa/Nairobi`, `UTC` or `+03:00`. Raises UnknownZone."""
    if name in {"UTC", "Z"}:
        return UTC
    if (match := _OFFSET.fullmatch(name)) is not None:
        minutes = int(match[2]) * 60 + int(match[3])
        if minutes < 24 * 60:
            return timezone(timedelta(minutes=minutes if match[1] == "+" else -minutes))
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownZone(zone=name[:60]) from None


def _zoned(found: datetime, zone: tzinfo) -> datetime:
    return found if found.tzinfo is not None else found.replace(tzinfo=zone)
