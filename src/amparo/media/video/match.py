"""Compare a video's hashes with a list whose entries are pictures of videos.

Meaning: "match" is a lead that two people must look at; "undecided" asks for a closer look, by a full pass or by eye.
Error:   a logo over a good part of the picture, cropping, degrees of rotation, other speeds and cuts shorter than the
         samples' step move pictures beyond the threshold: such copies come out undecided or not at all. A clip that
         unrelated videos share (a platform's end card, a studio's opening) matches them all.
Source:  vPDQ (facebook/ThreatExchange, vpdq): share of a listed video's pictures that are found, 80 %; order: order.py.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple

import numpy as np

from amparo.media.hashes import VARIANTS
from amparo.media.index import EntryRef, Index
from amparo.media.lists import Entry
from amparo.media.signals.pdq import MIN_QUALITY, NEAR_BITS
from amparo.media.video.order import Chain, Pair, Segment, chains, segments
from amparo.media.video_hash import KEY_FRAMES, VideoFrame, VideoHash

#: Pictures in order, at one offset, that make a match ...
MATCH_FRAMES: Final = 3
#: ... or this share of the listed video's pictures, in percent.
MATCH_SHARE: Final = 80
#: A pass over key frames that finds nothing decides only with this many usable ones, and one in so many seconds.
ENOUGH_FRAMES: Final = 3
ENOUGH_SECONDS: Final = 12.0
#: Entries looked at for one picture laid one way, nearest first, and pairs for one video; beyond, the hits say so.
MAX_ENTRIES: Final = 256
MAX_PAIRS: Final = 200_000
_AT_ONCE: Final = 512  # pictures asked for together


class Verdict(StrEnum):
    MATCH = "match"
    UNDECIDED = "undecided"
    NO_MATCH = "no-match"
    NOT_ENOUGH = "not-enough-usable-frames"


@dataclass(frozen=True, slots=True)
class VideoHit:
    """One listed video (or listed picture, then `video` is None) that pictures of this video are near to.

    `entry`: the listed picture that lies nearest; `distance`: differing bits of 256; `variant`: one of VARIANTS.
    `frames`: pictures here that agree in order. `query_share`: percent of this video's usable, distinct pictures;
    `bank_share`: percent of the listed video's pictures, None where the list does not say how many it has.
    `truncated`: more of the list was near than was looked at.
    """

    video: str | None
    entry: Entry
    verdict: Verdict
    frames: int
    query_share: int
    bank_share: int | None
    distance: int
    variant: str
    segments: tuple[Segment, ...]
    truncated: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The canonical form, for recipes."""
        return {
            "video": self.video,
            "row": self.entry.row,
            "label": self.entry.label,
            "verdict": str(self.verdict),
            "frames": self.frames,
            "query_share": self.query_share,
            "bank_share": self.bank_share,
            "distance": self.distance,
            "variant": self.variant,
            "segments": [segment.as_dict() for segment in self.segments],
            "truncated": self.truncated,
        }


class _Found(NamedTuple):
    """One picture here near one entry."""

    query: int
    frame: VideoFrame
    entry: Entry
    distance: int
    variant: int


def match_video(
    video: VideoHash,
    index: Index,
    threshold: int = NEAR_BITS,
    min_quality: int = MIN_QUALITY,
    *,
    negative: Index | None = None,
) -> list[VideoHit]:
    """Return the listed videos and pictures that `video` agrees with, matches first, then by pictures in order.

    Pictures of quality `min_quality` or more are compared as they are, turned and mirrored. `negative`: what many
    videos share, such as a platform's end card; a picture that lies at least as near to it is not counted.
    """
    usable = [frame for frame in video.frames if frame.quality >= min_quality]
    groups: dict[tuple[str | None, int], list[_Found]] = defaultdict(list)
    truncated = False
    pairs = 0
    harmless = _nearest(usable, negative, threshold) if negative is not None else {}
    for found in _near(usable, index, threshold):
        if found is None or pairs >= MAX_PAIRS:
            truncated = True
            continue
        if found.distance >= harmless.get(found.query, threshold + 1):
            continue
        name = found.entry.extra.get("video")
        groups[name, 0 if name is not None else found.entry.row].append(found)
        pairs += 1
    hits = [_hit(name, found, len(usable), truncated) for (name, _), found in groups.items()]
    return sorted(hits, key=lambda hit: (hit.verdict is not Verdict.MATCH, -hit.frames, hit.distance, hit.entry.row))


