"""HashList and what is thought of its entries, Scan, Match, Review, the negative bank, exposure, look-up budgets."""

from amparo.web.matches.models.budgets import LookupSpent
from amparo.web.matches.models.lists import (
    KNOWN_GOOD,
    PURPOSES,
    RESTRICTING,
    HashList,
    ListImport,
    ListOpinion,
    entry_key,
)
from amparo.web.matches.models.matches import Match
from amparo.web.matches.models.negatives import NegativeEntry
from amparo.web.matches.models.reviews import Exposure, Pause, Review
from amparo.web.matches.models.scans import Quarantine, Scan

__all__ = [
    "KNOWN_GOOD",
    "PURPOSES",
    "RESTRICTING",
    "Exposure",
    "HashList",
    "ListImport",
    "ListOpinion",
    "LookupSpent",
    "Match",
    "NegativeEntry",
    "Pause",
    "Quarantine",
    "Review",
    "Scan",
    "entry_key",
]
