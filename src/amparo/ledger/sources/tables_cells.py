"""One row of a table of transactions (bitcoin-etl's columns) -> a transaction, every cell checked.

Source: blockchain-etl/bitcoin-etl, README (schema). Where a row holds all of a transaction's parts, its id is computed
from them: then an id that lost signs at its end can be repaired for certain, and any other difference is refused.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NamedTuple

from amparo.base import clean_text
from amparo.ledger.addresses import Network, ScriptRef, parse
from amparo.ledger.blocks import Tx, TxIn, TxOut
from amparo.ledger.errors import BadAddress
from amparo.ledger.hashes import dsha, shown
from amparo.ledger.nodes.errors import BadCell, MissingColumn
from amparo.ledger.scripts import ScriptKind, classify
from amparo.ledger.sources.rows import NOT_SAID, GivenRow
from amparo.ledger.sources.undo import compact

_HEX: Final = frozenset("0123456789abcdef")
_MAX_VALUE: Final = (1 << 63) - 1
_WORD: Final = 1 << 32
_SHORTEST: Final = 56  # signs of a cut id that is still repaired
_KINDS: Final = {
    "multisig": ScriptKind.MULTISIG,
    "nulldata": ScriptKind.OP_RETURN,
    "witness_unknown": ScriptKind.WITNESS,
}
_Cells = Mapping[str, Any]


class TableRow(NamedTuple):
    """A transaction as the table gives it. `place` None = no order inside the block; `certain`: its id was computed."""

    tx: Tx
    height: int
    block: bytes
    time: int
    place: int | None
    given: tuple[GivenRow, ...]
    certain: bool
    repaired: bool


class Computed(NamedTuple):
    txid: bytes
    sure: bool  # no part had to be taken for empty


class Cells:
    """The cells of one row; errors name file and row (counted from 1, in the order read)."""

    def __init__(self, row: _Cells, file: str, number: int, network: Network) -> None:
        self.row = row
        self.file = file
        self.number = number
        self.network = network

    def read(self) -> TableRow:
        """Raises BadCell, MissingColumn."""
        inputs, outputs = self.items("inputs"), self.items("outputs")
        coinbase = self.is_coinbase(inputs)
        spent = () if coinbase else tuple(self.input(each) for each in inputs)
        paid = tuple(self.output(each) for each in outputs)
        if not paid or (not spent and not coinbase):
            raise self.bad("outputs" if spent or coinbase else "inputs", "empty")
        version, lock = self.number_at("version", 1, _WORD) & 0xFFFFFFFF, self.number_at("lock_time", 0, _WORD)
        signed = version - _WORD if version >> 31 else version
        computed = None if coinbase else self.computed(signed, lock, (inputs, spent), (outputs, paid))
        txid, certain, repaired = self.txid(computed)
        size, virtual = self.number_at("size", 0, _WORD), self.number_at("virtual_size", 0, _WORD)
        tx = Tx(txid, 0, size, 0, signed, lock, 0 < virtual < size, coinbase, spent, paid)
        given = () if coinbase else tuple(self.given(each) for each in inputs)
        index = None if self.row.get("index") is None else self.number_at("index", 0, _WORD)
        block = self.digest(self.need("block_hash"), "block_hash")
        height = self.number_at("block_number", None, 1 << 31)
        return TableRow(tx, height, block, self.time(), index, given, certain, repaired)

    def items(self, column: str) -> list[_Cells]:
        """Nested rows, in the order of their index; an index twice or beyond the row is no key."""
        rows = self.row.get(column) or []
        if not isinstance(rows, list) or not all(isinstance(each, dict) for each in rows):
            raise self.bad(column, "not a list of rows")
        places = [self.whole(each.get("index", number), f"{column}.index") for number, each in enumerate(rows)]
        if sorted(places) != list(range(len(rows))):
            raise self.bad(f"{column}.index", "not 0, 1, 2 …")
        count = self.row.get(f"{column[:-1]}_count")
        ordered = [each for _, each in sorted(zip(places, rows, strict=True), key=lambda pair: pair[0])]
        if (
            count is not None
            and self.whole(count, f"{column[:-1]}_count") != len(rows)
            and not self._only_coinbase(rows)
        ):
            raise self.bad(f"{column[:-1]}_count", f"{count}, but {len(rows)} are there")
        return ordered

    def _only_coinbase(self, rows: list[_Cells]) -> bool:
        return not rows and self.row.get("is_coinbase") is not None

    def is_coinbase(self, inputs: list[_Cells]) -> bool:
        said = self.row.get("is_coinbase")
        if said is not None and str(said).lower() not in ("true", "false"):
            raise self.bad("is_coinbase", str(said))
        nothing = all(each.get("spent_transaction_hash") in (None, "", "00" * 32) for each in inputs)
        if said is not None and (str(said).lower() == "true") != nothing:
            raise self.bad("is_coinbase", f"{said}, but its inputs say otherwise")
        return nothing

    def input(self, row: _Cells) -> TxIn:
        previous = self.digest(row.get("spent_transaction_hash"), "inputs.spent_transaction_hash")
        vout = self.whole(row.get("spent_output_index"), "inputs.spent_output_index")
        sequence = self.whole(row.get("sequence", 0xFFFFFFFF), "inputs.sequence")
        if vout >= _WORD or sequence >= _WORD:
            raise self.bad("inputs", f"{vout} or {sequence}, beyond 32 bits")
        return TxIn(previous, vout, sequence)

    def output(self, row: _Cells) -> TxOut:
        value = self.value(row.get("value"), "outputs.value")
        code = self.script(row, "outputs.script_hex")
        if code is not None:
            return TxOut(value, *classify(code))
        reference = self.paid_to(row, "outputs")
        return TxOut(value, *(reference or (_KINDS.get(str(row.get("type")), ScriptKind.OTHER), bytes(32))))

    def given(self, row: _Cells) -> GivenRow:
        """What the table joined to an input; nothing where it does not say exactly which script it was."""
        if row.get("value") is None:
            return NOT_SAID
        reference = self.paid_to(row, "inputs")
        value = self.value(row["value"], "inputs.value")
        return NOT_SAID if reference is None else GivenRow(value, reference.kind, reference.payload)

    def paid_to(self, row: _Cells, column: str) -> ScriptRef | None:
        """The script that one address and its type stand for; None where there is not exactly one of them."""
        addresses = row.get("addresses") or row.get("address") or []
        found = [addresses] if isinstance(addresses, str) else addresses
        if not isinstance(found, list) or len(found) != 1 or str(found[0]).startswith("nonstandard"):
            return None
        try:
            reference = parse(str(found[0]), self.network)
        except BadAddress:
            raise self.bad(f"{column}.addresses", str(found[0])) from None
        if row.get("type") == "pubkey" and reference.kind == ScriptKind.P2PKH:
            return ScriptRef(ScriptKind.P2PK, reference.payload)
        return reference if row.get("type") not in _KINDS else None

    def script(self, row: _Cells, column: str) -> bytes | None:
        text = row.get("script_hex")
        if text is None:
            return None
        try:
            return bytes.fromhex(text)
        except (ValueError, TypeError):
            raise self.bad(column, str(text)) from None

    def computed(
        self,
        version: int,
        lock: int,
        inputs: tuple[list[_Cells], tuple[TxIn, ...]],
        outputs: tuple[list[_Cells], tuple[TxOut, ...]],
    ) -> "Computed | None":
        """The id of the transaction that these parts make; None where a part is not in the row.

        An input's empty script reads as an absent one from CSV, so absent ones are taken for empty, not surely so.
        """
        if not {"version", "lock_time"} <= self.row.keys() or any("sequence" not in each for each in inputs[0]):
            return None
        codes = [self.script(each, "inputs.script_hex") for each in inputs[0]]
        paid = [self.script(each, "outputs.script_hex") for each in outputs[0]]
        parts = [version.to_bytes(4, "little", signed=True), compact(len(codes))]
        for code, each in zip(codes, inputs[1], strict=True):
            spends = each.txid + each.vout.to_bytes(4, "little")
            parts += [spends, compact(len(code or b"")), code or b"", each.sequence.to_bytes(4, "little")]
        parts.append(compact(len(paid)))
        for code, output in zip(paid, outputs[1], strict=True):
            if code is None:
                return None
            parts += [output.value.to_bytes(8, "little"), compact(len(code)), code]
        return Computed(dsha(b"".join([*parts, lock.to_bytes(4, "little")])), None not in codes)

    def txid(self, computed: "Computed | None") -> tuple[bytes, bool, bool]:
        """The id, whether its parts prove it, and whether it had to be repaired.

        Raises BadCell where the parts make another one, or where a repair would be a guess.
        """
        said = self.need("hash")
        text = said.removeprefix("0x") if isinstance(said, str) else ""
        whole = "" if computed is None else shown(computed.txid)
        if computed is not None and len(text) >= _SHORTEST and whole.startswith(text):
            return computed.txid, True, text != whole
        if computed is None or not computed.sure:
            return self.digest(said, "hash"), False, False
        raise self.bad("hash", f"{said}, but its parts make {whole}")

    # Single cells.

    def need(self, column: str) -> Any:
        if self.row.get(column) is None:
            raise MissingColumn(file=self.file, column=column)
        return self.row[column]

    def digest(self, value: object, column: str) -> bytes:
        text = value.removeprefix("0x") if isinstance(value, str) else ""
        if len(text) != 64 or not set(text) <= _HEX:
            raise self.bad(column, str(value))
        return bytes.fromhex(text)[::-1]

    def whole(self, value: object, column: str) -> int:
        """A number that is whole and not negative. Text like "171.0" is not one: it went through a float."""
        if isinstance(value, bool) or value is None:
            raise self.bad(column, str(value))
        if isinstance(value, str) and not (value.isascii() and value.isdecimal()):
            raise self.bad(column, value)
        try:
            number = Decimal(value) if isinstance(value, int | str | Decimal) else Decimal("NaN")
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or number < 0 or number != number.to_integral_value():
            raise self.bad(column, str(value))
        return int(number)

    def value(self, value: object, column: str) -> int:
        amount = self.whole(value, column)
        if amount > _MAX_VALUE:
            raise self.bad(column, str(value))
        return amount

    def number_at(self, column: str, default: int | None, limit: int) -> int:
        """A number below `limit`; `default` where the column is not there. A version may be negative."""
        value = self.row.get(column)
        if value is None:
            if default is None:
                raise MissingColumn(file=self.file, column=column)
            return default
        if column == "version" and isinstance(value, int) and -(_WORD >> 1) <= value < 0:
            return value
        number = self.whole(value, column)
        if number >= limit:
            raise self.bad(column, str(value))
        return number

    def time(self) -> int:
        """Seconds since 1970: a number, or a time as BigQuery writes it (UTC)."""
        value = self.need("block_timestamp")
        if not isinstance(value, str) or value.isdecimal():
            return self.whole(value, "block_timestamp")
        try:
            moment = datetime.fromisoformat(value.removesuffix(" UTC"))
        except ValueError:
            raise self.bad("block_timestamp", value) from None
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())

    def bad(self, column: str, found: str) -> BadCell:
        return BadCell(file=self.file, row=self.number, column=column, found=clean_text(found)[:100] or "empty")
