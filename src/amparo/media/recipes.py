"""How a match came to be, and the function that makes it again: the tool "media.match"."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import amparo
from amparo.base import Blob, Recipe, canonical_digest
from amparo.media.hashing import hash_blob
from amparo.media.index import Index
from amparo.media.scan import Hit, Scanned, match

TOOL: Final = "media.match"


def scan_recipe(scanned: Scanned, indexes: Mapping[str, Index], threshold: int, min_quality: int) -> Recipe | None:
    """Return the recipe of one scan result, None where the blob could not be read.

    Inputs: "blob" -> its SHA-256, "list:NAME" -> the digest of that index. A blob's name is no part of it.
    """
    if scanned.hashes is None:
        return None
    return Recipe(
        tool=TOOL,
        version=amparo.__version__,
        parameters={"threshold": threshold, "min_quality": min_quality},
        inputs={"blob": scanned.hashes.sha256} | {f"list:{name}": index.digest for name, index in indexes.items()},
        output=result_digest(scanned),
    )


def rerun_scan(blob: Blob, indexes: Mapping[str, Path], parameters: Mapping[str, Any]) -> str:
    """Hash and compare `blob` again and return the result's digest, to be held against Recipe.output.

    `indexes`: list name -> index folder; every byte of them is checked first. Raises BlobUnreadable, IndexDamaged.
    """
    opened = {name: Index.open(folder, check=True) for name, folder in indexes.items()}
    scanned = match(blob.name, hash_blob(blob), opened, parameters["threshold"], parameters["min_quality"])
    return result_digest(scanned)


def result_digest(scanned: Scanned) -> str:
    """SHA-256 of the canonical result: size, digests, quality, hits; reasons of what was skipped, not their words."""
    hashes = scanned.hashes
    return canonical_digest(
        {
            "size": hashes.size if hashes else None,
            "digests": hashes.digests() if hashes else {},
            "quality": hashes.pdq.quality if hashes and hashes.pdq else None,
            "hits": sorted((_plain(hit) for hit in scanned.hits), key=lambda hit: (hit["list"], hit["row"])),
            "skipped": sorted(each.reason for each in scanned.skipped),
        }
    )


def _plain(hit: Hit) -> dict[str, Any]:
    return {
        "list": hit.list_name,
        "row": hit.entry.row,
        "label": hit.entry.label,
        "signal": hit.signal,
        "distance": hit.distance,
        "variant": hit.variant,
        "quality": hit.quality,
        "also": list(hit.also),
    }
