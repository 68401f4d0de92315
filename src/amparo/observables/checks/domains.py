"""Host names: which last labels are real."""

from functools import cache
from importlib.resources import files
from typing import Final

#: Names that are never in the public root (RFC 6761, RFC 6762, RFC 8375) or that networks use inside.
INSIDE: Final = frozenset(
    {"local", "localdomain", "localhost", "internal", "intranet", "lan", "corp", "home", "private", "test", "example",
     "invalid", "arpa"}
)  # fmt: skip


@cache
def top_level_domains() -> frozenset[str]:
    text = (files("amparo.observables") / "data" / "top_level_domains.txt").read_text("ascii")
    return frozenset(line for line in text.split("\n") if line and not line.startswith("#"))


def longest_real_prefix(label: str) -> str | None:
    """Return the longest start of `label` that is a top-level domain ("comI" -> "com"), or None."""
    lowered = label.lower()
    known = top_level_domains()
    return next((lowered[:size] for size in range(len(lowered), 1, -1) if lowered[:size] in known), None)
