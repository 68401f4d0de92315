"""Rows of a store as people and traces read them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BlockRow:
    """`height` is None where the window does not say it. `time` is the header's, seconds since 1970 UTC."""

    block: int
    height: int | None
    hash: str
    time: int
    file: str
    at: int


@dataclass(frozen=True, slots=True)
class TxRow:
    """`ref` is height:position (or position of the block in the window, where heights are unknown)."""

    tx: int
    ref: str
    txid: str
    block: BlockRow
    position: int
    at: int
    size: int
    outputs: range
    inputs: range


@dataclass(frozen=True, slots=True)
class OutputRow:
    """`value` in satoshi. `script` names the kind: a "p2pk" output shows the address of its key's hash.

    `spent_by` is the ref of the spending transaction, None while no loaded block spends it.
    """

    output: int
    ref: str
    txid: str
    vout: int
    value: int
    script: str
    address: str | None
    spent_by: str | None
