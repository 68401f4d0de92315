"""What the folder of an account store holds.

`manifest.json` names one generation folder; everything else lies in there and is never changed again. Rows stand in
the order (ledger, height, tx, log) and are numbered from 0. A *purse* is one asset of one account: (ledger, account,
asset), numbered in that order. Arrays are raw little-endian numbers without a header; amounts are 32 bytes and
balances 33 bytes, highest byte first (balances signed), because token amounts go up to 2^256 - 1.
"""

from typing import Final, NamedTuple

import pyarrow as pa

from amparo.ledger.accounts.transfer import Kind

FORMAT: Final = "amparo-account-store/1"
MANIFEST: Final = "manifest.json"
NOBODY: Final = 0xFFFFFFFF  # a side that is None
AMOUNT: Final = 32
BALANCE: Final = 33
MAX_AMOUNT: Final = (1 << 256) - 1
GROUP: Final = 8192  # rows in a row group of transfer.parquet

#: Numbers of the kinds in the array; permanent.
KINDS: Final = tuple(Kind)


class Array(NamedTuple):
    dtype: str
    width: int = 1


ROW_ARRAYS: Final = {
    "height": Array("<u8"),
    "tx": Array("<u4"),
    "log": Array("<u4"),
    "time": Array("<i8"),
    "kind": Array("u1"),  # index in KINDS
    "sender": Array("<u4"),  # purse, NOBODY for None
    "receiver": Array("<u4"),
    "amount": Array("u1", AMOUNT),
}
PURSE_ARRAYS: Final = {
    "purse_start": Array("<u8"),  # purse -> its first line; one more at the end
    "purse_row": Array("<u8"),  # line -> row * 2 + (1 if the purse receives)
    "purse_after": Array("u1", BALANCE),  # balance after the line; from 0 where the opening is unknown
}
ARRAYS: Final = {**ROW_ARRAYS, **PURSE_ARRAYS}

TRANSFER_TABLE: Final = pa.schema(
    [
        ("ledger", pa.string()),
        ("height", pa.uint64()),
        ("tx", pa.uint32()),
        ("log", pa.uint32()),
        ("time", pa.int64()),
        ("precise", pa.bool_()),
        ("kind", pa.string()),
        ("asset", pa.string()),
        ("sender", pa.string()),
        ("receiver", pa.string()),
        ("amount", pa.binary(AMOUNT)),
        ("ref", pa.string()),
        ("source", pa.string()),
        ("remarks", pa.string()),
        ("extra", pa.string()),  # canonical JSON
    ]
)
OPENING_TABLE: Final = pa.schema(
    [
        ("ledger", pa.string()),
        ("account", pa.string()),
        ("asset", pa.string()),
        ("amount", pa.binary(BALANCE)),
        ("source", pa.string()),
    ]
)
BLOCK_TABLE: Final = pa.schema(
    [
        ("ledger", pa.string()),
        ("height", pa.uint64()),
        ("hash", pa.string()),
        ("parent", pa.string()),
        ("time", pa.int64()),
    ]
)
JOIN_TABLE: Final = pa.schema(
    [
        ("ledger", pa.string()),  # of the transfer that leaves; null for an output of a UTXO chain
        ("height", pa.uint64()),
        ("into_ledger", pa.string()),
        ("into_height", pa.uint64()),
        ("text", pa.string()),  # canonical JSON
    ]
)
PURSE_TABLE: Final = pa.schema(
    [
        ("ledger", pa.string()),
        ("account", pa.string()),
        ("asset", pa.string()),
        ("opening", pa.binary(BALANCE)),  # null: unknown
        ("opening_source", pa.string()),
    ]
)


def amount_bytes(amount: int) -> bytes:
    return amount.to_bytes(AMOUNT, "big")


def balance_bytes(balance: int) -> bytes:
    return balance.to_bytes(BALANCE, "big", signed=True)


def balance_of(data: bytes) -> int:
    return int.from_bytes(data, "big", signed=True)
