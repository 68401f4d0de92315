"""What every room shares: errors with codes, registries, blobs, recipes, time, text. Knows nothing of the rooms."""

from amparo.base.blob import Blob
from amparo.base.canonical import NotCanonical, canonical, canonical_digest
from amparo.base.errors import AmparoError, OutsideWorld, WrongUse, gettext_noop
from amparo.base.outcome import SkipCount, Skipped
from amparo.base.progress import Progress, silent
from amparo.base.recipe import Recipe
from amparo.base.registry import Entry, Registry, UnknownEntry
from amparo.base.text import clean_text, name_from_bytes, visible
from amparo.base.time import ObservedTime, Zone, iso_ms, utc_now

__all__ = [
    "AmparoError",
    "Blob",
    "Entry",
    "NotCanonical",
    "ObservedTime",
    "OutsideWorld",
    "Progress",
    "Recipe",
    "Registry",
    "SkipCount",
    "Skipped",
    "UnknownEntry",
    "WrongUse",
    "Zone",
    "canonical",
    "canonical_digest",
    "clean_text",
    "gettext_noop",
    "iso_ms",
    "name_from_bytes",
    "silent",
    "utc_now",
    "visible",
]
