"""Hash lists as immutable, memory-mapped files: built once, shared by every worker."""

from amparo.media.index.answers import CAP, EntryRef, Near, NearMany
from amparo.media.index.bank import Appended, Bank
from amparo.media.index.build import IndexReport, build_index
from amparo.media.index.index import Index
from amparo.media.index.rebuild import rebuild_index

__all__ = [
    "CAP",
    "Appended",
    "Bank",
    "EntryRef",
    "Index",
    "IndexReport",
    "Near",
    "NearMany",
    "build_index",
    "rebuild_index",
]
