"""What an agency may set about lists, scans and the review; an agency that set nothing has these."""

from collections.abc import Collection
from typing import Any, Final

from amparo.web.accounts.models import Agency

DEFAULTS: Final[dict[str, Any]] = {
    "match_confirmations": 2,  # different persons that confirm a match
    "known_confirmed": True,  # bytes that were confirmed before need nobody to look again
    "label_set": "inhope-style",  # whose words name categories
    "break_prompts": True,
    "break_reveals": 20,  # pictures revealed in one go
    "break_minutes": 45,  # minutes of review in one go
    "staff_help": "",  # whom to call, in the agency's own words
    "flood_limit": 50,  # different pictures of an exhibit that one entry may match before its matches are held back
    "lookup_minute": 20_000,  # hashes that one token may look up in a minute
    "lookup_day": 500_000,  # and in a day, by UTC
    "match_later": "ask",  # a new list against what was scanned before: "ask", or "always"
}
#: Smallest and largest value of what is a number. One confirmation is the least: nothing confirms itself.
BOUNDS: Final[dict[str, tuple[int, int]]] = {
    "match_confirmations": (1, 5),
    "break_reveals": (1, 500),
    "break_minutes": (5, 480),
    "flood_limit": (1, 100_000),
    "lookup_minute": (1, 10_000_000),
    "lookup_day": (1, 1_000_000_000),
}
LATER: Final = ("ask", "always")
#: Signs of `staff_help`: a telephone number and a name, no text to read.
HELP_LENGTH: Final = 300


def policy(agency: Agency, name: str) -> Any:
    return agency.policy.get(name, DEFAULTS[name])


def fits(name: str, value: Any, label_sets: Collection[str]) -> bool:
    """Whether an agency may set the key `name` to `value`; `label_sets`: names of the sets there are."""
    if name in BOUNDS:
        low, high = BOUNDS[name]
        return type(value) is int and low <= value <= high
    if name == "label_set":
        return value in label_sets
    if name == "match_later":
        return value in LATER
    if name == "staff_help":
        return isinstance(value, str) and len(value) <= HELP_LENGTH
    return name in DEFAULTS and isinstance(value, bool)
