"""The Observable value: what was seen, where, and how sure its form is."""

from enum import StrEnum
from typing import NamedTuple


class Validity(StrEnum):
    """How far the form was checked. None of them says that the thing exists or whose it is."""

    STRONG = "strong"  # a checksum that chance passes at most once in 2^15
    WEAK = "weak"  # a checksum that chance passes more often
    PLAN = "plan-checked"  # fits a numbering plan
    FORMAT = "format-only"  # looks like it


class Observable(NamedTuple):
    """One sighting.

    `value`: normalised, equal for equal things; masked for secrets and cards. `raw`: as it stood there (masked too).
    `offset`: of its first sign: signs in text, bytes in streams. `encoding`: "text", "ascii", "utf-16le" or
    "utf-16be". `remarks`: permanent keys such as "trimmed" or "sha1".
    """

    kind: str
    value: str
    raw: str
    offset: int
    encoding: str
    validity: Validity
    remarks: tuple[str, ...] = ()
