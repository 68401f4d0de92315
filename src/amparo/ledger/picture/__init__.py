"""Pictures of traces: SVG made on the server, the same on the screen and in the court report."""

from amparo.ledger.picture.flow import PAGE_SIZES, detail, draw_flow, flow_svg, overview, page_svg
from amparo.ledger.picture.look import Look, Note
from amparo.ledger.picture.model import Flow, Link, Node, NodeKind, Unit, anchor, row_anchor
from amparo.ledger.picture.of_accounts import flow_of_accounts
from amparo.ledger.picture.of_joined import flow_of_joined
from amparo.ledger.picture.of_trace import flow_of
from amparo.ledger.picture.pages import pages
from amparo.ledger.picture.words import FLOW_WORDS

__all__ = [
    "FLOW_WORDS",
    "PAGE_SIZES",
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
    "flow_of_accounts",
    "flow_of_joined",
    "flow_svg",
    "overview",
    "page_svg",
    "pages",
    "row_anchor",
]