def verdict(video: VideoHash, hits: Iterable[VideoHit], min_quality: int = MIN_QUALITY) -> Verdict:
    """Say what `hits` (of all lists) mean for `video`; after a pass over key frames, UNDECIDED asks for a full one."""
    hits = list(hits)
    if any(hit.verdict is Verdict.MATCH for hit in hits):
        return Verdict.MATCH
    usable = video.usable_from(min_quality)
    if hits:
        return Verdict.UNDECIDED
    if video.step == KEY_FRAMES:
        sparse = usable < ENOUGH_FRAMES or usable * ENOUGH_SECONDS < video.duration
        return Verdict.UNDECIDED if sparse else Verdict.NO_MATCH
    few = usable < max(1, min(ENOUGH_FRAMES, video.sampled)) or usable * 10 < video.sampled
    return Verdict.NOT_ENOUGH if few else Verdict.NO_MATCH


def _near(usable: Sequence[VideoFrame], index: Index, threshold: int) -> Iterator[_Found | None]:
    """Yield what is near each picture, in each way to lay it; None where there was more than is looked at."""
    entries: dict[int, Entry] = {}
    for begin in range(0, len(usable), _AT_ONCE):
        some = usable[begin : begin + _AT_ONCE]
        asked = [(number, way) for number, frame in enumerate(some) for way in range(len(frame.variants))]
        joined = bytes.fromhex("".join(some[number].variants[way] for number, way in asked))
        answers = index.near_many(np.frombuffer(joined, np.uint8).reshape(-1, 32), threshold, cap=MAX_ENTRIES)
        for row, ref, distance in answers.rows.tolist():
            number, variant = asked[row]
            if ref not in entries:
                entries[ref] = index.entry(EntryRef(ref))
            yield _Found(begin + number, some[number], entries[ref], distance, variant)
        yield from (None for _ in answers.truncated)


def _nearest(usable: Sequence[VideoFrame], index: Index, threshold: int) -> dict[int, int]:
    """Number of a picture -> how near the nearest entry of `index` lies, where any is near."""
    nearest: dict[int, int] = {}
    for found in _near(usable, index, threshold):
        if found is not None:
            nearest[found.query] = min(found.distance, nearest.get(found.query, found.distance))
    return nearest


def _hit(name: str | None, found: Sequence[_Found], usable: int, truncated: bool) -> VideoHit:
    variant = _variant(found)
    laid = [each for each in found if each.variant == variant]
    made = chains([_pair(each) for each in laid])
    frames = sum(len(chain.pairs) for chain in made)
    nearest = min(laid, key=lambda each: (each.distance, each.query, each.entry.row))
    share = _bank_share(name, made, nearest.entry)
    matches = made[0].weight >= MATCH_FRAMES or (share is not None and share >= MATCH_SHARE)
    return VideoHit(
        video=name,
        entry=nearest.entry,
        verdict=Verdict.MATCH if matches else Verdict.UNDECIDED,
        frames=frames,
        query_share=100 * frames // usable,
        bank_share=share,
        distance=nearest.distance,
        variant=VARIANTS[variant],
        segments=segments(made),
        truncated=truncated,
    )


def _variant(found: Sequence[_Found]) -> int:
    """The way to lay the video that most of its pictures agree in: a video is turned or mirrored as a whole."""
    votes: dict[int, dict[int, int]] = defaultdict(dict)
    for each in found:
        nearest = votes[each.variant]
        nearest[each.query] = min(each.distance, nearest.get(each.query, each.distance))
    return min(votes, key=lambda variant: (-len(votes[variant]), sum(votes[variant].values()), variant))


def _pair(found: _Found) -> Pair:
    time = _seconds(found.entry, "time") or 0.0
    until = max(time, _seconds(found.entry, "until") or time)
    return Pair(found.query, found.frame.time, found.frame.until, time, until, found.distance)


def _bank_share(name: str | None, made: Sequence[Chain], entry: Entry) -> int | None:
    if name is None:
        return 100  # a picture is all there is of itself
    total = entry.extra.get("frames", "")
    if not total.isascii() or not total.isdigit() or int(total) == 0:
        return None
    seen = set[float]().union(*(chain.bank_times for chain in made))
    return min(100, 100 * len(seen) // int(total))


def _seconds(entry: Entry, key: str) -> float | None:
    """A time of a list, which anybody may have written; None where it is none."""
    try:
        seconds = float(entry.extra.get(key, ""))
    except ValueError:
        return None
    return seconds if 0 <= seconds < float("inf") else None
