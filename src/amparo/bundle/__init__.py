"""Court bundles: build, sign, pack and verify; reports in six languages; recipes run again.

`verifier/verify.py` is the stand-alone verifier that goes into every bundle.
"""

from amparo.bundle.annex import Cell, Grid, Section, Words
from amparo.bundle.build import VERIFIER, BundleReport, build_bundle
from amparo.bundle.content import (
    RESTRICTED,
    AuthorisationFacts,
    BundleContent,
    CompletenessRow,
    CustodyLog,
    ExhibitFacts,
    IssuedFinding,
    KeyFacts,
    State,
)
from amparo.bundle.files import result_path
from amparo.bundle.notes import NOTES
from amparo.bundle.pack import pack
from amparo.bundle.tools import TOOLS, Rerun, recipes_in, rerun
from amparo.bundle.verification import Problem, VerifyReport, verify
from amparo.bundle.words import LANGUAGES, own_translate

__all__ = [
    "LANGUAGES",
    "NOTES",
    "RESTRICTED",
    "TOOLS",
    "VERIFIER",
    "AuthorisationFacts",
    "BundleContent",
    "BundleReport",
    "Cell",
    "CompletenessRow",
    "CustodyLog",
    "ExhibitFacts",
    "Grid",
    "IssuedFinding",
    "KeyFacts",
    "Problem",
    "Rerun",
    "Section",
    "State",
    "VerifyReport",
    "Words",
    "build_bundle",
    "own_translate",
    "pack",
    "recipes_in",
    "rerun",
    "result_path",
    "verify",
]
