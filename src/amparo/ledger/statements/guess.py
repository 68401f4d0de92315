"""Propose a profile for a table, for a person to confirm: the package's profiles tried on it, with what each gives."""

from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from typing import Final

from amparo.base import AmparoError
from amparo.ledger.accounts import Transfer
from amparo.ledger.statements.profile import Profile, profiles
from amparo.ledger.statements.records import Options, Problem
from amparo.ledger.statements.table import read_table

#: What is asked for while a profile is only tried.
_TRIED: Final = "?"
SAMPLE: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Guess:
    """A profile that could be meant. `ambiguous`: others read the same lines differently; only a person knows."""

    profile: Profile
    lines: int
    problems: int
    example: str  # the first line as it would be booked: day, amount
    ambiguous: bool = False


def guess_profile(sample: bytes, candidates: tuple[Profile, ...] | None = None) -> tuple[Guess, ...]:
    """Profiles that find their columns in `sample` and book at least one line, best first; empty if none does.

    A guess is never used by itself: `01/02/2026` fits two of them, and only the bank's customer knows.
    """
    found = []
    for profile in candidates or tuple(profiles().values()):
        guess = _tried(sample, profile)
        if guess is not None and guess.lines:
            found.append(guess)
    found.sort(key=lambda each: (each.problems - each.lines, each.profile.name))
    readings = {each.example for each in found}
    return tuple(Guess(each.profile, each.lines, each.problems, each.example, len(readings) > 1) for each in found)


def _tried(sample: bytes, profile: Profile) -> Guess | None:
    options = Options(account=_TRIED, currency=profile.currency or "EUR", profile=profile)
    whole = sample[: sample.rfind(b"\n") + 1] if len(sample) >= SAMPLE else sample
    lines = problems = 0
    example = ""
    try:
        for each in islice(read_table(BytesIO(whole), "sample", options, profile), 2_000):
            if isinstance(each, Transfer):
                lines += 1
                sign = "+" if each.sender is None else "-"
                example = example or f"{each.time} {sign}{each.amount} {each.asset}"
            elif isinstance(each, Problem):
                problems += each.grave
    except AmparoError:
        return None  # it does not fit: no header of its names, another encoding
    return Guess(profile, lines, problems, example)
