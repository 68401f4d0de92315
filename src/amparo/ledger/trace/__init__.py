"""Traces: follow claimed outputs through a store by one taint rule, forward or back, every satoshi accounted for."""

from amparo.ledger.trace.columns import Columns
from amparo.ledger.trace.compare import Compared, Comparison, compare
from amparo.ledger.trace.graph import Graph, graph_of
from amparo.ledger.trace.notes import NOTES, Note
from amparo.ledger.trace.paths import Path, Paths, path_between
from amparo.ledger.trace.peel import PEEL_STOPS, Peel, Peeled, PeelStop, peel
from amparo.ledger.trace.result import TOOL, TOOL_BACK, TraceResult
from amparo.ledger.trace.rows import TraceOutput, TraceStep
from amparo.ledger.trace.run import Marks, rerun_trace, rerun_trace_back, trace, trace_back
from amparo.ledger.trace.seeds import Seed
from amparo.ledger.trace.states import State, Totals
from amparo.ledger.trace.stops import STOP_REASONS, StopReason, StopRules
from amparo.ledger.trace.walk import Claim, walk
from amparo.ledger.trace.worklist import Deposit, Work, worklist

__all__ = [
    "NOTES",
    "PEEL_STOPS",
    "STOP_REASONS",
    "TOOL",
    "TOOL_BACK",
    "Claim",
    "Columns",
    "Compared",
    "Comparison",
    "Deposit",
    "Graph",
    "Marks",
    "Note",
    "Path",
    "Paths",
    "Peel",
    "PeelStop",
    "Peeled",
    "Seed",
    "State",
    "StopReason",
    "StopRules",
    "Totals",
    "TraceOutput",
    "TraceResult",
    "TraceStep",
    "Work",
    "compare",
    "graph_of",
    "path_between",
    "peel",
    "rerun_trace",
    "rerun_trace_back",
    "trace",
    "trace_back",
    "walk",
    "worklist",
]
