"""LISTS: the forms a hash list may come in."""

from typing import Final

from amparo.base import Registry
from amparo.media.lists.csv import CsvList
from amparo.media.lists.entry import Entry, EntryBatch, ListExample, ListFormat, Status

LISTS: Final[Registry[ListFormat]] = Registry("list format", CsvList())

__all__ = ["LISTS", "CsvList", "Entry", "EntryBatch", "ListExample", "ListFormat", "Status"]
