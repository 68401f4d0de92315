"""Verification: do the bytes still give the hashes that the container itself states?"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class State(StrEnum):
    YES = "yes"  # every stated hash was computed again and is equal, and no problem was found
    NO = "no"  # a stated hash differs, or the container is damaged
    ABSENT = "absent"  # the container states no hash


@dataclass(frozen=True, slots=True)
class Verification:
    """`stored` and `computed`: "md5", "sha1", "sha256" -> hex digest; `size`: bytes read; `problems`: sentences."""

    state: State
    stored: Mapping[str, str]
    computed: Mapping[str, str]
    size: int
    problems: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {
            "state": self.state.value,
            "stored": dict(self.stored),
            "computed": dict(self.computed),
            "size": self.size,
            "problems": list(self.problems),
        }


class Digests:
    """MD5, SHA-1 and SHA-256 of the same bytes in one reading. MD5 and SHA-1 only to compare with old lists."""

    def __init__(self) -> None:
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._sha1 = hashlib.sha1(usedforsecurity=False)
        self._sha256 = hashlib.sha256()
        self.size = 0

    def update(self, data: bytes) -> None:
        self._md5.update(data)
        self._sha1.update(data)
        self._sha256.update(data)
        self.size += len(data)

    def hex(self) -> dict[str, str]:
        return {"md5": self._md5.hexdigest(), "sha1": self._sha1.hexdigest(), "sha256": self._sha256.hexdigest()}


def judge(stored: Mapping[str, str], computed: Mapping[str, str], problems: tuple[str, ...]) -> State:
    """Return the state that follows from what is stated, what was computed and what went wrong."""
    if problems or any(computed.get(name) != digest for name, digest in stored.items()):
        return State.NO
    return State.YES if stored else State.ABSENT
