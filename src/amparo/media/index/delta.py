"""The entries of a bank that are in no segment yet: few, in memory, every one compared."""

from collections.abc import Mapping

import numpy as np

from amparo import _kernels
from amparo.media.errors import IndexDamaged
from amparo.media.index import layout
from amparo.media.index.build import batch_of
from amparo.media.index.exact import Bytes, Column, Numbers, column_of, find
from amparo.media.lists import Entry


class Delta:
    """Stored lines by entry number, and their digests by signal once somebody asks."""

    def __init__(self, log: str) -> None:
        self.lines: dict[int, bytes] = {}
        self._log = log
        self._columns: Mapping[str, Column] | None = None

    def add(self, first: int, lines: tuple[bytes, ...]) -> None:
        self.lines.update(enumerate(lines, start=first))
        self._columns = None

    def column(self, signal: str) -> Column | None:
        """The sorted digests and entry numbers of one signal, None where there are none."""
        if self._columns is None:
            numbers = np.array(list(self.lines), np.uint32)
            batch = batch_of([self.entry(ref) for ref in self.lines])
            self._columns = {name: column_of(rows, numbers[at]) for name, (rows, at) in batch.digests.items()}
        return self._columns.get(signal)

    def lookup(self, signal: str, wanted: Bytes) -> Numbers:
        """Rows (query, entry) of equal digests."""
        column = self.column(signal)
        return find(column, wanted) if column else np.empty((0, 2), np.uint32)

    def near(self, queries: Bytes, threshold: int) -> Numbers:
        """Rows (query, entry, distance) within `threshold`, all of them."""
        column = self.column("pdq")
        if column is None:
            return np.empty((0, 3), np.uint32)
        rows, _ = _kernels.near_flat(column.digests, column.entries, queries, threshold, 0)
        return rows

    def entry(self, ref: int) -> Entry:
        """Return the entry. Raises IndexDamaged."""
        try:
            return layout.entry_from_json(self.lines[ref])
        except (ValueError, KeyError, TypeError) as error:
            raise IndexDamaged(file=self._log, why=f"entry {ref} cannot be read") from error
