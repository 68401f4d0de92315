"""Join every input to the output it spends, in one pass along the chain, by a table of txids.

An output is found by its full 32-byte txid, in a transaction that stands before the spending one; of two with
the same txid (two early coinbases) the later one. Source: BIP 30; Bitcoin Core `coins.cpp`.
The table is filled a part at a time, as large as `memory` allows; each part costs one more pass over the chain.
"""

from typing import Final, NoReturn

import numpy as np
import numpy.typing as npt

from amparo import _kernels
from amparo.base import Progress
from amparo.ledger.errors import DoubleSpend, UnknownSpend, ValueCreated
from amparo.ledger.hashes import shown
from amparo.ledger.store.arrays import CHUNK_FAR, Folder, release, spans
from amparo.ledger.store.builder import PARTS, Counts, read_parts
from amparo.ledger.store.errors import GivenDiffers
from amparo.ledger.store.keys import KeyTable
from amparo.ledger.store.layout import UNRESOLVED, UNSPENT

MEMORY: Final = 1 << 30  # bytes for a part of a table
_UNKNOWN, _TWICE, _FULL = 1, 2, 3
_ERRORS: Final[dict[int, type[UnknownSpend | DoubleSpend]]] = {_UNKNOWN: UnknownSpend, _TWICE: DoubleSpend}


