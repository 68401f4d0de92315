"""Mutations: import a list, start a scan, review a match, reveal a picture."""

from amparo.web.matches.actions.lists import HERE_ALREADY, import_list, index_folder, withdraw_list
from amparo.web.matches.actions.reviews import reveal, review
from amparo.web.matches.actions.scans import start_scan

__all__ = ["HERE_ALREADY", "import_list", "index_folder", "reveal", "review", "start_scan", "withdraw_list"]
