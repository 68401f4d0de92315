"""Questions to a bank: its segments, its log, and what was withdrawn, as one list."""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np

from amparo.base import WrongUse, canonical_digest
from amparo.media.errors import IndexDamaged
from amparo.media.index import log
from amparo.media.index.answers import CAP, EntryRef, NearMany
from amparo.media.index.delta import Delta
from amparo.media.index.exact import Bytes, Numbers, rows_of
from amparo.media.index.manifest import has_digest
from amparo.media.index.questions import Questions
from amparo.media.index.segment import Segment
from amparo.media.lists import Entry
from amparo.media.signals import SIGNALS
from amparo.media.signals.pdq import NEAR_BITS

MANIFEST: Final = "bank.json"
FORMAT: Final = 1


class BankReader(Questions):
    """What Bank can do without writing. Answers are those of one index over the entries that are not withdrawn."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.dropped = 0  # bytes of a cut tail of the log that were not read
        self._made: dict[str, Any] = {}
        self._segments: list[Segment] = []
        self._delta = Delta("")
        self._dead = np.zeros(0, bool)  # by entry number: withdrawn
        self._dead_in: dict[str, int] = {}  # by segment: how many
        self._end = 0  # where the log was read to
        self._load()

    def __len__(self) -> int:
        """Entries that are not withdrawn."""
        there = [each.refs for each in self._segments] + [np.array(list(self._delta.lines), np.uint32)]
        return int(sum((~self._dead[refs]).sum() for refs in there))

    @property
    def facts(self) -> Mapping[str, Any]:
        """What its maker said about the list."""
        facts: Mapping[str, Any] = self._made["list"]
        return facts

    @property
    def digest(self) -> str:
        """SHA-256 that names what the bank holds now: its manifest, and its log as far as it was read."""
        whole = sha256()
        with (self.folder / str(self._made["log"])).open("rb") as stream:
            whole.update(stream.read(self._end))
        return canonical_digest({"manifest": self._made, "log": whole.hexdigest()})

    def refresh(self) -> bool:
        """See what others have written since; return whether there was anything. Raises IndexDamaged."""
        if read_manifest(self.folder)["generation"] != self._made["generation"]:
            self._load()
            return True
        return self._read_log()

    def lookup_many(self, signal: str, digests: Bytes) -> Numbers:
        """As Index.lookup_many."""
        wanted = rows_of(digests, SIGNALS[signal].octets)
        parts = [each.lookup(signal, wanted) for each in self._segments] + [self._delta.lookup(signal, wanted)]
        rows = self._live(np.concatenate(parts))
        return rows[np.lexsort((rows[:, 1], rows[:, 0]))]

    def near_many(self, queries: Bytes, threshold: int = NEAR_BITS, cap: int = CAP) -> NearMany:
        """As Index.near_many."""
        queries = rows_of(queries, 32)
        if threshold < 0 or cap < 0:
            raise WrongUse(what="a threshold or a cap below zero")
        parts = [self._near_segment(each, queries, threshold, cap) for each in self._segments]
        rows = np.concatenate([part.rows for part in parts] + [self._live(self._delta.near(queries, threshold))])
        rows = rows[np.lexsort((rows[:, 1], rows[:, 2], rows[:, 0]))]
        cut = np.zeros(len(queries), bool)
        for part in parts:
            cut[part.truncated] = True
        if cap and len(rows):
            counts = np.bincount(rows[:, 0], minlength=len(queries))
            cut |= counts > cap
            rows = rows[np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts) < cap]
        return NearMany(rows, np.nonzero(cut)[0].astype(np.uint32))

    def entry(self, ref: EntryRef) -> Entry:
        """Return the entry. Raises WrongUse if there is none, or it was withdrawn and is gone; IndexDamaged."""
        for segment in self._segments:
            if (place := segment.place_of(ref)) is not None:
                return segment.index.entry(place)
        if ref not in self._delta.lines:
            raise WrongUse(what=f"there is no entry {ref} in this bank")
        return self._delta.entry(ref)

    def _near_segment(self, segment: Segment, queries: Bytes, threshold: int, cap: int) -> NearMany:
        """The live answers of one segment: asked for as many more as are withdrawn, the nearest live ones are there."""
        dead = self._dead_in[segment.name]
        found = segment.near(queries, threshold, cap + dead if cap else 0)
        return NearMany(self._live(found.rows) if dead else found.rows, found.truncated)

    def _live(self, rows: Numbers) -> Numbers:
        live: Numbers = rows[~self._dead[rows[:, 1]]]
        return live

    def _load(self) -> None:
        """Open what the manifest names; if a merge takes it away meanwhile, what the next one names."""
        while True:
            self._made = read_manifest(self.folder)
            try:
                kept = {each.name: each for each in self._segments}
                self._segments = [
                    kept.get(facts["name"]) or Segment(self.folder, facts, self._made["next"])
                    for facts in self._made["segments"]
                ]
                self._delta, self._end = Delta(self._made["log"]), 0
                self._dead = np.zeros(self._made["next"], bool)
                self._read_log()
            except IndexDamaged:
                if read_manifest(self.folder)["generation"] == self._made["generation"]:
                    raise
            else:
                return

    def _read_log(self) -> bool:
        tail = log.read(self.folder / self._made["log"], self._end)
        for record in tail.records:
            if isinstance(record, log.Added):
                self._delta.add(record.first, record.lines)
                more = record.first + len(record.lines) - len(self._dead)
                self._dead = np.concatenate([self._dead, np.zeros(max(0, more), bool)])
            elif len(record.refs) and int(record.refs.max()) >= len(self._dead):
                raise IndexDamaged(file=self._made["log"], why="an entry was withdrawn that never was")
            else:
                self._dead[record.refs] = True
        if tail.records or not self._end:
            self._dead_in = {each.name: int(self._dead[each.refs].sum()) for each in self._segments}
        self._end, self.dropped = tail.end, tail.dropped
        return bool(tail.records)


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of the bank at `folder`, without its own SHA-256. Raises IndexDamaged."""
    try:
        value = json.loads((folder / MANIFEST).read_bytes())
    except OSError as error:
        raise IndexDamaged(file=MANIFEST, why=error.strerror or "it cannot be read") from error
    except (ValueError, RecursionError) as error:
        raise IndexDamaged(file=MANIFEST, why="it is not a manifest") from error
    if not isinstance(value, dict) or value.get("format") != FORMAT or not _sound(value):
        raise IndexDamaged(file=MANIFEST, why="it is not the manifest of a bank")
    if value.pop("sha256", None) != canonical_digest(value):
        raise IndexDamaged(file=MANIFEST, why="its SHA-256 is not the one it states")
    return value


def _sound(value: Mapping[str, Any]) -> bool:
    segments = value.get("segments")
    return (
        isinstance(value.get("generation"), int)
        and isinstance(value.get("next"), int)
        and 0 <= value["next"] < 1 << 32
        and isinstance(value.get("list"), dict)
        and _plain_name(value.get("log"), "log-")
        and isinstance(segments, list)
        and all(isinstance(each, dict) and _plain_name(each.get("name"), "segment-") for each in segments)
        and all(isinstance(each.get("digest"), str) and isinstance(each.get("refs"), str) for each in segments)
        and has_digest(value)
    )


def _plain_name(name: object, start: str) -> bool:
    return isinstance(name, str) and name.startswith(start) and name.replace("-", "").isalnum()
