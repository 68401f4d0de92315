"""What an index answers."""

from dataclasses import dataclass
from typing import Final, NamedTuple, NewType

import numpy as np
import numpy.typing as npt

#: Number of an entry within its index, from 0 in the order of the list.
EntryRef = NewType("EntryRef", int)

#: Answers a query, unless the caller says otherwise: a list flooded with one picture must not fill the memory.
CAP: Final = 1000


class Near(NamedTuple):
    ref: EntryRef
    distance: int  # differing bits of 256
    query: int  # which of the queries lies nearest


@dataclass(frozen=True, slots=True)
class NearMany:
    """`rows`: (k, 3) u32, each (query, entry, differing bits), by query, then distance, then entry.

    `truncated`: (m,) u32, queries with more answers than were asked for; theirs are the nearest, then the first.
    """

    rows: npt.NDArray[np.uint32]
    truncated: npt.NDArray[np.uint32]


def nearest_a_ref(rows: npt.NDArray[np.uint32]) -> list[Near]:
    """Each entry once, by the query that lies nearest; nearest first, then in list order."""
    order = np.lexsort((rows[:, 0], rows[:, 2], rows[:, 1]))
    rows = rows[order]
    first = np.ones(len(rows), bool)
    first[1:] = rows[1:, 1] != rows[:-1, 1]
    rows = rows[first]
    rows = rows[np.lexsort((rows[:, 1], rows[:, 2]))]
    return [Near(EntryRef(ref), distance, query) for query, ref, distance in rows.tolist()]
