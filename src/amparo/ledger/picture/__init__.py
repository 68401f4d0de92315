"""Pictures of traces: SVG made on the server, the same on the screen and in the court report."""

from amparo.ledger.picture.flow import flow_svg
from amparo.ledger.picture.words import FLOW_WORDS

__all__ = ["FLOW_WORDS", "flow_svg"]
