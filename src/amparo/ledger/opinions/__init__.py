"""Graphs of commercial tools as opinions: read, kept apart from our facts, checked where our own stores can."""

from amparo.ledger.opinions.check import VERDICTS, Checked, Verdict, check_opinion
from amparo.ledger.opinions.forms import OPINION_FORMS, OpinionExample, OpinionForm
from amparo.ledger.opinions.graph import LEVEL, Edge, Named, Opinion
from amparo.ledger.opinions.read import read_opinion

__all__ = [
    "LEVEL",
    "OPINION_FORMS",
    "VERDICTS",
    "Checked",
    "Edge",
    "Named",
    "Opinion",
    "OpinionExample",
    "OpinionForm",
    "Verdict",
    "check_opinion",
    "read_opinion",
]
