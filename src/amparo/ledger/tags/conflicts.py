"""Where publishers contradict each other: two actors on one subject, or on one cluster of addresses.

Nothing is decided here. On a cluster, the cluster is the first thing to doubt: two services in one cluster are the
sign of a false merge (knowledge page, 7.5).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from amparo.ledger.tags.tag import Tag

#: An actor's word in a tag -> the id it stands for (ActorPack.canonical).
Same = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Conflict:
    """`subject`: the address or transaction, None for a cluster. `claims`: for each actor the best tag, best first."""

    subject: str | None
    root: int | None
    claims: tuple[Tag, ...]

    @property
    def actors(self) -> tuple[str, ...]:
        return tuple(tag.actor or "" for tag in self.claims)

    @property
    def services(self) -> bool:
        """Whether two of them are called an exchange: in a cluster the sign of a false merge."""
        return sum("exchange" in tag.kinds for tag in self.claims) > 1


def best_by_actor(ranked: Iterable[Tag], floor: int, same: Same = str) -> tuple[Tag, ...]:
    """The best tag of each actor that tags at or above `floor` name; `ranked` stands best first."""
    best: dict[str, Tag] = {}
    for tag in ranked:
        if tag.actor is not None and tag.level >= floor:
            best.setdefault(same(tag.actor), tag)
    return tuple(best.values())
