"""The hash chain: each canonical line names the digest of the line before it, so no line can change alone.

A line is canonical JSON (amparo.base.canonical) without its line end. `prev` is the SHA-256 of the line before;
the first line's `prev` is SHA-256("amparo-custody-v1\\n" + log id). Sequence numbers start at 1.

Shows: a change, removal, insertion or swap before the last line. Cannot show by itself: a cut tail, or a rewrite
of everything after some line; that is what signed checkpoints (checkpoints.py), kept elsewhere, are for.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from amparo.base import NotCanonical, canonical, iso_ms
from amparo.custody.errors import BadLine

DOMAIN: Final = "amparo-custody-v1\n"
VERSION: Final = 1
NOT_FOLLOWING: Final = "the line does not follow the one before it: one of the two was changed"
MAX_LINE: Final = 1 << 20  # signs; a longer line is refused before it is parsed
FIELDS: Final = frozenset(
    [
        "v",
        "log",
        "seq",
        "at",
        "clock",
        "actor",
        "role",
        "action",
        "object",
        "from",
        "to",
        "reason",
        "auth",
        "before",
        "after",
        "prev",
    ]
)


def first_prev(log: str) -> str:
    """Return the `prev` of the first line of `log`: 64 lowercase hex signs."""
    return hashlib.sha256((DOMAIN + log).encode()).hexdigest()


def next_prev(line: str) -> str:
    """Return the `prev` of the line that follows `line` (its SHA-256, the line end not included)."""
    return hashlib.sha256(line.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that was done. `before` and `after` are digests ("sha256:…"); `facts` canonical JSON values.

    `at` is aware; it is written as UTC with milliseconds. `source` and `target` are the line's `from` and `to`
    (persons or places of a hand-over). Absent is None.
    """

    actor: str
    role: str
    action: str
    object: str
    at: datetime
    clock: str = "system"
    source: str | None = None
    target: str | None = None
    reason: str | None = None
    auth: str | None = None
    before: str | None = None
    after: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def event_line(event: Event, *, log: str, seq: int, prev: str) -> str:
    """Return the canonical line of `event` at place `seq` of `log`, without a line end.

    Raises BadLine when the time is naive or a fact has no canonical form.
    """
    if event.at.tzinfo is None:
        raise BadLine(seq=seq, why="its time has no zone")
    try:
        return canonical(_fields(event, log, seq, prev))
    except NotCanonical as error:
        raise BadLine(seq=seq, why=str(error.facts["why"])) from error


def _fields(event: Event, log: str, seq: int, prev: str) -> dict[str, Any]:
    return {
        "v": VERSION,
        "log": log,
        "seq": seq,
        "at": iso_ms(event.at),
        "clock": event.clock,
        "actor": event.actor,
        "role": event.role,
        "action": event.action,
        "object": event.object,
        "from": event.source,
        "to": event.target,
        "reason": event.reason,
        "auth": event.auth,
        "before": event.before,
        "after": event.after,
        "facts": dict(event.facts),
        "prev": prev,
    }


class ChainReport(NamedTuple):
    """`length`: good lines from the start. `head`: what the next line's `prev` must be. `why`: None when ok."""

    ok: bool
    length: int
    head: str
    first_bad_seq: int | None
    why: str | None


class ChainWalk:
    """Checks a chain line by line in constant memory; stops believing at the first line that does not fit."""

    def __init__(self, log: str) -> None:
        self.log = log
        self.length = 0
        self.head = first_prev(log)
        self.why: str | None = None

    def take(self, line: str) -> bool:
        """Return whether `line` (without its line end) is the next line of this chain."""
        if self.why is None:
            self.why = _objection(line, self.log, self.length + 1, self.head)
        if self.why is not None:
            return False
        self.length += 1
        self.head = next_prev(line)
        return True

    def blame(self, line: str, following: str | None, head: str | None) -> int:
        """Return the number of the changed event, after `take(line)` was refused.

        A line that does not follow the one before it: if the line after it (`following`), or for the last line the
        witnessed `head`, still fits to it, then it is whole and the event before it was changed.
        """
        seq = self.length + 1
        if self.why != NOT_FOLLOWING or seq == 1:
            return seq
        expected = _prev_of(following) if following is not None else head
        return seq - 1 if expected == next_prev(line) else seq

    def report(self) -> ChainReport:
        bad = None if self.why is None else self.length + 1
        return ChainReport(self.why is None, self.length, self.head, bad, self.why)


def verify_chain(lines: Iterable[str], log: str) -> ChainReport:
    """Check all `lines` (with or without a final LF) of `log`. An empty chain is ok with length 0."""
    walk = ChainWalk(log)
    for line in lines:
        if not walk.take(line.removesuffix("\n")):
            break
    return walk.report()


def _objection(line: str, log: str, seq: int, prev: str) -> str | None:
    """Return in plain words why `line` is not line `seq` of `log`, or None if it is."""
    if len(line) > MAX_LINE:
        return f"the line is longer than {MAX_LINE} signs"
    try:
        value = json.loads(line)
        if not isinstance(value, dict) or canonical(value) != line:
            return "the line is not in canonical form"
    except (ValueError, RecursionError, NotCanonical):
        return "the line is not in canonical form"
    missing = sorted(FIELDS - value.keys())
    if missing:
        return f"the line lacks {', '.join(missing)}"
    return _misplaced(value, log, seq, prev)


def _misplaced(value: Mapping[str, Any], log: str, seq: int, prev: str) -> str | None:
    if isinstance(value["v"], bool) or value["v"] != VERSION:
        return "the line is of an unknown version"
    if value["log"] != log:
        return "the line belongs to another log"
    if isinstance(value["seq"], bool) or value["seq"] != seq:  # JSON's true equals 1 in Python
        return f"a line is missing or out of order: number {seq} was expected"
    if value["prev"] != prev:
        return NOT_FOLLOWING
    return None


def _prev_of(line: str) -> str | None:
    """Return the `prev` that a line names, None where it cannot be read."""
    try:
        value = json.loads(line) if len(line) <= MAX_LINE else None
    except (ValueError, RecursionError):
        return None
    return value.get("prev") if isinstance(value, dict) else None
