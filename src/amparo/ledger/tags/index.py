"""TagIndex: the tags on an address, most trusted first. Nothing is overwritten; conflicts are shown."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from amparo.ledger.addresses import normal
from amparo.ledger.tags.tag import Tag

#: Burn and precompile addresses stand in public lists (0x00...00 to 0x00...ff); they are never anyone's.
_NOBODYS: Final = "0x" + "0" * 38


class TagIndex:
    """Built once from any number of packs and lists; looked up by address in any letter case where case is free."""

    def __init__(self, tags: Iterable[Tag] = ()) -> None:
        self._by_address: dict[str, list[Tag]] = {}
        self._count = 0
        for tag in tags:
            if tag.address is not None:
                self._by_address.setdefault(normal(tag.address), []).append(tag)
            self._count += 1

    def __len__(self) -> int:
        """How many tags there are, tags on transactions included."""
        return self._count

    @property
    def subjects(self) -> int:
        return len(self._by_address)

    def for_address(self, address: str) -> tuple[Tag, ...]:
        """All tags on `address`: by confidence, then by day of change, newest first, then as they were loaded."""
        return tuple(sorted(self._by_address.get(normal(address), ()), key=_rank))

    def conflicts(self, address: str, floor: int = 50) -> tuple[str, ...]:
        """The different actors that tags of at least level `floor` name for one address; empty if at most one."""
        actors = {tag.actor for tag in self.for_address(address) if tag.actor is not None and tag.level >= floor}
        return tuple(sorted(actors)) if len(actors) > 1 else ()

    def addresses(self, categories: Sequence[str], floor: int = 0) -> frozenset[str]:
        """Addresses with a tag of one of `categories` at or above level `floor`: for a trace's stop rules."""
        return frozenset(
            address
            for address, tags in self._by_address.items()
            if any(tag.category in categories and tag.level >= floor for tag in tags)
        )


def is_nobodys(address: str) -> bool:
    """Whether this is the zero address or one of the tiny ones beside it: never a seed, never one owner."""
    return normal(address).startswith(_NOBODYS)


def _rank(tag: Tag) -> tuple[int, int]:
    return -tag.level, -(tag.lastmod or date.min).toordinal()
