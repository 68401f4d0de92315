"""Traces: follow claimed outputs through a store by one taint rule, forward or back, every satoshi accounted for."""

from amparo.ledger.trace.columns import Columns
from amparo.ledger.trace.graph import Graph, graph_of
from amparo.ledger.trace.notes import NOTES, Note
from amparo.ledger.trace.result import TOOL, TOOL_BACK, TraceResult
from amparo.ledger.trace.rows import TraceOutput, TraceStep
from amparo.ledger.trace.run import Marks, rerun_trace, rerun_trace_back, trace, trace_back
from amparo.ledger.trace.seeds import Seed
from amparo.ledger.trace.states import State, Totals
from amparo.ledger.trace.stops import STOP_REASONS, StopReason, StopRules
from amparo.ledger.trace.walk import Claim, walk

__all__ = [
    "NOTES",
    "STOP_REASONS",
    "TOOL",
    "TOOL_BACK",
    "Claim",
    "Columns",
    "Graph",
    "Marks",
    "Note",
    "Seed",
    "State",
    "StopReason",
    "StopRules",
    "Totals",
    "TraceOutput",
    "TraceResult",
    "TraceStep",
    "graph_of",
    "rerun_trace",
    "rerun_trace_back",
    "trace",
    "trace_back",
    "walk",
]
