"""Media: hash what was seized, and find what is known. `scan(blobs, {"list": Index.open(folder)})`."""

from amparo.media.decoder import Decoder, Limits
from amparo.media.errors import (
    BlobUnreadable,
    IndexDamaged,
    IndexExists,
    NoPreview,
    NotAHashList,
    TooManyEntries,
)
from amparo.media.hashes import VARIANTS, CameraFacts, Hashes, PdqHash
from amparo.media.hashing import hash_blob, preview
from amparo.media.index import Bank, EntryRef, Index, IndexReport, Near, NearMany, build_index, rebuild_index
from amparo.media.lists import LISTS, Entry, ListFormat
from amparo.media.lists.known_good import KnownGood
from amparo.media.matching import Hit, Scanned, match, match_many
from amparo.media.recipes import rerun_scan, result_digest, scan_recipe
from amparo.media.scan import scan
from amparo.media.signals import SIGNALS, Signal
from amparo.media.signals.pdq import MIN_QUALITY, NEAR_BITS

__all__ = [
    "LISTS",
    "MIN_QUALITY",
    "NEAR_BITS",
    "SIGNALS",
    "VARIANTS",
    "Bank",
    "BlobUnreadable",
    "CameraFacts",
    "Decoder",
    "Entry",
    "EntryRef",
    "Hashes",
    "Hit",
    "Index",
    "IndexDamaged",
    "IndexExists",
    "IndexReport",
    "KnownGood",
    "Limits",
    "ListFormat",
    "Near",
    "NearMany",
    "NoPreview",
    "NotAHashList",
    "PdqHash",
    "Scanned",
    "Signal",
    "TooManyEntries",
    "build_index",
    "hash_blob",
    "match",
    "match_many",
    "preview",
    "rebuild_index",
    "rerun_scan",
    "result_digest",
    "scan",
    "scan_recipe",
]
