"""Entities: addresses that heuristics join, with the evidence for each merge. Never a statement of ownership.

`Clusters.build` a store into a folder, then ask: `.entity`, `.why`, `.without`, `.as_of`, `.alarms`. CoinJoin shapes
(`kinds`, `explain`) are left out of it and shown. Change is a layer over it: `predicates`, `ChangeLayer`.
"""

from amparo.ledger.clusters.build import HEURISTICS
from amparo.ledger.clusters.change import PREDICATES, Predicate, predicates, revealed
from amparo.ledger.clusters.clusters import HOP_WORDS, Alarm, AsOf, Clusters, Entity, Hop, Why
from amparo.ledger.clusters.coinjoin import EXCLUDED, SHAPES, Shape, excluded, explain, kinds, names
from amparo.ledger.clusters.confidence import Confidence, wilson
from amparo.ledger.clusters.files import Held, Settings
from amparo.ledger.clusters.graphsense import graphsense_change
from amparo.ledger.clusters.layer import ChangeEdge, ChangeLayer, Refused
from amparo.ledger.clusters.view import ChainView
from amparo.ledger.clusters.whatif import Part, Split

__all__ = [
    "EXCLUDED",
    "HEURISTICS",
    "HOP_WORDS",
    "PREDICATES",
    "SHAPES",
    "Alarm",
    "AsOf",
    "ChainView",
    "ChangeEdge",
    "ChangeLayer",
    "Clusters",
    "Confidence",
    "Entity",
    "Held",
    "Hop",
    "Part",
    "Predicate",
    "Refused",
    "Settings",
    "Shape",
    "Split",
    "Why",
    "excluded",
    "explain",
    "graphsense_change",
    "kinds",
    "names",
    "predicates",
    "revealed",
    "wilson",
]
