"""The ledger room: load blocks, look up outputs and addresses, follow money by a named rule, draw the flow.

`load` a source into a store, `Store.open` it, `trace` from an output. Money is an integer in satoshi everywhere.
Nothing here says who owns or controls an address.
"""

from amparo.ledger.addresses import NETWORKS, normal, parse, render
from amparo.ledger.load import load
from amparo.ledger.picture import FLOW_WORDS, flow_svg
from amparo.ledger.sources import SOURCES
from amparo.ledger.store import BlockRow, LoadReport, OutputRow, Store, TxRow
from amparo.ledger.tags import CONFIDENCE, AddressList, Tag, TagIndex, TagPack, read_address_list, read_tagpack
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
from amparo.ledger.units import coins

__all__ = [
    "CONFIDENCE",
    "FEE_POLICIES",
    "FLOW_WORDS",
    "NETWORKS",
    "NOTES",
    "SOURCES",
    "STOP_REASONS",
    "TAINT_RULES",
    "AddressList",
    "BlockRow",
    "LoadReport",
    "Note",
    "OutputRow",
    "Seed",
    "State",
    "StopRules",
    "Store",
    "Tag",
    "TagIndex",
    "TagPack",
    "Totals",
    "TraceOutput",
    "TraceResult",
    "TraceStep",
    "TxRow",
    "coins",
    "flow_svg",
    "load",
    "normal",
    "parse",
    "read_address_list",
    "read_tagpack",
    "render",
    "rerun_trace",
    "trace",
]
