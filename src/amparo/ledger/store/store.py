"""Store: open a published store, look things up, walk it. Reading only; `amparo.ledger.load` writes."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from amparo.ledger.addresses import BY_NAME, ScriptRef, parse, render
from amparo.ledger.errors import NotLoaded, StoreDamaged
from amparo.ledger.hashes import shown
from amparo.ledger.scripts import PAYLOAD_SIZE, ScriptKind
from amparo.ledger.store.builder import file_sha256
from amparo.ledger.store.layout import ARRAYS, UNRESOLVED, UNSPENT
from amparo.ledger.store.manifest import Manifest
from amparo.ledger.store.references import Reference, read_reference
from amparo.ledger.store.resolve import read_array
from amparo.ledger.store.rows import BlockRow, OutputRow, TxRow, address_key


class Store:
    """One chain window. Ids (block, tx, output, input) are dense, in chain order, from 0."""

    def __init__(self, folder: Path, manifest: Manifest, arrays: dict[str, npt.NDArray[Any]]) -> None:
        self.folder = folder
        self.manifest = manifest
        self.network = BY_NAME[manifest.report.network]
        self._arrays = arrays
        self._value = arrays["value"]
        self._spent_by = arrays["spent_by"]
        self._first_out = arrays["first_out"]
        self._first_in = arrays["first_in"]
        self._prev_out = arrays["prev_out"]
        self._first_tx = arrays["first_tx"]

    @classmethod
    def open(cls, folder: Path) -> "Store":
        """Open a store; file sizes are checked now, digests by `verify`. Raises NoStore, StoreVersion, StoreDamaged."""
        manifest = Manifest.read(folder)
        arrays = {}
        for name, kind in ARRAYS.items():
            path = folder / f"{name}.bin"
            rows = manifest.files[path.name][0]
            size = np.dtype(kind.dtype).itemsize * kind.width * (rows or 0)
            if not path.is_file() or path.stat().st_size != size:
                raise StoreDamaged(store=folder.name, file=path.name)
            arrays[name] = read_array(folder, name)
        return cls(folder, manifest, arrays)

    def verify(self) -> None:
        """Hash every file of the store against its manifest. Raises StoreDamaged, naming the first that differs."""
        for name, (_, sha256) in self.manifest.files.items():
            path = self.folder / name
            if not path.is_file() or file_sha256(path) != sha256:
                raise StoreDamaged(store=self.folder.name, file=name)

    # The graph a trace walks (amparo.ledger.trace.walk.FlowGraph).

    def value(self, output: int) -> int:
        return int(self._value[output])

    def spender(self, output: int) -> int | None:
        """The tx that spends `output`, None while none is loaded."""
        tx = int(self._spent_by[output])
        return None if tx == UNSPENT else tx

    def outputs_of(self, tx: int) -> range:
        return range(int(self._first_out[tx]), int(self._first_out[tx + 1]))

    def inputs_of(self, tx: int) -> list[int | None]:
        """The outputs `tx` spends, in input order; None where the output is not in the loaded blocks."""
        found = self._prev_out[int(self._first_in[tx]) : int(self._first_in[tx + 1])].tolist()
        return [None if each == UNRESOLVED else each for each in found]

    def is_unspendable(self, output: int) -> bool:
        """Whether the script can provably never be spent (OP_RETURN)."""
        return bool(self._arrays["stype"][output] == ScriptKind.OP_RETURN)

    def block_of(self, tx: int) -> int:
        return int(np.searchsorted(self._first_tx, tx, side="right")) - 1

    def tx_of(self, output: int) -> int:
        return int(np.searchsorted(self._first_out, output, side="right")) - 1

    def height_of(self, tx: int) -> int:
        """Height of the block, or its number in the window where heights are unknown."""
        return self.block_of(tx) + (self.manifest.report.first_height or 0)

    # Rows.

    def block(self, block: int) -> BlockRow:
        first = self.manifest.report.first_height
        return BlockRow(
            block=block,
            height=None if first is None else first + block,
            hash=shown(self._arrays["block_hash"][block].tobytes()),
            time=int(self._arrays["block_time"][block]),
            file=self.manifest.source_files[int(self._arrays["block_file"][block])][0],
            at=int(self._arrays["block_at"][block]),
        )

    def tx(self, tx: int) -> TxRow:
        block = self.block_of(tx)
        return TxRow(
            tx=tx,
            ref=self.tx_ref(tx),
            txid=self.txid(tx),
            block=self.block(block),
            position=tx - int(self._first_tx[block]),
            at=int(self._arrays["tx_at"][tx]),
            size=int(self._arrays["tx_size"][tx]),
            outputs=self.outputs_of(tx),
            inputs=range(int(self._first_in[tx]), int(self._first_in[tx + 1])),
        )

    def output(self, output: int) -> OutputRow:
        tx = self.tx_of(output)
        vout = output - int(self._first_out[tx])
        script = self.script(output)
        spender = self.spender(output)
        return OutputRow(
            output=output,
            ref=f"{self.tx_ref(tx)}/{vout}",
            txid=self.txid(tx),
            vout=vout,
            value=self.value(output),
            script=script.kind.name.lower(),
            address=render(script.kind, script.payload, self.network),
            spent_by=None if spender is None else self.tx_ref(spender),
        )

    def script(self, output: int) -> ScriptRef:
        kind = ScriptKind(int(self._arrays["stype"][output]))
        return ScriptRef(kind, self._arrays["payload"][output].tobytes()[: PAYLOAD_SIZE.get(kind, 32)])

    def txid(self, tx: int) -> str:
        return shown(self._arrays["txid"][tx].tobytes())

    def tx_ref(self, tx: int) -> str:
        return f"{self.height_of(tx)}:{tx - int(self._first_tx[self.block_of(tx)])}"

    # Look-up.

    def find(self, text: str) -> tuple[OutputRow, ...]:
        """Outputs named by `height:pos`, `height:pos/vout`, `txid` or `txid:vout` (no vout = all of them).

        Raises BadReference for another form, NotLoaded where the loaded blocks hold no such thing.
        """
        reference = read_reference(text)
        outputs = self.outputs_of(self._tx_named(reference))
        if reference.vout is None:
            return tuple(self.output(each) for each in outputs)
        if reference.vout >= len(outputs):
            raise NotLoaded(text=reference.text)
        return (self.output(outputs[reference.vout]),)

    def find_tx(self, text: str) -> TxRow:
        return self.tx(self._tx_named(read_reference(text)))

    def outputs_to(self, address: str, limit: int = 10_000) -> tuple[OutputRow, ...]:
        """Outputs that pay `address`, in chain order, at most `limit`. P2PK outputs to its key are among them.

        Raises BadAddress.
        """
        wanted = parse(address.strip(), self.network)
        found = []
        for output in self._outputs_under(address_key(wanted)):
            script = self.script(output)
            if script == wanted or (script.kind == ScriptKind.P2PK and wanted == (ScriptKind.P2PKH, script.payload)):
                found.append(self.output(output))
                if len(found) == limit:
                    break
        return tuple(found)

    def _outputs_under(self, key: int) -> Iterator[int]:
        keys = self._arrays["addr_key"]
        start = int(np.searchsorted(keys, np.uint64(key), side="left"))
        while start < len(keys) and int(keys[start]) == key:
            yield int(self._arrays["addr_out"][start])
            start += 1

    def _tx_named(self, reference: Reference) -> int:
        tx = self._tx_with_id(reference.txid) if reference.txid is not None else self._tx_at(reference.place or (0, 0))
        if tx is None:
            raise NotLoaded(text=reference.text)
        return tx

    def _tx_at(self, place: Sequence[int]) -> int | None:
        block = place[0] - (self.manifest.report.first_height or 0)
        if not 0 <= block < self.manifest.report.blocks:
            return None
        tx = int(self._first_tx[block]) + place[1]
        return tx if tx < int(self._first_tx[block + 1]) else None

    def _tx_with_id(self, txid: bytes) -> int | None:
        """Binary search in txid order; of two with the same id the later one, which is the one that can be spent."""
        order, txids = self._arrays["txid_order"], self._arrays["txid"]
        low, high = 0, len(order)
        while low < high:
            middle = (low + high) // 2
            if txids[int(order[middle])].tobytes() <= txid:
                low = middle + 1
            else:
                high = middle
        found = int(order[low - 1]) if low else None
        return found if found is not None and txids[found].tobytes() == txid else None
