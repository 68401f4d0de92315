"""HashList, Scan, Match, Review, and the exposure ledger."""

from amparo.web.matches.models.lists import PURPOSES, RESTRICTING, HashList
from amparo.web.matches.models.matches import Match
from amparo.web.matches.models.reviews import Exposure, Pause, Review
from amparo.web.matches.models.scans import Scan

__all__ = ["PURPOSES", "RESTRICTING", "Exposure", "HashList", "Match", "Pause", "Review", "Scan"]
