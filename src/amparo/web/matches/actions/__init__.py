"""Mutations: import a list, start a scan, review a match or a group of them, reveal a picture."""

from amparo.web.matches.actions.breaks import answer_break
from amparo.web.matches.actions.known import settle_known
from amparo.web.matches.actions.lists import HERE_ALREADY, import_list, index_folder, withdraw_list
from amparo.web.matches.actions.reviews import reveal, reveal_item, review, review_group, take_apart
from amparo.web.matches.actions.scans import start_scan
from amparo.web.matches.actions.unknown import group_unknown

__all__ = [
    "HERE_ALREADY",
    "answer_break",
    "group_unknown",
    "import_list",
    "index_folder",
    "reveal",
    "reveal_item",
    "review",
    "review_group",
    "settle_known",
    "start_scan",
    "take_apart",
    "withdraw_list",
]
