"""Observables: wallets, addresses, links and numbers that can be recognised in text and bytes, and checked.

A kind with a checksum refuses what fails it; a kind without one says "format-only". Nothing here says whose it is.
"""

from amparo.observables.danger import danger_words, signs_in
from amparo.observables.defang import defang, refang
from amparo.observables.errors import NotThisKind
from amparo.observables.kind import Examples, Hit, Kind
from amparo.observables.kinds.camera import camera_value
from amparo.observables.kinds.geo import geo_value
from amparo.observables.linking import link_values, plain_url
from amparo.observables.observable import Observable, Validity
from amparo.observables.registry import KINDS
from amparo.observables.scoring import DANGER_FLAG, SIGNS, Assessment, score
from amparo.observables.stream import extract_blob, extract_bytes
from amparo.observables.text import extract_text

__all__ = [
    "DANGER_FLAG",
    "KINDS",
    "SIGNS",
    "Assessment",
    "Examples",
    "Hit",
    "Kind",
    "NotThisKind",
    "Observable",
    "Validity",
    "camera_value",
    "danger_words",
    "defang",
    "extract_blob",
    "extract_bytes",
    "extract_text",
    "geo_value",
    "link_values",
    "plain_url",
    "refang",
    "score",
    "signs_in",
]
