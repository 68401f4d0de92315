"""One line of a hash list, and what a list format is."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, ClassVar, NamedTuple

from amparo.base import Skipped


@dataclass(frozen=True, slots=True)
class Entry:
    """One listed thing.

    `row`: its line in the list as received, the first line is 1. `digests`: signal name -> lowercase hex, at least
    one. `label`, `purpose`: the list's own words, None where it has none. `extra`: further columns, kept as they are.
    """

    row: int
    digests: Mapping[str, str]
    label: str | None = None
    purpose: str | None = None
    extra: Mapping[str, str] = field(default_factory=dict)


class ListExample(NamedTuple):
    data: bytes  # a whole list file
    entries: int
    skipped: tuple[str, ...]  # reasons, in order


class ListFormat(ABC):
    """A way to write hash lists. `name` is permanent."""

    name: ClassVar[str]

    @abstractmethod
    def read(self, stream: BinaryIO) -> Iterator[Entry | Skipped]:
        """Yield entries and, in their place, the lines that are none. Raises NotAHashList before the first."""

    @abstractmethod
    def examples(self) -> list[ListExample]:
        """Published lists and what reading them gives, reproduced by a test."""
