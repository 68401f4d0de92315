"""Compare blobs with hash lists: one result a blob, in order, whatever is wrong with any of them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from amparo.base import Blob, Progress, Skipped, silent
from amparo.media.decoder import Decoder
from amparo.media.errors import BlobUnreadable
from amparo.media.hashes import VARIANTS, Hashes
from amparo.media.hashing import hash_blob
from amparo.media.index import EntryRef, Index
from amparo.media.lists import Entry
from amparo.media.signals import SIGNALS
from amparo.media.signals.pdq import MIN_QUALITY, NEAR_BITS


@dataclass(frozen=True, slots=True)
class Hit:
    """One entry of one list that a blob agrees with, by the strongest signal that does.

    `distance`: 0 for an exact signal, differing bits of 256 for pdq. `variant` (one of VARIANTS) and `quality` are
    None for an exact signal. `also`: weaker signals that agree with the same entry.
    """

    list_name: str
    entry: Entry
    signal: str
    distance: int
    variant: str | None
    quality: int | None
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scanned:
    """What came of one blob. `hashes` None: it could not be read. `skipped`: what was not compared, and why."""

    name: str
    hashes: Hashes | None
    hits: tuple[Hit, ...]
    skipped: tuple[Skipped, ...] = ()


def scan(
    blobs: Iterable[Blob],
    indexes: Mapping[str, Index],
    threshold: int = NEAR_BITS,
    min_quality: int = MIN_QUALITY,
    progress: Progress = silent,
    *,
    decoder: Decoder | None = None,
) -> Iterator[Scanned]:
    """Yield one Scanned for each of `blobs`, in order. `indexes`: list name -> open index.

    Depends on nothing but its arguments, so that a caller resumes by leaving out the blobs it has results for.
    Pictures are compared as they are, turned and mirrored (8 ways), if their quality is at least `min_quality`.
    """
    for done, blob in enumerate(blobs, start=1):
        try:
            hashes = hash_blob(blob, decoder)
        except BlobUnreadable as error:
            yield Scanned(blob.name, None, (), (Skipped(blob.name, "unreadable", str(error.facts["why"])),))
        else:
            yield match(blob.name, hashes, indexes, threshold, min_quality)
        progress(done, None, "files")


def match(
    name: str,
    hashes: Hashes,
    indexes: Mapping[str, Index],
    threshold: int = NEAR_BITS,
    min_quality: int = MIN_QUALITY,
) -> Scanned:
    """Compare hashes made earlier with `indexes`; new lists need no second reading of the bytes."""
    skipped = [hashes.skipped] if hashes.skipped else []
    comparable = hashes.pdq is not None and hashes.pdq.quality >= min_quality
    if hashes.pdq is not None and not comparable:
        detail = f"quality {hashes.pdq.quality}, compared from {min_quality} on; exact digests were compared"
        skipped.append(Skipped(name, "picture-too-plain", detail))
    hits = [
        hit
        for list_name, index in indexes.items()
        for hit in _hits(list_name, index, hashes, threshold if comparable else None)
    ]
    return Scanned(name, hashes, tuple(hits), tuple(skipped))


def _hits(list_name: str, index: Index, hashes: Hashes, threshold: int | None) -> list[Hit]:
    agreeing: dict[EntryRef, list[str]] = {}
    for signal in SIGNALS:
        if signal.exact:
            for ref in index.lookup(signal.name, hashes.digests()[signal.name]):
                agreeing.setdefault(ref, []).append(signal.name)
    near = {}
    if threshold is not None and hashes.pdq is not None:
        near = {each.ref: each for each in index.near_any(hashes.pdq.variants, threshold)}
        for ref in near:
            agreeing.setdefault(ref, []).append("pdq")
    found = []
    for ref, signals in agreeing.items():
        first, also = signals[0], tuple(signals[1:])
        if first == "pdq" and hashes.pdq is not None:
            each = near[ref]
            hit = Hit(list_name, index.entry(ref), first, each.distance, VARIANTS[each.query], hashes.pdq.quality, also)
        else:
            hit = Hit(list_name, index.entry(ref), first, 0, None, None, also)
        found.append(hit)
    return sorted(found, key=_strongest_first)


def _strongest_first(hit: Hit) -> tuple[int, int, int]:
    return SIGNALS.names().index(hit.signal), hit.distance, hit.entry.row
