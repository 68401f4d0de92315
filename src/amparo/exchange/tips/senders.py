"""What came of a sender's tips: a plain counted table, so that poor senders can be told and good ones thanked."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

#: Decided tips from which a sender's record says something.
ENOUGH: Final = 20
#: Per cent of decided tips that led to a case, from which and below which it is a reason in the ranking.
GOOD: Final = 40
POOR: Final = 5


class SenderTip(NamedTuple):
    """One tip of the past. `outcome`: "case", "no-action", "duplicate" or "open". `actionability`: 0 to 100."""

    sender: str
    outcome: str
    actionability: int


@dataclass(frozen=True, slots=True)
class SenderScore:
    """Counts by outcome. Duplicates and open tips are not decided."""

    sender: str
    tips: int
    cases: int
    no_action: int
    duplicates: int
    mean_actionability: int

    @property
    def decided(self) -> int:
        return self.cases + self.no_action

    @property
    def share(self) -> int | None:
        """Per cent of decided tips that led to a case, rounded down; None while fewer than ENOUGH are decided."""
        return self.cases * 100 // self.decided if self.decided >= ENOUGH else None

    @property
    def verdict(self) -> str | None:
        """The reason for the ranking, "sender-good" or "sender-poor"; None where the record says neither."""
        if self.share is None:
            return None
        return "sender-good" if self.share >= GOOD else "sender-poor" if self.share < POOR else None


def sender_score(history: Iterable[SenderTip]) -> tuple[SenderScore, ...]:
    """Count past tips by sender, most tips first, then by name."""
    outcomes: dict[str, Counter[str]] = defaultdict(Counter)
    points: Counter[str] = Counter()
    for tip in history:
        outcomes[tip.sender][tip.outcome] += 1
        points[tip.sender] += tip.actionability
    scores = [_score(sender, counts, points[sender]) for sender, counts in outcomes.items()]
    return tuple(sorted(scores, key=lambda score: (-score.tips, score.sender)))


def _score(sender: str, counts: Counter[str], points: int) -> SenderScore:
    tips = counts.total()
    return SenderScore(sender, tips, counts["case"], counts["no-action"], counts["duplicate"], points // tips)
