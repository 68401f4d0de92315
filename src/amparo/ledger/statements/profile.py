"""Profiles: what the columns, numbers and dates of one bank's table mean. JSON files; own ones are read the same way.

Fields: name, title, kind (bank, mobile, exchange), encoding, delimiter, decimal, thousands, indian, dates (strptime
formats with digits only), zone, currency, sign, columns, booked, fees, cash, negative_debits, counterparty_in_remarks,
descending (true, false or absent: found by looking). `sign`: "signed" (one amount column, minus = out), "inverted"
(minus = in), "columns" (debit and credit), "indicator" (amount and a column that says which).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from amparo.ledger.statements.errors import BadProfile
from amparo.ledger.statements.lines import ENCODINGS
from amparo.ledger.statements.money import MINOR_UNITS, Style
from amparo.ledger.statements.times import FIELDS, zone_named

FORMAT: Final = "amparo-statement-profile/1"
_COLUMNS: Final = """
date time amount debit credit indicator balance currency account reference counterparty counterparty_name remarks
status fee page kind
"""
COLUMNS: Final = frozenset(_COLUMNS.split())
SIGNS: Final = ("signed", "inverted", "columns", "indicator")
_TEXTS: Final = ("name", "title", "kind", "encoding", "delimiter", "decimal", "thousands", "zone", "sign")
_NEEDS: Final = {
    "signed": ("amount",),
    "inverted": ("amount",),
    "columns": ("debit", "credit"),
    "indicator": ("amount", "indicator"),
}
LARGEST: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Profile:
    """`columns`: our name -> the names the bank may write, first that is there. `debit_words`: of the indicator."""

    name: str
    title: str
    kind: str
    delimiter: str
    decimal: str
    dates: tuple[str, ...]
    sign: str
    columns: Mapping[str, tuple[str, ...]]
    encoding: str = "auto"
    thousands: str = ""
    indian: bool = False
    zone: str = "UTC"
    currency: str | None = None
    debit_words: tuple[str, ...] = ()
    credit_words: tuple[str, ...] = ()
    booked: tuple[str, ...] = ()
    fees: tuple[str, ...] = ()
    cash: tuple[str, ...] = ()
    negative_debits: bool = False
    counterparty_in_remarks: bool = False
    descending: bool | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def style(self) -> Style:
        return Style(self.decimal, self.thousands, self.indian)

    def as_dict(self) -> dict[str, Any]:
        """The profile as it stands in a file, and in a recipe's parameters."""
        value: dict[str, Any] = {"format": FORMAT}
        for name in self.__slots__:
            found = getattr(self, name)
            if name == "columns":
                value[name] = {column: list(names) for column, names in found.items()}
            elif name != "extra" and found not in (None, (), False):
                value[name] = list(found) if isinstance(found, tuple) else found
        return value


def read_profile(data: bytes, name: str = "profile") -> Profile:
    """Read a profile's JSON. Raises BadProfile, which says what is wrong with it."""
    if len(data) > LARGEST:
        raise BadProfile(name=name, why="it is larger than any profile")
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        raise BadProfile(name=name, why="it is no JSON") from None
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise BadProfile(name=name, why=f"its format is not {FORMAT}")
    return profile_from(value)


def profile_from(value: Mapping[str, Any]) -> Profile:
    """Raises BadProfile."""
    name = str(value.get("name", "?"))[:60]
    known = set(Profile.__slots__) | {"format"}
    if unknown := sorted(set(value) - known):
        raise BadProfile(name=name, why=f"it has the unknown field {unknown[0]}")
    try:
        profile = Profile(**{key: _field(key, each) for key, each in value.items() if key != "format"})
    except TypeError as error:
        raise BadProfile(name=name, why=str(error).removeprefix("Profile.__init__() ")) from None
    _check(profile)
    return profile


def _field(key: str, value: Any) -> Any:
    if key == "columns":
        if not isinstance(value, dict):
            raise TypeError("columns is no table of names")
        return {str(column): _names(column, names) for column, names in value.items()}
    if key in {"dates", "booked", "fees", "cash", "debit_words", "credit_words"}:
        return _names(key, value)
    if key in _TEXTS and not isinstance(value, str):
        raise TypeError(f"{key} is no text")
    return value


def _names(key: str, value: Any) -> tuple[str, ...]:
    names = (value,) if isinstance(value, str) else value
    if not isinstance(names, list | tuple) or not all(isinstance(each, str) and each for each in names):
        raise TypeError(f"{key} is no list of texts")
    return tuple(names)


def _check(profile: Profile) -> None:
    """Raises BadProfile for the first thing that is wrong."""
    for wrong, why in (
        (profile.kind not in {"bank", "mobile", "exchange"}, "kind is not bank, mobile or exchange"),
        (profile.encoding not in ENCODINGS, f"encoding is none of {', '.join(ENCODINGS)}"),
        (len(profile.delimiter) != 1, "delimiter is not one sign"),
        (profile.decimal not in {".", ","}, "decimal is not . or ,"),
        (profile.thousands not in {"", ".", ",", " ", "'"}, "thousands is none of . , ' or a blank"),
        (profile.thousands == profile.decimal, "decimal and thousands are the same sign"),
        (profile.sign not in SIGNS, f"sign is none of {', '.join(SIGNS)}"),
        (bool(set(profile.columns) - COLUMNS), "columns names something unknown"),
        ("date" not in profile.columns, "columns does not name the date"),
        (not profile.dates, "dates names no format"),
        (any(not _plain_date(each) for each in profile.dates), "dates holds a field other than digits"),
        (profile.currency is not None and profile.currency not in MINOR_UNITS, "currency is not known"),
        (any(each not in profile.columns for each in _NEEDS.get(profile.sign, ())), "columns lacks the amounts"),
        (profile.sign == "indicator" and not (profile.debit_words and profile.credit_words), "indicator has no words"),
    ):
        if wrong:
            raise BadProfile(name=profile.name[:60], why=why)
    zone_named(profile.zone)


def _plain_date(form: str) -> bool:
    fields = {form[at + 1 : at + 2] for at, sign in enumerate(form) if sign == "%"}
    return bool(fields) and fields <= FIELDS


@lru_cache(maxsize=1)
def profiles() -> Mapping[str, Profile]:
    """The profiles that come with Amparo, by name."""
    folder = files("amparo.ledger.statements") / "profiles"
    found = (read_profile(each.read_bytes(), each.name) for each in folder.iterdir() if each.name.endswith(".json"))
    return {profile.name: profile for profile in sorted(found, key=lambda each: each.name)}
