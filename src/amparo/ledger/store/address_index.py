"""Number the addresses by their first output, and list the outputs of each: three passes, memory bounded.

1. Each output's first equal script, by a table that is filled a part at a time. 2. Numbers in the order of these
first outputs. 3. The outputs of each address, as many addresses at a time as `memory` allows.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from amparo import _kernels
from amparo.base import Progress
from amparo.ledger.store.arrays import CHUNK, CHUNK_FAR, Folder, release, spans
from amparo.ledger.store.builder import Counts
from amparo.ledger.store.errors import TooMany
from amparo.ledger.store.keys import KeyTable
from amparo.ledger.store.layout import NO_ADDRESS

_FIRST: Final = "first.part"
_NONE: Final = 0xFFFFFFFFFFFFFFFF


class AddressIndex:
    """Works on a folder a Builder has finished; `start`: rows numbered before, `old_table` as for Resolver."""

    def __init__(
        self,
        folder: Folder,
        start: Counts,
        *,
        memory: int,
        progress: Progress,
        old_table: npt.NDArray[np.uint64] | None = None,
    ) -> None:
        self.folder = folder
        self.start = start.outputs
        self.memory = memory
        self.progress = progress
        self.old_table = old_table
        self.stype = folder.read("stype")
        self.payload = folder.read("payload")
        self.outputs = len(self.stype)

    def run(self) -> None:
        """Write addr, addr_* and addr_table."""
        keys = self._estimate()
        while not self._find_first(keys):
            keys *= 2
        self._number()
        self._list_outputs()
        (self.folder.path / _FIRST).unlink()

    def _estimate(self) -> int:
        """About how many addresses there will be: exact enough for the size of the table."""
        registers = np.zeros(1 << 14, dtype=np.uint8)
        for low, high in spans(self.start, self.outputs):
            _kernels.count_distinct(registers, self.stype[low:high], self.payload[low:high])
            release(self.stype, self.payload)
        return (self.folder.rows("addr_first") if self.start else 0) + _distinct(registers)

    def _find_first(self, keys: int) -> bool:
        """Write the first output of the same script for every output; False where the table was too small."""
        table = KeyTable(keys, self.old_table)
        begin = 0 if table.old is None else self.start
        size = table.part_size(self.memory)
        parts = range(0, 1 << table.bits, size)
        first = self._new_first(begin)
        with self.folder.file("addr_table").open("wb") as stream:
            stream.write(np.array([table.seed], dtype="<u8").data)
            for number, low in enumerate(parts):
                slots = table.part(low, size)
                for start, stop in spans(begin, self.outputs, CHUNK_FAR):
                    rows = first[start - begin : stop - begin]
                    place = (slots, low, table.bits, table.seed)
                    if not _kernels.first_outputs(*place, self.stype, self.payload, start, rows):
                        return False
                    release(self.stype, self.payload, first)
                stream.write(slots.data)
                self.progress(number + 1, len(parts), "passes")
        self.begin = begin
        return True

    def _new_first(self, begin: int) -> npt.NDArray[np.uint64]:
        path = self.folder.path / _FIRST
        with path.open("wb") as stream:
            for low, high in spans(begin, self.outputs):
                stream.write(np.full(high - low, _NONE, dtype="<u8").data)
        rows = self.outputs - begin
        return np.memmap(path, dtype="<u8", mode="r+", shape=(rows,)) if rows else np.zeros(0, dtype="<u8")

    def _number(self) -> None:
        self.folder.fill("addr", self.outputs - self.start, NO_ADDRESS)
        addr = self.folder.change("addr")
        streams = {name: self.folder.file(name).open("ab") for name in ("addr_stype", "addr_payload", "addr_first")}
        count = self.folder.rows("addr_first")
        for low, high in spans(self.start, self.outputs, CHUNK_FAR):
            first = self._first_rows(low, high)
            count = _kernels.number_addresses(first, low, addr, count)
            if count >= NO_ADDRESS:
                raise TooMany(what="addresses", limit=NO_ADDRESS - 1)
            new = low + np.flatnonzero(first == np.arange(low, high, dtype=np.uint64))
            streams["addr_stype"].write(np.ascontiguousarray(self.stype[new]).data)
            streams["addr_payload"].write(np.ascontiguousarray(self.payload[new]).data)
            streams["addr_first"].write(new.astype("<u8").data)
            release(addr, self.stype, self.payload)
        for stream in streams.values():
            stream.close()

    def _first_rows(self, low: int, high: int) -> npt.NDArray[np.uint64]:
        with (self.folder.path / _FIRST).open("rb") as stream:
            stream.seek(8 * (low - self.begin))
            return np.fromfile(stream, dtype="<u8", count=high - low)

    def _list_outputs(self) -> None:
        """Counting sort by address, a range of addresses at a time, each written in its place."""
        addr, addresses = self.folder.read("addr"), self.folder.rows("addr_first")
        start = self._count(addr, addresses)
        with self.folder.file("addr_outs").open("wb") as stream:
            low = 0
            while low < addresses:
                room = int(start[low]) + max(self.memory // 8, CHUNK)
                high = max(low + 1, int(np.searchsorted(start, room, side="right")) - 1)
                cut = int(start[low])
                outs = np.zeros(int(start[high]) - cut, dtype="<u8")
                cursor, ends = np.array(start[low:high]), np.array(start[low + 1 : high + 1])
                for begin, end in spans(0, self.outputs):
                    _kernels.place_outputs(addr[begin:end], begin, low, cursor, cut, ends, outs)
                    release(addr)
                stream.write(outs.data)
                low = high

    def _count(self, addr: npt.NDArray[np.uint32], addresses: int) -> npt.NDArray[np.uint64]:
        path = self.folder.file("addr_start")
        path.unlink(missing_ok=True)
        self.folder.fill("addr_start", addresses + 1, 0)
        start = self.folder.change("addr_start")
        for low, high in spans(0, self.outputs):
            _kernels.count_outputs(addr[low:high], start[1:])
            release(addr)
        total = np.uint64(0)
        for low, high in spans(1, addresses + 1):
            sums = total + np.cumsum(start[low:high], dtype=np.uint64)
            start[low:high] = sums
            total = sums[-1]
        return start


def _distinct(registers: npt.NDArray[np.uint8]) -> int:
    """HyperLogLog's estimate with its small-range correction (Flajolet and others, 2007), plus a margin."""
    m = len(registers)
    raw = 0.7213 / (1 + 1.079 / m) * m * m / float(np.exp2(-registers.astype(np.float64)).sum())
    empty = int((registers == 0).sum())
    if raw <= 2.5 * m and empty:
        raw = m * float(np.log(m / empty))
    return int(raw * 1.05) + 8
