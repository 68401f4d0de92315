"""Compare hashes with hash lists: exactly, nearly in all ways to lay a picture, videos by their pictures in order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from amparo.base import Skipped
from amparo.media.hashes import VARIANTS, Hashes, PdqHash
from amparo.media.index import EntryRef, Index
from amparo.media.index.answers import CAP
from amparo.media.lists import Entry
from amparo.media.signals import SIGNALS
from amparo.media.signals.pdq import MIN_QUALITY, NEAR_BITS
from amparo.media.video import Segment, Verdict, VideoHit, match_video, verdict

#: Why a file's contents were not looked at: a list of harmless files holds it.
KNOWN_GOOD: Final = "known-good"


@dataclass(frozen=True, slots=True)
class Hit:
    """One entry of one list that a blob agrees with, by the strongest signal that does.

    `distance`: 0 for an exact signal, differing bits of 256 for pdq. `variant` (one of VARIANTS) and `quality` are
    None for an exact signal. `also`: weaker signals that agree with the same entry. A video agrees by "pdq" of its
    pictures; then `segments` says which stretches, `verdict` whether they suffice, and `quality` is None.
    """

    list_name: str
    entry: Entry
    signal: str
    distance: int
    variant: str | None
    quality: int | None
    also: tuple[str, ...] = ()
    segments: tuple[Segment, ...] = ()
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Scanned:
    """What came of one blob. `hashes` None: it could not be read. `skipped`: what was not compared, and why."""

    name: str
    hashes: Hashes | None
    hits: tuple[Hit, ...]
    skipped: tuple[Skipped, ...] = ()

    @property
    def known_good(self) -> bool:
        """Whether a list of harmless files holds it, so that only its exact digests were compared."""
        return any(each.reason == KNOWN_GOOD for each in self.skipped)


@dataclass(frozen=True, slots=True)
class _Near:
    """Nearest of one picture's variants to one entry."""

    distance: int
    variant: str


@dataclass(slots=True)
class _NearEntries:
    """What one picture is near to in one list. `cut`: there was more than was asked for."""

    found: dict[EntryRef, _Near] = field(default_factory=dict)
    cut: bool = False


def match(
    name: str,
    hashes: Hashes,
    indexes: Mapping[str, Index],
    threshold: int = NEAR_BITS,
    min_quality: int = MIN_QUALITY,
    *,
    negative: Index | None = None,
) -> Scanned:
    """Compare hashes made earlier with `indexes`; new lists need no second reading of the bytes.

    `negative`: things that are not what a list says. A near hit is dropped where the picture lies at least as near to
    one of those, and that is said.
    """
    return match_many([(name, hashes)], indexes, threshold, min_quality, negative=negative)[0]


def match_many(
    batch: Sequence[tuple[str, Hashes]],
    indexes: Mapping[str, Index],
    threshold: int = NEAR_BITS,
    min_quality: int = MIN_QUALITY,
    *,
    negative: Index | None = None,
    cap: int = CAP,
) -> list[Scanned]:
    """As `match` for many at once, which an index answers quicker than one by one; results in the same order.

    `cap`: near entries of each list for each way to lay a picture, 0 for all; what is cut is said.
    """
    pictures = {
        number: hashes.pdq
        for number, (_, hashes) in enumerate(batch)
        if hashes.pdq is not None and hashes.pdq.quality >= min_quality
    }
    near = {name: _near_entries(index, pictures, threshold, cap) for name, index in indexes.items()}
    suspects = {number: pictures[number] for found in near.values() for number in found}
    harmless = _near_entries(negative, suspects, threshold, cap) if negative is not None else {}
    return [
        _one(_Query(name, hashes, threshold, min_quality), indexes, _of(near, number), harmless.get(number), negative)
        for number, (name, hashes) in enumerate(batch)
    ]


@dataclass(frozen=True, slots=True)
class _Query:
    name: str
    hashes: Hashes
    threshold: int
    min_quality: int


def _of(near: Mapping[str, Mapping[int, _NearEntries]], number: int) -> dict[str, _NearEntries]:
    return {name: found[number] for name, found in near.items() if number in found}


