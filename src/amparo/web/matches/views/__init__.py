"""Pages of lists, scans, the review of matches, and the exposure ledger."""

from amparo.web.matches.views.breaks import break_page
from amparo.web.matches.views.decisions import decisions
from amparo.web.matches.views.exposures import exposures
from amparo.web.matches.views.lists import hash_list, import_list, lists, withdraw
from amparo.web.matches.views.reviews import ROWS, apart, case, decide, frame, match, picture, reveal, review
from amparo.web.matches.views.scans import scan
from amparo.web.matches.views.unknown import group_unknown, unknown, unknown_item, unknown_picture, unknown_reveal

__all__ = [
    "ROWS",
    "apart",
    "break_page",
    "case",
    "decide",
    "decisions",
    "exposures",
    "frame",
    "group_unknown",
    "hash_list",
    "import_list",
    "lists",
    "match",
    "picture",
    "reveal",
    "review",
    "scan",
    "unknown",
    "unknown_item",
    "unknown_picture",
    "unknown_reveal",
    "withdraw",
]
