"""The ledger of a made economy while it grows: plain lists, transactions in chain order, the truth beside them.

Amounts are satoshi. Ids are dense: transaction, output, address, key, owner. Weights are those of the blocks that
the tests hand to Bitcoin Core: one signature for key hashes and taproot, none for script hashes.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from amparo.ledger.calibrate.economy.kinds import TxKind
from amparo.ledger.scripts import ScriptKind

COIN: Final = 10**8
DUST: Final = 546
MATURITY: Final = 100  # blocks until a coinbase may be spent
FINAL: Final = 0xFFFFFFFF
NOBODY: Final = -1  # the owner of what nobody can spend
NO_ADDRESS: Final = -1

#: Weight units of an input by the kind of its output; witnesses are counted apart.
_IN_WEIGHT: Final = {
    ScriptKind.P2PKH: 4 * 147,
    ScriptKind.P2PK: 4 * 113,
    ScriptKind.P2SH: 4 * 53,
    ScriptKind.P2WPKH: 4 * 41,
    ScriptKind.P2WSH: 4 * 41,
    ScriptKind.P2TR: 4 * 41,
}
_WITNESS: Final = {ScriptKind.P2WPKH: 107, ScriptKind.P2WSH: 13, ScriptKind.P2TR: 66}
_OUT_SIZE: Final = {
    ScriptKind.P2PKH: 34,
    ScriptKind.P2PK: 44,
    ScriptKind.P2SH: 32,
    ScriptKind.P2WPKH: 31,
    ScriptKind.P2WSH: 43,
    ScriptKind.P2TR: 43,
    ScriptKind.OP_RETURN: 43,
}


class Out(NamedTuple):
    """An output to be written. `change` is the payer's own remainder."""

    address: int
    value: int
    change: bool = False


class Style(NamedTuple):
    version: int = 2
    locktime: int = 0
    sequence: int = FINAL


def weight_of(inputs: Sequence[int], outputs: Sequence[int]) -> tuple[int, int]:
    """Weight and size in bytes of a transaction with these kinds of inputs and outputs."""
    stripped = 8 + _count(len(inputs)) + _count(len(outputs))
    stripped += sum(_IN_WEIGHT[ScriptKind(kind)] for kind in inputs) // 4
    stripped += sum(_OUT_SIZE[ScriptKind(kind)] for kind in outputs)
    witness = sum(_WITNESS.get(ScriptKind(kind), 0) for kind in inputs)
    if witness:
        witness += 2 + sum(1 for kind in inputs if kind not in _WITNESS)
    return 4 * stripped + witness, stripped + witness


def _count(number: int) -> int:
    return 1 if number < 253 else 3


class Book:
    """Everything that was written so far. Only `write` and `coinbase` add transactions."""

    def __init__(self) -> None:
        self.owner: list[int] = []  # of an address
        self.kind: list[int] = []
        self.key: list[int] = []  # key number; P2PK and P2PKH of one key share it
        self.keys = 0
        self.owners = 0
        self.address: list[int] = []  # of an output
        self.value: list[int] = []
        self.change: list[bool] = []
        self.spent: list[bool] = []
        self.first_out: list[int] = [0]
        self.first_in: list[int] = [0]
        self.prev_out: list[int] = []
        self.sequence: list[int] = []
        self.version: list[int] = []
        self.locktime: list[int] = []
        self.weight: list[int] = []
        self.size: list[int] = []
        self.tx_kind: list[int] = []
        self.first_tx: list[int] = []  # of a block
        self.fees = 0  # of the open block

    def new_owner(self) -> int:
        self.owners += 1
        return self.owners - 1

    def new_address(self, owner: int, kind: ScriptKind, key: int | None = None) -> int:
        self.owner.append(owner)
        self.kind.append(int(kind))
        if key is None:
            key = self.keys
            self.keys += 1
        self.key.append(key)
        return len(self.owner) - 1

    def kind_of(self, output: int) -> int:
        address = self.address[output]
        return self.kind[address] if address >= 0 else int(ScriptKind.OP_RETURN)

    def coinbase(self, address: int, *, data: bool = True) -> int:
        """Open a block: its coinbase pays `address`; the amount is set by `close`. Returns that output."""
        self.first_tx.append(len(self.tx_kind))
        outputs = [Out(address, 0)] + ([Out(NO_ADDRESS, 0)] if data else [])
        self.fees = 0
        return self._append((), outputs, TxKind.COINBASE, Style())

    def close(self, coinbase: int, subsidy: int) -> None:
        self.value[coinbase] = subsidy + self.fees

    def write(self, inputs: Sequence[int], outputs: Sequence[Out], kind: TxKind, style: Style) -> int:
        """Write one transaction; returns its first output. What inputs hold beyond outputs is the fee."""
        fee = sum(self.value[each] for each in inputs) - sum(each.value for each in outputs)
        if fee < 0 or any(self.spent[each] for each in inputs):
            raise ValueError("a made transaction spends what is not there")
        for each in inputs:
            self.spent[each] = True
        self.fees += fee
        return self._append(inputs, outputs, kind, style)

    def _append(self, inputs: Sequence[int], outputs: Sequence[Out], kind: TxKind, style: Style) -> int:
        first = len(self.value)
        for address, value, change in outputs:
            self.address.append(address)
            self.value.append(value)
            self.change.append(change)
            self.spent.append(False)
        self.prev_out.extend(inputs)
        self.sequence.extend([style.sequence] * len(inputs))
        self.first_out.append(len(self.value))
        self.first_in.append(len(self.prev_out))
        self.version.append(style.version)
        self.locktime.append(style.locktime)
        self.tx_kind.append(int(kind))
        weight, size = weight_of(
            [self.kind_of(each) for each in inputs], [self.kind_of(each) for each in range(first, first + len(outputs))]
        )
        self.weight.append(weight)
        self.size.append(size)
        return first