def _one(
    query: _Query,
    indexes: Mapping[str, Index],
    near: Mapping[str, _NearEntries],
    harmless: _NearEntries | None,
    negative: Index | None,
) -> Scanned:
    hashes, skipped = query.hashes, _not_compared(query)
    safe = min((each.distance for each in harmless.found.values()), default=None) if harmless else None
    hits, dropped = [], 0
    for list_name, index in indexes.items():
        found = near[list_name].found if list_name in near else {}
        kept = {ref: each for ref, each in found.items() if safe is None or each.distance < safe}
        dropped += len(found) - len(kept)
        hits += _hits(list_name, index, hashes, kept)
    if dropped:
        detail = f"{dropped} near hits; the picture lies as near to one that is not what the list says"
        skipped.append(Skipped(query.name, "negative-bank", detail))
    for list_name in [name for name, each in near.items() if each.cut]:
        skipped.append(Skipped(query.name, "too-many-near", f"more near entries in {list_name} than are shown"))
    of_video, said = _video_hits(query, indexes, negative)
    return Scanned(query.name, hashes, (*hits, *of_video), (*skipped, *said))


def _not_compared(query: _Query) -> list[Skipped]:
    hashes = query.hashes
    skipped = [hashes.skipped] if hashes.skipped else []
    if hashes.pdq is not None and hashes.pdq.quality < query.min_quality:
        detail = f"quality {hashes.pdq.quality}, compared from {query.min_quality} on; exact digests were compared"
        skipped.append(Skipped(query.name, "picture-too-plain", detail))
    return skipped


def _near_entries(index: Index, pictures: Mapping[int, PdqHash], threshold: int, cap: int) -> dict[int, _NearEntries]:
    """Number of a picture -> the entries it is near to, each by the variant that lies nearest."""
    if not pictures:
        return {}
    joined = bytes.fromhex("".join(variant for pdq in pictures.values() for variant in pdq.variants))
    owners = [(number, variant) for number, pdq in pictures.items() for variant in range(len(pdq.variants))]
    made: dict[int, _NearEntries] = {}
    answers = index.near_many(np.frombuffer(joined, np.uint8).reshape(-1, 32), threshold, cap=cap)
    for query, entry, distance in _nearest_first(answers.rows).tolist():
        number, variant = owners[query]
        entries = made.setdefault(number, _NearEntries())
        entries.found.setdefault(EntryRef(entry), _Near(distance, VARIANTS[variant]))
    for query in answers.truncated.tolist():
        made[owners[query][0]].cut = True
    return made


def _nearest_first(rows: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """By distance, then by query: the first of an entry is its nearest variant, at a tie the first of VARIANTS."""
    return rows[np.lexsort((rows[:, 0], rows[:, 2]))]


def _hits(list_name: str, index: Index, hashes: Hashes, near: Mapping[EntryRef, _Near]) -> list[Hit]:
    agreeing: dict[EntryRef, list[str]] = {}
    own = hashes.digests()
    for signal in SIGNALS:
        if signal.exact:
            for ref in index.lookup(signal.name, own[signal.name]):
                agreeing.setdefault(ref, []).append(signal.name)
    for ref in near:
        agreeing.setdefault(ref, []).append("pdq")
    found = []
    for ref, signals in agreeing.items():
        first, also = signals[0], tuple(signals[1:])
        if first == "pdq" and hashes.pdq is not None:
            each = near[ref]
            hit = Hit(list_name, index.entry(ref), first, each.distance, each.variant, hashes.pdq.quality, also)
        else:
            hit = Hit(list_name, index.entry(ref), first, 0, None, None, also)
        found.append(hit)
    return sorted(found, key=_strongest_first)


def _strongest_first(hit: Hit) -> tuple[int, int, int]:
    return SIGNALS.names().index(hit.signal), hit.distance, hit.entry.row


def _video_hits(query: _Query, indexes: Mapping[str, Index], negative: Index | None) -> tuple[list[Hit], list[Skipped]]:
    video = query.hashes.video
    if video is None:
        return [], []
    limits = (query.threshold, query.min_quality)
    by_list = {name: match_video(video, index, *limits, negative=negative) for name, index in indexes.items()}
    hits = [_video_hit(name, each) for name, found in by_list.items() for each in found]
    skipped = [each for each in [video.skipped(query.name)] if each is not None]
    if verdict(video, _all(by_list.values()), query.min_quality) is Verdict.NOT_ENOUGH:
        detail = f"{video.usable_from(query.min_quality)} of {video.sampled} pictures are not too plain to compare"
        skipped.append(Skipped(query.name, str(Verdict.NOT_ENOUGH), detail))
    return hits, skipped


def _all(found: Iterable[Sequence[VideoHit]]) -> list[VideoHit]:
    return [hit for each in found for hit in each]


def _video_hit(list_name: str, found: VideoHit) -> Hit:
    return Hit(list_name, found.entry, "pdq", found.distance, found.variant, None, (), found.segments, found.verdict)
