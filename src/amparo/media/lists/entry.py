"""One entry of a hash list, many of them as columns, and what a list format is."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, ClassVar, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from amparo.base import Skipped, WrongUse

#: "withdrawn": the source took it back (a tombstone); it is kept, so that older matches can be told, and never matched.
Status = Literal["active", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One listed thing.

    `row`: its line, or record, in the list as received; the first is 1. `digests`: signal name -> lowercase hex, at
    least one, unless it is withdrawn. `label`, `purpose`: the list's own words, None where it has none. `extra`: what
    else is worth showing, text each. `source`: the whole record as received, one line of JSON or XML, None where
    `extra` holds all there was.
    """

    row: int
    digests: Mapping[str, str]
    label: str | None = None
    purpose: str | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
    source: str | None = None
    status: Status = "active"


@dataclass(frozen=True, slots=True)
class EntryBatch:
    """Many entries as columns; made by native readers, taken by the builder without looking at each.

    `digests`: signal -> ((k, octets) digests, (k,) u32 entry number within the batch, ascending). `lines`: the
    entries' stored lines (`layout.entry_to_json`, canonical, each ending with a line feed), joined; `ends`: (count,)
    u64, where each ends in `lines`.
    """

    count: int
    digests: Mapping[str, tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint32]]]
    lines: bytes
    ends: npt.NDArray[np.uint64]


class ListExample(NamedTuple):
    data: bytes  # a whole list file
    entries: int
    skipped: tuple[str, ...]  # reasons, in order


class ListFormat(ABC):
    """A way to write hash lists. `name` is permanent. `writable`: `write` makes a list that reads back equal."""

    name: ClassVar[str]
    writable: ClassVar[bool] = False

    @abstractmethod
    def read(self, stream: BinaryIO) -> Iterator[Entry | EntryBatch | Skipped]:
        """Yield entries and, in their place, the records that are none. Raises NotAHashList before the first.

        A list that ends too early or breaks the rules of its format raises TruncatedList or BrokenList when that is
        seen: whoever stores entries must then drop them all.
        """

    def write(self, entries: Iterable[Entry], sink: BinaryIO, facts: Mapping[str, Any]) -> int:
        """Write `entries` as one list and return how many. `facts`: the list's own (name, version, profile).

        What the format has no place for is not written; a record of the same format (`source`) is written as it came.
        """
        raise WrongUse(what=f"lists of the form {self.name} can be read, not written")

    @abstractmethod
    def examples(self) -> list[ListExample]:
        """Published lists and what reading them gives, reproduced by a test."""
