"""Look up hashes that somebody else made: no bytes are here, and seldom all digests of one file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np

from amparo.media.index import EntryRef, Index
from amparo.media.lists import Entry
from amparo.media.signals import SIGNALS
from amparo.media.signals.pdq import MIN_QUALITY, NEAR_BITS

#: Entries of one list that are named for one hash; that there were more is said.
CAP: Final = 100
#: What an answer may say beside its hits.
TOO_PLAIN, MORE, NEGATIVE = "too-plain", "more-than-shown", "negative-bank"


@dataclass(frozen=True, slots=True)
class Asked:
    """Hashes of one thing. `digests`: signal -> lowercase hex, all but pdq; they are compared for equality.

    `pdqs`: PDQ hashes of one picture, as given, each another way to lay it. `quality`: theirs, None if not told.
    """

    digests: Mapping[str, str] = field(default_factory=dict)
    pdqs: tuple[str, ...] = ()
    quality: int | None = None

    @property
    def count(self) -> int:
        return len(self.digests) + len(self.pdqs)


class Found(NamedTuple):
    """`way`: which of `pdqs` lies nearest, from 0; None for an exact signal. `also`: weaker signals that agree too."""

    list_name: str
    entry: Entry
    signal: str
    distance: int
    way: int | None
    also: tuple[str, ...]


class Answer(NamedTuple):
    found: tuple[Found, ...]
    notes: tuple[str, ...]


class _Near(NamedTuple):
    distance: int
    way: int


_ByItem = dict[int, dict[EntryRef, _Near]]


def look_up(
    asked: Sequence[Asked],
    indexes: Mapping[str, Index],
    threshold: int = NEAR_BITS,
    min_quality: int = MIN_QUALITY,
    *,
    negative: Index | None = None,
    cap: int = CAP,
) -> list[Answer]:
    """Compare many at once with `indexes`; answers in the same order, each strongest signal first.

    `negative`: as for `match`. Memory: what is found, at most `cap` entries for each list and hash, one entry read at
    a time. Raises IndexDamaged.
    """
    found: list[list[Found]] = [[] for _ in asked]
    notes: list[set[str]] = [set() for _ in asked]
    near_ones = {n: each for n, each in enumerate(asked) if each.pdqs and not _too_plain(each, min_quality)}
    for number, each in enumerate(asked):
        if each.pdqs and number not in near_ones:
            notes[number].add(TOO_PLAIN)
    safe = _nearest(negative, near_ones, threshold) if negative is not None else {}
    for name, index in indexes.items():
        near, cut = _near(index, near_ones, threshold, cap)
        exact = _exact(index, asked)
        for number in cut:
            notes[number].add(MORE)
        for number in near.keys() | exact.keys():
            kept = {ref: each for ref, each in near.get(number, {}).items() if each.distance < safe.get(number, 257)}
            if len(kept) < len(near.get(number, {})):
                notes[number].add(NEGATIVE)
            hits = _hits(name, index, exact.get(number, {}), kept, cap)
            found[number] += hits[:cap]
            if len(hits) > cap:
                notes[number].add(MORE)
    return [Answer(tuple(hits), tuple(sorted(said))) for hits, said in zip(found, notes, strict=True)]


def _too_plain(asked: Asked, min_quality: int) -> bool:
    return asked.quality is not None and asked.quality < min_quality


def _exact(index: Index, asked: Sequence[Asked]) -> dict[int, dict[EntryRef, list[str]]]:
    """Number of an item -> entries that agree -> by which signals, the strongest first."""
    made: dict[int, dict[EntryRef, list[str]]] = {}
    for signal in SIGNALS:
        owners = [number for number, each in enumerate(asked) if signal.name in each.digests]
        if not owners:
            continue
        joined = bytes.fromhex("".join(asked[number].digests[signal.name] for number in owners))
        digests = np.frombuffer(joined, np.uint8).reshape(-1, signal.octets)
        for query, entry in index.lookup_many(signal.name, digests).tolist():
            made.setdefault(owners[query], {}).setdefault(EntryRef(entry), []).append(signal.name)
    return made


def _near(index: Index, asked: Mapping[int, Asked], threshold: int, cap: int) -> tuple[_ByItem, set[int]]:
    """Number of an item -> entries it is near to, each by its nearest way; and the items of which some were cut."""
    owners = [(number, way) for number, each in asked.items() for way in range(len(each.pdqs))]
    if not owners:
        return {}, set()
    joined = bytes.fromhex("".join(pdq for each in asked.values() for pdq in each.pdqs))
    answers = index.near_many(np.frombuffer(joined, np.uint8).reshape(-1, 32), threshold, cap=cap)
    made: _ByItem = {}
    for query, entry, distance in answers.rows.tolist():
        number, way = owners[query]
        entries = made.setdefault(number, {})
        entries[EntryRef(entry)] = min(entries.get(EntryRef(entry), _Near(257, 0)), _Near(distance, way))
    return made, {owners[query][0] for query in answers.truncated.tolist()}


def _nearest(negative: Index, asked: Mapping[int, Asked], threshold: int) -> dict[int, int]:
    """Number of an item -> how near it lies to something that is not what a list says."""
    near, _ = _near(negative, asked, threshold, 1)
    return {number: min(entries.values()).distance for number, entries in near.items()}


def _hits(
    name: str, index: Index, exact: Mapping[EntryRef, list[str]], near: Mapping[EntryRef, _Near], cap: int
) -> list[Found]:
    """At most one more than `cap`: entries that agree exactly, then the nearest."""
    made = []
    for ref, signals in sorted(exact.items())[: cap + 1]:
        also = (*signals[1:], "pdq") if ref in near else tuple(signals[1:])
        made.append(Found(name, index.entry(ref), signals[0], 0, None, also))
    made.sort(key=lambda found: SIGNALS.names().index(found.signal))
    for ref, each in sorted(near.items(), key=lambda one: (one[1], one[0])):
        if len(made) > cap:
            break
        if ref not in exact:
            made.append(Found(name, index.entry(ref), "pdq", each.distance, each.way, ()))
    return made
