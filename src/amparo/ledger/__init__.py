"""The ledger room: load blocks, look up outputs and addresses, follow money by a named rule, draw the flow.

`load` a source into a store, `Store.open` it, `trace` from an output. Money is an integer in satoshi everywhere.
Nothing here says who owns or controls an address.
"""

from amparo.ledger.addresses import NETWORKS, normal, parse, render
from amparo.ledger.extract import extract
from amparo.ledger.load import append, load, rollback
from amparo.ledger.picture import FLOW_WORDS, flow_svg
from amparo.ledger.proof import Proof, SourceBlocks, bundle_proofs, merkle_proof, merkle_proofs, proof_path
from amparo.ledger.raw import read_raw
from amparo.ledger.sources import SOURCES
from amparo.ledger.store import BlockRow, LoadReport, OutputRow, Store, TxRow
from amparo.ledger.tags import (
    CONFIDENCE,
    SERVICE_KINDS,
    TAG_TYPES,
    Actor,
    ActorPack,
    AddressList,
    Conflict,
    OwnTag,
    Provenance,
    Tag,
    TagIndex,
    TagPack,
    form_of,
    is_nobodys,
    own_pack,
    read_actorpack,
    read_address_list,
    read_tagpack,
    write_actorpack,
    write_address_list,
    write_tagpack,
)
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
    "SERVICE_KINDS",
    "SOURCES",
    "STOP_REASONS",
    "TAG_TYPES",
    "TAINT_RULES",
    "Actor",
    "ActorPack",
    "AddressList",
    "BlockRow",
    "Conflict",
    "LoadReport",
    "Note",
    "OutputRow",
    "OwnTag",
    "Proof",
    "Provenance",
    "Seed",
    "SourceBlocks",
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
    "append",
    "bundle_proofs",
    "coins",
    "extract",
    "flow_svg",
    "form_of",
    "is_nobodys",
    "load",
    "merkle_proof",
    "merkle_proofs",
    "normal",
    "own_pack",
    "parse",
    "proof_path",
    "read_actorpack",
    "read_address_list",
    "read_raw",
    "read_tagpack",
    "render",
    "rerun_trace",
    "rollback",
    "trace",
    "write_actorpack",
    "write_address_list",
    "write_tagpack",
]
