"""What was passed over, and why, in the order a page shows it."""

from collections.abc import Mapping
from typing import NamedTuple

from amparo.web.common.skips import in_words


class Reason(NamedTuple):
    name: str
    words: str
    count: int
    examples: list[str]


def reasons(counts: Mapping[str, int], examples: Mapping[str, list[str]]) -> list[Reason]:
    """The most frequent first."""
    found = [Reason(name, in_words(name), count, examples.get(name, [])) for name, count in counts.items()]
    return sorted(found, key=lambda each: (-each.count, each.name))
