"""Chains, entities' held edges, tags, books of accounts, joins, rates, traces with results and marks."""

from amparo.web.traces.models.books import Book, BookFile
from amparo.web.traces.models.chains import ChainWindow, HeldEdge
from amparo.web.traces.models.joins import JoinDecision
from amparo.web.traces.models.rates import RateFile
from amparo.web.traces.models.tags import OwnTag, Tag, TagPack
from amparo.web.traces.models.traces import Trace, TraceMark, TraceResult

__all__ = [
    "Book",
    "BookFile",
    "ChainWindow",
    "HeldEdge",
    "JoinDecision",
    "OwnTag",
    "RateFile",
    "Tag",
    "TagPack",
    "Trace",
    "TraceMark",
    "TraceResult",
]
