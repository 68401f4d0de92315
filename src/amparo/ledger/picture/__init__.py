"""Pictures of traces: SVG made on the server, the same on the screen and in the court report."""

from amparo.ledger.picture.flow import detail, draw_flow, flow_svg, overview
from amparo.ledger.picture.look import Look, Note
from amparo.ledger.picture.model import Flow, Link, Node, NodeKind, Unit, anchor, row_anchor
from amparo.ledger.picture.of_trace import flow_of
from amparo.ledger.picture.words import FLOW_WORDS

__all__ = [
    "FLOW_WORDS",
    "Flow",
    "Link",
    "Look",
    "Node",
    "NodeKind",
    "Note",
    "Unit",
    "anchor",
    "detail",
    "draw_flow",
    "flow_of",
    "flow_svg",
    "overview",
    "row_anchor",
]
