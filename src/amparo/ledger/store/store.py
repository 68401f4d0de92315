"""Store: open a published store, look things up, walk it. Reading only; `amparo.ledger.load` writes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from amparo.ledger.addresses import BY_NAME, ScriptRef, parse, render
from amparo.ledger.errors import NotLoaded, StoreDamaged
from amparo.ledger.hashes import shown
from amparo.ledger.scripts import PAYLOAD_SIZE, ScriptKind
from amparo.ledger.store.arrays import file_sha256, map_rows, row_size
from amparo.ledger.store.keys import look_up
from amparo.ledger.store.layout import ALL_ARRAYS, ARRAYS, GIVEN_SOURCES, UNRESOLVED, UNSPENT
from amparo.ledger.store.manifest import Manifest
from amparo.ledger.store.references import Reference, read_reference
from amparo.ledger.store.rows import BlockRow, OutputRow, TxRow


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
        while True:
            try:
                return cls(folder, manifest, _mapped(folder, manifest))
            except StoreDamaged:
                # An append may have published anew between our two looks; anything else is real damage.
                if (newer := Manifest.read(folder)) == manifest:
                    raise
                manifest = newer

    def verify(self) -> None:
        """Hash every file of the store against its manifest. Raises StoreDamaged, naming the first that differs."""
        for key, stored in self.manifest.files.items():
            path = self.folder / stored.name
            size = stored.rows * row_size(key.removesuffix(".bin")) if key.endswith(".bin") else None
            if not path.is_file() or file_sha256(path, size) != stored.sha256:
                raise StoreDamaged(store=self.folder.name, file=key)

    # Whole columns.

    def array(self, name: str) -> npt.NDArray[Any]:
        """One array of `amparo.ledger.store.layout.ARRAYS`, memory-mapped, read-only. KeyError for another name."""
        return self._arrays[name]

    def tables(self, name: str) -> tuple[Path, ...]:
        """The Parquet files of `block`, `tx`, `input` or `output`, in order: one, and one more for each append."""
        return tuple(self.folder / part for part in self.manifest.tables(name))

    @property
    def tip(self) -> str:
        """Hash of the last block, as shown."""
        return self.manifest.report.tip

    def holds(self, block_hash: str) -> bool:
        """Whether the block with this hash (as shown) is in the store: results over it are not stale."""
        return self.block_number(block_hash) is not None

    def block_number(self, block_hash: str) -> int | None:
        try:
            wanted = bytes.fromhex(block_hash)[::-1]
        except ValueError:
            return None
        if len(wanted) != 32:
            return None
        held = self._arrays["block_hash"]
        rows = np.flatnonzero((held == np.frombuffer(wanted, dtype=np.uint8)).all(axis=1))
        return int(rows[-1]) if len(rows) else None

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
            file=self._file_of(block),
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

    def _file_of(self, block: int) -> str:
        """Name of the file a block stands in, "" where the source has none."""
        files, number = self.manifest.source_files, int(self._arrays["block_file"][block])
        return files[number][0] if number < len(files) else ""

    def given(self, number: int) -> tuple[int, ScriptRef, str] | None:
        """What the source says input `number` spends (amount, script, "undo" | "node" | "table"), None if nothing."""
        if "given_value" not in self._arrays or self._arrays["given_value"][number] < 0:
            return None
        kind = ScriptKind(int(self._arrays["given_stype"][number]))
        payload = self._arrays["given_payload"][number].tobytes()[: PAYLOAD_SIZE.get(kind, 32)]
        source = GIVEN_SOURCES[int(self._arrays["given_source"][number])]
        return int(self._arrays["given_value"][number]), ScriptRef(kind, payload), source

    # Addresses.

    @property
    def n_addresses(self) -> int:
        return len(self._arrays["addr_first"])

    def address_id(self, text: str) -> int | None:
        """The id of an address, None where nothing pays it. Raises BadAddress.

        A key's P2PKH address is meant where it has one, else the outputs to the bare key (P2PK).
        """
        return next(iter(self.address_ids(text)), None)

    def address_ids(self, text: str) -> tuple[int, ...]:
        """All ids shown as this address: P2PKH, then P2PK of the same key."""
        wanted = parse(text.strip(), self.network)
        kinds = (wanted.kind, ScriptKind.P2PK) if wanted.kind == ScriptKind.P2PKH else (wanted.kind,)
        found = (self._script_id(ScriptRef(kind, wanted.payload)) for kind in kinds)
        return tuple(each for each in found if each is not None)

    def address_text(self, address: int) -> str | None:
        """The address as people write it; P2PK ids show their key's address."""
        kind = ScriptKind(int(self._arrays["addr_stype"][address]))
        return render(kind, self._arrays["addr_payload"][address].tobytes()[: PAYLOAD_SIZE.get(kind, 32)], self.network)

    def _script_id(self, script: ScriptRef) -> int | None:
        key = script.payload.ljust(32, b"\0")[:32]
        for output in look_up(self._arrays["addr_table"], key, script.kind):
            if output < len(self._value) and self.script(output) == script:
                return int(self._arrays["addr"][output])
        return None

    def _outputs_paying(self, address: int) -> npt.NDArray[Any]:
        start = self._arrays["addr_start"]
        found: npt.NDArray[Any] = self._arrays["addr_outs"][int(start[address]) : int(start[address + 1])]
        return found

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
        parts = [self._outputs_paying(each)[:limit] for each in self.address_ids(address)]
        found = np.sort(np.concatenate(parts))[:limit].tolist() if parts else []
        return tuple(self.output(each) for each in found)

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
        """Of two with the same id the later one, which is the one that can be spent."""
        txids = self._arrays["txid"]
        for tx in look_up(self._arrays["txid_table"], txid):
            if tx < len(txids) and txids[tx].tobytes() == txid:
                return tx
        return None


def _mapped(folder: Path, manifest: Manifest) -> dict[str, npt.NDArray[Any]]:
    """Raises StoreDamaged for a file that is missing or too short."""
    arrays = {}
    for name in ALL_ARRAYS:
        stored = manifest.array(name)
        if stored is None and name not in ARRAYS:
            continue
        path = folder / (stored.name if stored else f"{name}.bin")
        if stored is None or not path.is_file() or path.stat().st_size < stored.rows * row_size(name):
            raise StoreDamaged(store=folder.name, file=f"{name}.bin")
        arrays[name] = map_rows(path, name, stored.rows)
    return arrays
