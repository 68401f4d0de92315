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
#: The signal whose values are only ever given.
GIVEN: Final = "photodna"
#: What an answer may say beside its hits.
TOO_PLAIN, MORE, NEGATIVE = "too-plain", "more-than-shown", "negative-bank"


@dataclass(frozen=True, slots=True)
class Asked:
    """Hashes of one thing. `digests`: signal -> lowercase hex, all but pdq; compared for equality, but see `look_up`.

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


class _Agreeing(NamedTuple):
    """Entries of one list that agree with one item: by which exact signals; by PDQ; how far by a given value."""

    exact: Mapping[EntryRef, list[str]]
    near: Mapping[EntryRef, _Near]
    given: Mapping[EntryRef, int]


_ByItem = dict[int, dict[EntryRef, _Near]]


def look_up(
    asked: Sequence[Asked],
    indexes: Mapping[str, Index],
    threshold: int = NEAR_BITS,
    min_quality: int = MIN_QUALITY,
    *,
    negative: Index | None = None,
    cap: int = CAP,
    given_within: int = 0,
) -> list[Answer]:
    """Compare many at once with `indexes`; answers in the same order, each strongest signal first.

    `negative`: as for `match`. `given_within`: the furthest distance of a photodna value, which is then compared with
    every one of a list (some tenths of a second a million); 0: equal ones only, found at once. Memory: what is found,
    at most `cap` entries for each list and hash, one entry read at a time. Raises IndexDamaged.
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
        exact = _exact(index, asked, without=GIVEN if given_within else None)
        given = _given(index, asked, given_within) if given_within else {}
        for number in cut:
            notes[number].add(MORE)
        for number in near.keys() | exact.keys() | given.keys():
            kept = {ref: each for ref, each in near.get(number, {}).items() if each.distance < safe.get(number, 257)}
            if len(kept) < len(near.get(number, {})):
                notes[number].add(NEGATIVE)
            hits = _hits(name, index, _Agreeing(exact.get(number, {}), kept, given.get(number, {})), cap)
            found[number] += hits[:cap]
            if len(hits) > cap:
                notes[number].add(MORE)
    return [Answer(tuple(hits), tuple(sorted(said))) for hits, said in zip(found, notes, strict=True)]


def _too_plain(asked: Asked, min_quality: int) -> bool:
    return asked.quality is not None and asked.quality < min_quality


def _exact(index: Index, asked: Sequence[Asked], without: str | None) -> dict[int, dict[EntryRef, list[str]]]:
    """Number of an item -> entries that agree -> by which signals, the strongest first."""
    made: dict[int, dict[EntryRef, list[str]]] = {}
    for signal in SIGNALS:
        if signal.name == without:
            continue
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


def _given(index: Index, asked: Sequence[Asked], within: int) -> dict[int, dict[EntryRef, int]]:
    """Number of an item -> entries whose given value lies within that distance, nearest first."""
    values = {number: each.digests[GIVEN] for number, each in enumerate(asked) if GIVEN in each.digests}
    found = {number: dict(index.near_given(GIVEN, bytes.fromhex(value), within)) for number, value in values.items()}
    return {number: entries for number, entries in found.items() if entries}


def _nearest(negative: Index, asked: Mapping[int, Asked], threshold: int) -> dict[int, int]:
    """Number of an item -> how near it lies to something that is not what a list says."""
    near, _ = _near(negative, asked, threshold, 1)
    return {number: min(entries.values()).distance for number, entries in near.items()}


def _hits(name: str, index: Index, agreeing: _Agreeing, cap: int) -> list[Found]:
    """At most one more than `cap`: entries that agree exactly, then the nearest by PDQ, then by a given value."""
    exact, near, given = agreeing
    made = []
    for ref, signals in sorted(exact.items())[: cap + 1]:
        also = (*signals[1:], *(["pdq"] if ref in near else []), *([GIVEN] if ref in given else []))
        made.append(Found(name, index.entry(ref), signals[0], 0, None, also))
    made.sort(key=lambda found: SIGNALS.names().index(found.signal))
    by_pdq = [ref for ref in sorted(near, key=lambda ref: (near[ref], ref)) if ref not in exact]
    for ref in by_pdq[: cap + 1 - len(made)]:
        also = (GIVEN,) if ref in given else ()
        made.append(Found(name, index.entry(ref), "pdq", near[ref].distance, near[ref].way, also))
    by_value = [ref for ref in given if ref not in exact and ref not in near]
    made += [Found(name, index.entry(ref), GIVEN, given[ref], None, ()) for ref in by_value[: cap + 1 - len(made)]]
    return made
