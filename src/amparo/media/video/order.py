"""Pictures of two videos that look alike, put in order: which stretch of one is which stretch of the other.

Pairs vote for an offset (time in the listed video less time here) in bins of one second; the best offset's pairs, as
far as their times do not run backwards, make a chain; the rest vote again, for videos that were cut anew.
Error:   a stretch played at another speed falls into several chains; cuts shorter than the step between samples are
         missed.
Source:  the order check that vPDQ, which compares bags of frames, does not have; own design.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from amparo.media.video_hash import seconds_text

#: Seconds that one offset may vary, from sampling at other moments.
SLACK: Final = 1.0
#: A chain is told as two segments where nothing agrees for longer than this.
GAP: Final = 30.0
#: Chains looked for in one pair of videos.
MAX_CHAINS: Final = 16
#: Seconds of a still scene that vote; a picture that stands for an hour must not vote for an hour of offsets.
_MAX_STILL: Final = 30.0


class Pair(NamedTuple):
    """One picture here that is near one picture of a listed video. Times in seconds; `until` ends a still scene."""

    query: int
    time: float
    until: float
    bank_time: float
    bank_until: float
    distance: int


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of this video and the stretch of the listed one it agrees with, in seconds from their starts.

    `frames`: how many pictures here agree, in order.
    """

    query_start: float
    query_end: float
    bank_start: float
    bank_end: float
    frames: int

    def as_dict(self) -> dict[str, object]:
        times = {
            name: seconds_text(getattr(self, name)) for name in ("query_start", "query_end", "bank_start", "bank_end")
        }
        return {**times, "frames": self.frames}


class Chain(NamedTuple):
    """`pairs`: at most one a picture here, times not running backwards in either. `bank_times`: all pictures of the
    listed video that agree at this offset, the better and the worse."""

    pairs: tuple[Pair, ...]
    bank_times: frozenset[float]

    @property
    def weight(self) -> int:
        """Distinct pictures on the side that has fewer."""
        return min(len(self.pairs), len({pair.bank_time for pair in self.pairs}))


def chains(pairs: Sequence[Pair]) -> list[Chain]:
    """Return the chains of `pairs`, the heaviest first; after the first, only those of two pictures or more."""
    found: list[Chain] = []
    left = list(pairs)
    while left and len(found) < MAX_CHAINS:
        at_offset = _best_offset(left)
        chain = Chain(_in_order(at_offset), frozenset(pair.bank_time for pair in at_offset))
        if found and chain.weight < 2:
            break
        found.append(chain)
        used = {pair.query for pair in chain.pairs}
        left = [pair for pair in left if pair.query not in used]
    return sorted(found, key=lambda chain: -chain.weight)


def segments(found: Iterable[Chain]) -> tuple[Segment, ...]:
    """Return the stretches of `found` in the order of this video's time."""
    made = []
    for chain in found:
        run = [chain.pairs[0]]
        for pair in chain.pairs[1:]:
            if pair.time - run[-1].until > GAP:
                made.append(_segment(run))
                run = []
            run.append(pair)
        made.append(_segment(run))
    return tuple(sorted(made, key=lambda each: (each.query_start, each.bank_start)))


def _segment(run: Sequence[Pair]) -> Segment:
    ends = max(pair.until for pair in run), max(pair.bank_until for pair in run)
    return Segment(run[0].time, ends[0], run[0].bank_time, ends[1], len(run))


def _best_offset(pairs: Sequence[Pair]) -> list[Pair]:
    votes: dict[int, dict[int, None]] = defaultdict(dict)
    members: dict[int, list[Pair]] = defaultdict(list)
    for pair in pairs:
        for offset in _offsets(pair):
            votes[offset][pair.query] = None
            members[offset].append(pair)
    best = min(
        votes, key=lambda offset: (-len(votes[offset]), sum(p.distance for p in members[offset]), abs(offset), offset)
    )
    return members[best]


def _offsets(pair: Pair) -> range:
    """The whole seconds of offset that `pair` is compatible with."""
    here = min(pair.until - pair.time, _MAX_STILL)
    there = min(pair.bank_until - pair.bank_time, _MAX_STILL)
    base = pair.bank_time - pair.time
    return range(round(base - here - SLACK), round(base + there + SLACK) + 1)


def _in_order(pairs: Iterable[Pair]) -> tuple[Pair, ...]:
    """The longest choice of pairs, one a picture here, whose times in the listed video never run backwards."""
    best: dict[int, Pair] = {}
    for pair in pairs:
        if pair.query not in best or (pair.distance, pair.bank_time) < (
            best[pair.query].distance,
            best[pair.query].bank_time,
        ):
            best[pair.query] = pair
    return _longest_not_falling(sorted(best.values(), key=lambda pair: pair.time))


def _longest_not_falling(pairs: Sequence[Pair]) -> tuple[Pair, ...]:
    """Patience sorting: O(n log n)."""
    tails: list[float] = []
    places: list[int] = []  # pair that ends the best run of each length
    before: list[int | None] = []
    for number, pair in enumerate(pairs):
        length = bisect_right(tails, pair.bank_time)
        before.append(places[length - 1] if length else None)
        if length == len(tails):
            tails.append(pair.bank_time)
            places.append(number)
        else:
            tails[length], places[length] = pair.bank_time, number
    chosen = []
    at = places[-1] if places else None
    while at is not None:
        chosen.append(pairs[at])
        at = before[at]
    return tuple(reversed(chosen))
