"""Outcomes with a reason: what could not be read is counted and said, never dropped."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple


class Skipped(NamedTuple):
    """One thing that was passed over.

    `reason` is a permanent short key of lowercase words with hyphens ("broken-zip", "too-deep"); `detail` is
    for people and may be shown, never parsed.
    """

    what: str
    reason: str
    detail: str = ""


@dataclass(slots=True)
class SkipCount:
    """Skips counted by reason, with the first `keep` of each kept as examples. Memory stays bounded."""

    keep: int = 100
    counts: Counter[str] = field(default_factory=Counter)
    examples: list[Skipped] = field(default_factory=list)

    def add(self, skipped: Skipped) -> None:
        self.counts[skipped.reason] += 1
        if self.counts[skipped.reason] <= self.keep:
            self.examples.append(skipped)

    @property
    def total(self) -> int:
        return self.counts.total()