class Resolver:
    """Works on a folder a Builder has finished. `start`: rows that were resolved before (an append).

    `complete`: every input must find its output. `old_table`: the txid table of those rows, if it may be used.
    """

    def __init__(
        self,
        folder: Folder,
        start: Counts,
        *,
        complete: bool,
        progress: Progress,
        memory: int = MEMORY,
        old_table: npt.NDArray[np.uint64] | None = None,
    ) -> None:
        self.folder = folder
        self.start = start
        self.complete = complete
        self.progress = progress
        self.memory = memory
        self.old_table = old_table
        self.txid = folder.read("txid")
        self.first_out = folder.read("first_out")
        self.first_in = folder.read("first_in")
        self.value = folder.read("value")
        self.txs = len(self.txid)
        self.resolved = self.known_by_source = 0

    def run(self) -> None:
        """Write spent_by, prev_out and txid_table. `resolved` and `known_by_source` count the new inputs."""
        inputs = int(self.first_in[-1]) - self.start.inputs
        self.folder.fill("prev_out", inputs, UNRESOLVED)
        self.folder.fill("spent_by", len(self.value) - self.folder.rows("spent_by"), UNSPENT)
        self._join()
        if self.complete and self.resolved < inputs:
            self._refuse_unresolved()
        self._check_given()
        self._check_values()

    def _join(self) -> None:
        table = KeyTable(self.txs, self.old_table)
        first = 0 if table.old is None else self.start.txs
        size = table.part_size(self.memory)
        parts = range(0, 1 << table.bits, size)
        faults: list[tuple[int, int]] = []
        with self.folder.file("txid_table").open("wb") as stream:
            stream.write(np.array([table.seed], dtype="<u8").data)
            for number, low in enumerate(parts):
                slots = table.part(low, size)
                self._fill(table, slots, low, first, faults)
                stream.write(slots.data)
                self.progress(number + 1, len(parts), "passes")
        if faults:
            number, fault = min(faults)
            self._refuse(number, _ERRORS[fault])

    def _fill(
        self, table: KeyTable, slots: npt.NDArray[np.uint64], low: int, first: int, faults: list[tuple[int, int]]
    ) -> None:
        """One pass: enter each transaction from `first` on, link the inputs of those that are new."""
        prev_out, spent_by = self.folder.change("prev_out"), self.folder.change("spent_by")
        for start, stop in spans(first, self.txs, CHUNK_FAR):
            base = max(int(self.first_in[max(start, min(self.start.txs, stop))]), self.start.inputs)
            end = max(int(self.first_in[stop]), base)
            row = base - self.start.inputs
            prev_txid, prev_vout = (read_parts(self.folder.path, name, row, end - base) for name in PARTS)
            found, fault, number = _kernels.resolve_part(
                *(slots, low, table.bits, table.seed, self.txid, self.first_out, self.first_in, self.value),
                *(start, stop, self.start.txs, prev_txid, prev_vout, prev_out[base:end], base, spent_by),
            )
            self.resolved += found
            if fault == _FULL:  # a run of slots overflowed: cannot happen at this load by a table's own secret
                raise RuntimeError("the table of txids is full")
            if fault:
                faults.append((number, fault))
                return
            release(self.txid, spent_by, prev_out, self.first_out, self.first_in)

    def _refuse(self, number: int, error: type[UnknownSpend | DoubleSpend]) -> NoReturn:
        """Name the spending transaction, its block and what it wanted to spend."""
        raise error(**self._place(number), spent=self._wanted(number))

    def _wanted(self, number: int) -> str:
        row = number - self.start.inputs
        txid, vout = (read_parts(self.folder.path, name, row, 1)[0] for name in PARTS)
        return f"{shown(txid.tobytes())}:{int(vout)}"

    def _place(self, number: int) -> dict[str, str]:
        return self._tx_place(int(np.searchsorted(self.first_in, number, side="right")) - 1)

    def _tx_place(self, tx: int) -> dict[str, str]:
        block = int(np.searchsorted(self.folder.read("first_tx"), tx, side="right")) - 1
        block_hash = self.folder.read("block_hash")[block].tobytes()
        return {"txid": shown(self.txid[tx].tobytes()), "block": shown(block_hash)}

    def _refuse_unresolved(self) -> None:
        prev_out = self.folder.read("prev_out")
        for start, stop in spans(self.start.inputs, len(prev_out)):
            missing = np.flatnonzero(prev_out[start:stop] == UNRESOLVED)
            if len(missing):
                self._refuse(start + int(missing[0]), UnknownSpend)

    def _check_given(self) -> None:
        """What the source says of an input equals what the blocks say, wherever both are known."""
        if not self.folder.has("given_value"):
            return
        arrays = [self.folder.read(name) for name in ("prev_out", "given_value", "given_stype", "given_payload")]
        scripts = [self.folder.read(name) for name in ("stype", "payload")]
        for start, stop in spans(self.start.inputs, len(arrays[0]), CHUNK_FAR):
            prev, value, stype, payload = (np.asarray(array[start:stop]) for array in arrays)
            both = np.flatnonzero((value >= 0) & (prev != UNRESOLVED))
            self.known_by_source += int(((value >= 0) & (prev == UNRESOLVED)).sum())
            spent = prev[both]
            same = self.value[spent] == value[both]
            same &= (scripts[0][spent] == stype[both]) & (scripts[1][spent] == payload[both]).all(axis=1)
            if not same.all():
                row = int(both[np.argmin(same)])
                self._refuse_given(start + row, int(value[row]), int(prev[row]))
            release(*arrays, *scripts, self.value)

    def _refuse_given(self, number: int, said: int, output: int) -> NoReturn:
        kinds = self.folder.read("given_stype")[number], self.folder.read("stype")[output]
        payloads = self.folder.read("given_payload")[number], self.folder.read("payload")[output]
        amounts = said, int(self.value[output])
        told = [f"{amounts[i]} ({int(kinds[i])}:{payloads[i].tobytes().hex()})" for i in (0, 1)]
        raise GivenDiffers(**self._place(number), spent=self._wanted(number), said=told[0], found=told[1])

    def _check_values(self) -> None:
        """No transaction whose inputs are all known may pay out more than it takes in (exact integers)."""
        prev_out = self.folder.read("prev_out")
        given = self.folder.read("given_value") if self.folder.has("given_value") else None
        for start, stop in spans(self.start.txs, self.txs, CHUNK_FAR):
            low, high = int(self.first_in[start]), int(self.first_in[stop])
            created = _kernels.first_created(
                *(self.txid, self.first_out, self.first_in, self.value, start, stop, prev_out[low:high]),
                None if given is None else given[low:high],
            )
            if created is not None:
                tx, taken, paid = created
                raise ValueCreated(txid=self._tx_place(tx)["txid"], paid=paid, taken=taken)
            release(self.value, self.first_out, self.first_in, prev_out)
