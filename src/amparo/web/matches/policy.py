"""What an agency may set about the review; an agency that set nothing has these."""

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


def policy(agency: Agency, name: str) -> Any:
    return agency.policy.get(name, DEFAULTS[name])
