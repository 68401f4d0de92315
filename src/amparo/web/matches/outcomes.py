"""What came of matches in rooms further right: they say it here, so that a person learns what a decision led to."""

from collections.abc import Callable, Collection, Mapping
from typing import Final, NamedTuple
from uuid import UUID


class Outcome(NamedTuple):
    """`what`: "finding" or "bundle". `number` of it, `url` of its page."""

    what: str
    number: str
    url: str


Teller = Callable[[Collection[UUID]], Mapping[UUID, list[Outcome]]]
_TELLERS: Final[list[Teller]] = []


def add_teller(teller: Teller) -> None:
    """Call it in AppConfig.ready. `teller` gets keys of matches and answers for those of which something came."""
    if teller not in _TELLERS:
        _TELLERS.append(teller)


def outcomes(matches: Collection[UUID]) -> dict[UUID, list[Outcome]]:
    found: dict[UUID, list[Outcome]] = {}
    for teller in _TELLERS:
        for match, each in teller(matches).items():
            found.setdefault(match, []).extend(each)
    return found
