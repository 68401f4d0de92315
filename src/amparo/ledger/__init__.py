"""The ledger room: load blocks, look up outputs and addresses, follow money by a named rule, draw the flow.

`load` a source into a store, `Store.open` it, `trace` from an output. Money is an integer in satoshi everywhere.
Nothing here says who owns or controls an address.
"""

from amparo.ledger.addresses import NETWORKS, normal, parse, render
from amparo.ledger.load import load
from amparo.ledger.sources import SOURCES
from amparo.ledger.store import BlockRow, LoadReport, OutputRow, Store, TxRow
from amparo.ledger.taint import FEE_POLICIES, TAINT_RULES
from amparo.ledger.trace import (
    NOTES,
    STOP_REASONS,
    Note,
    Seed,
    State,
    StopRules,
    Totals,
    TraceOutput,
    TraceResult,
    TraceStep,
    rerun_trace,
    trace,
)

__all__ = [
    "FEE_POLICIES",
    "NETWORKS",
    "NOTES",
    "SOURCES",
    "STOP_REASONS",
    "TAINT_RULES",
    "BlockRow",
    "LoadReport",
    "Note",
    "OutputRow",
    "Seed",
    "State",
    "StopRules",
    "Store",
    "Totals",
    "TraceOutput",
    "TraceResult",
    "TraceStep",
    "TxRow",
    "load",
    "normal",
    "parse",
    "render",
    "rerun_trace",
    "trace",
]
