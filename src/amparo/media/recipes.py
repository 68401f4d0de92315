"""How a match came to be, and the function that makes it again: the tool "media.match"."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import amparo
from amparo.base import Blob, Recipe, canonical_digest
from amparo.media.decoder import shared_decoder
from amparo.media.hashing import RULES
from amparo.media.index import Index
from amparo.media.matching import Hit, Scanned, match_many
from amparo.media.pipeline import Hashed, Maker
from amparo.media.scan import examining, matched
from amparo.media.video_hash import VideoHash

TOOL: Final = "media.match"
#: What is done about the camera's rotation: nothing. Pictures are compared turned and mirrored instead.
ORIENTATION: Final = "as-stored"


def scan_recipe(
    scanned: Scanned,
    indexes: Mapping[str, Index],
    threshold: int,
    min_quality: int,
    *,
    negative: Index | None = None,
) -> Recipe | None:
    """Return the recipe of one scan result, None where the blob could not be read.

    Inputs: "blob" -> its SHA-256, "list:NAME" -> the digest of that index, "negative" -> that of the negative bank, if
    there is one. A blob's name is no part of it. Parameters: "decoder" is the library that made the pixels, with its
    version (None: there were none); "rules", see `hashing.RULES`; "known_good": True where only exact digests count.
    """
    if scanned.hashes is None:
        return None
    inputs = {"blob": scanned.hashes.sha256} | {f"list:{name}": index.digest for name, index in indexes.items()}
    return Recipe(
        tool=TOOL,
        version=amparo.__version__,
        parameters={
            "threshold": threshold,
            "min_quality": min_quality,
            "rules": RULES,
            "decoder": _decoder(scanned),
            "orientation": ORIENTATION,
        }
        | ({"known_good": True} if scanned.known_good else {}),
        inputs=inputs | ({"negative": negative.digest} if negative is not None else {}),
        output=result_digest(scanned),
    )


def rerun_scan(
    blob: Blob, indexes: Mapping[str, Path], parameters: Mapping[str, Any], *, negative: Path | None = None
) -> str:
    """Hash and compare `blob` again and return the result's digest, to be held against Recipe.output.

    `indexes`: list name -> index folder; every byte of them is checked first. A recipe without "rules" is run by the
    first rules, under which it was made. Raises BlobUnreadable, IndexDamaged.
    """
    opened = {name: Index.open(folder, check=True) for name, folder in indexes.items()}
    bank = Index.open(negative, check=True) if negative is not None else None
    threshold, min_quality, rules = parameters["threshold"], parameters["min_quality"], parameters.get("rules", 1)
    known = _AllKnownGood() if parameters.get("known_good") else None
    made = Maker(examining(opened, threshold, min_quality, bank), known, rules).whole(blob, shared_decoder())
    return result_digest(_compared(made, opened, (threshold, min_quality), bank, rules))


def _compared(
    made: Hashed, opened: Mapping[str, Index], limits: tuple[int, int], bank: Index | None, rules: int
) -> Scanned:
    if rules < 2 and made.hashes is not None:  # the first rules cut nothing off
        return match_many([(made.name, made.hashes)], opened, *limits, cap=0)[0]
    return next(matched([made], opened, *limits, negative=bank))


class _AllKnownGood:
    """Stands for the list of harmless files that held the blob when its recipe was made."""

    def holds(self, *, md5: str | None = None, sha1: str | None = None, sha256: str | None = None) -> bool:
        return bool(md5 or sha1 or sha256)


def result_digest(scanned: Scanned) -> str:
    """SHA-256 of the canonical result: size, digests, quality, hits; reasons of what was skipped, not their words."""
    hashes = scanned.hashes
    notes = {"notes": sorted(hashes.pdq.notes)} if hashes and hashes.pdq and "broken-tail" in hashes.pdq.notes else {}
    video = {"video": _of_video(hashes.video)} if hashes and hashes.video else {}
    return canonical_digest(
        {
            "size": hashes.size if hashes else None,
            "digests": hashes.digests() if hashes else {},
            "quality": hashes.pdq.quality if hashes and hashes.pdq else None,
            "hits": sorted((_plain(hit) for hit in scanned.hits), key=lambda hit: (hit["list"], hit["row"])),
            "skipped": sorted(each.reason for each in scanned.skipped),
        }
        | notes
        | video
    )


def _of_video(video: VideoHash) -> dict[str, Any]:
    """All but the library's name, which stands in the parameters: another version may well give the same."""
    return {name: value for name, value in video.as_dict().items() if name != "decoder"}


def _decoder(scanned: Scanned) -> str | None:
    hashes = scanned.hashes
    if hashes is None:
        return None
    if hashes.video is not None:
        return hashes.video.decoder
    return hashes.pdq.decoder if hashes.pdq else None


def _plain(hit: Hit) -> dict[str, Any]:
    """The hit's canonical form; what only videos have is there for them only, so that older digests stay."""
    of_video = {"segments": [each.as_dict() for each in hit.segments], "verdict": str(hit.verdict)}
    return {
        "list": hit.list_name,
        "row": hit.entry.row,
        "label": hit.entry.label,
        "signal": hit.signal,
        "distance": hit.distance,
        "variant": hit.variant,
        "quality": hit.quality,
        "also": list(hit.also),
    } | (of_video if hit.verdict is not None else {})
