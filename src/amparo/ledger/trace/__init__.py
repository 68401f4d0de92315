"""Traces: follow claimed outputs forward through a store by one taint rule, every satoshi accounted for."""

from amparo.ledger.trace.notes import NOTES, Note
from amparo.ledger.trace.result import TraceOutput, TraceResult, TraceStep
from amparo.ledger.trace.run import Seed, rerun_trace, trace
from amparo.ledger.trace.stops import STOP_REASONS, StopReason, StopRules
from amparo.ledger.trace.walk import Claim, FlowGraph, State, Totals, Walk, walk

__all__ = [
    "NOTES",
    "STOP_REASONS",
    "Claim",
    "FlowGraph",
    "Note",
    "Seed",
    "State",
    "StopReason",
    "StopRules",
    "Totals",
    "TraceOutput",
    "TraceResult",
    "TraceStep",
    "Walk",
    "rerun_trace",
    "trace",
    "walk",
]
