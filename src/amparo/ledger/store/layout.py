"""What a store's folder holds: the arrays with their types, the Parquet tables with their columns.

Ids are dense and in chain order: tx 0 is the first transaction of the window, output 0 its first output. Arrays
are raw little-endian numbers without a header; the manifest keeps their length and digest. An address id counts
addresses in the order of their first output; the same key as P2PK and as P2PKH is two addresses.
"""

from typing import Final, NamedTuple

import pyarrow as pa

FORMAT: Final = "amparo-ledger-store/2"
OLDER: Final = "amparo-ledger-store/1"
MANIFEST: Final = "manifest.json"
UNSPENT: Final = 0xFFFFFFFF  # in spent_by
UNRESOLVED: Final = 0xFFFFFFFFFFFFFFFF  # in prev_out
NO_ADDRESS: Final = 0xFFFFFFFF  # in addr
#: In given_source; 0 = nothing is said of this input.
GIVEN_SOURCES: Final = ("", "undo", "node", "table", "explorer")


class Array(NamedTuple):
    dtype: str
    width: int = 1  # numbers a row


ARRAYS: Final = {
    "first_tx": Array("<u8"),  # block -> its first tx; one more row at the end
    "block_time": Array("<i8"),
    "block_hash": Array("u1", 32),
    "block_prev": Array("u1", 32),
    "block_at": Array("<u8"),  # position of the block's header in its file
    "block_size": Array("<u4"),  # bytes of the block; 0 where they are not at hand
    "block_file": Array("<u2"),
    "first_out": Array("<u8"),  # tx -> its first output; one more row at the end
    "first_in": Array("<u8"),  # tx -> its first input; one more row at the end
    "txid": Array("u1", 32),
    "tx_at": Array("<u8"),
    "tx_size": Array("<u4"),
    "tx_weight": Array("<u4"),
    "tx_version": Array("<i4"),
    "tx_locktime": Array("<u4"),
    "tx_flags": Array("<u2"),  # TxFlag
    "txid_table": Array("<u8"),  # the table's secret, then slots: a txid -> its latest tx (keys.py)
    "value": Array("<i8"),  # output -> smallest unit
    "stype": Array("u1"),  # output -> ScriptKind
    "payload": Array("u1", 32),
    "spent_by": Array("<u4"),  # output -> spending tx, UNSPENT where none is loaded
    "addr": Array("<u4"),  # output -> address, NO_ADDRESS where its script has none
    "prev_out": Array("<u8"),  # input -> output it spends, UNRESOLVED where that is not loaded
    "in_sequence": Array("<u4"),
    "addr_stype": Array("u1"),
    "addr_payload": Array("u1", 32),
    "addr_first": Array("<u8"),  # address -> its first output
    "addr_start": Array("<u8"),  # address -> its first row in addr_outs; one more row at the end
    "addr_outs": Array("<u8"),  # outputs of an address, ascending
    "addr_table": Array("<u8"),  # the table's secret, then slots: a script -> the first output that pays it
}
#: Only where a source says what inputs spend (undo files, a node, tables): one row an input.
GIVEN_ARRAYS: Final = {
    "given_value": Array("<i8"),  # -1 = not said
    "given_stype": Array("u1"),
    "given_payload": Array("u1", 32),
    "given_source": Array("u1"),  # GIVEN_SOURCES
}
ALL_ARRAYS: Final = ARRAYS | GIVEN_ARRAYS
#: What an array's rows are; `+1` where one more row stands at the end.
DIMENSIONS: Final = {
    "block": ("block_time", "block_hash", "block_prev", "block_at", "block_size", "block_file"),
    "block+1": ("first_tx",),
    "tx": ("txid", "tx_at", "tx_size", "tx_weight", "tx_version", "tx_locktime", "tx_flags"),
    "tx+1": ("first_out", "first_in"),
    "output": ("value", "stype", "payload", "addr"),
    "input": ("prev_out", "in_sequence", *GIVEN_ARRAYS),
    "address": ("addr_stype", "addr_payload", "addr_first"),
}
#: Rewritten by every append; the others only grow.
REWRITTEN: Final = ("txid_table", "spent_by", "addr_start", "addr_outs", "addr_table")
#: The arrays a trace depends on: their digests together name the data, on any machine.
CHAIN_ARRAYS: Final = (
    *("first_tx", "block_time", "block_hash", "first_out", "first_in", "txid"),
    *("value", "stype", "payload", "spent_by", "prev_out"),
)

_HASH: Final = pa.binary(32)
BLOCK_TABLE: Final = pa.schema(
    [
        ("block", pa.uint32()),
        ("height", pa.uint32()),
        ("hash", _HASH),
        ("prev", _HASH),
        ("time", pa.int64()),
        ("n_tx", pa.uint32()),
        ("file", pa.uint16()),
        ("offset", pa.uint64()),
    ]
)
TX_TABLE: Final = pa.schema(
    [
        ("tx", pa.uint32()),
        ("block", pa.uint32()),
        ("pos", pa.uint32()),
        ("txid", _HASH),
        ("first_out", pa.uint64()),
        ("first_in", pa.uint64()),
        ("offset", pa.uint64()),
        ("size", pa.uint32()),
        ("weight", pa.uint32()),
        ("locktime", pa.uint32()),
        ("version", pa.int32()),
        ("coinbase", pa.bool_()),
        ("segwit", pa.bool_()),
        ("rbf", pa.bool_()),
    ]
)
INPUT_TABLE: Final = pa.schema(
    [
        ("input", pa.uint64()),
        ("tx", pa.uint32()),
        ("prev_txid", _HASH),
        ("prev_vout", pa.uint32()),
        ("sequence", pa.uint32()),
        ("prev_out", pa.uint64()),
    ]
)
OUTPUT_TABLE: Final = pa.schema(
    [
        ("output", pa.uint64()),
        ("tx", pa.uint32()),
        ("vout", pa.uint32()),
        ("value", pa.int64()),
        ("stype", pa.uint8()),
        ("payload", _HASH),
        ("addr", pa.uint32()),
        ("spent_by", pa.uint32()),
    ]
)
#: Tables by name. `output` is rewritten by an append, the others get one more part each.
TABLES: Final = {"block": BLOCK_TABLE, "tx": TX_TABLE, "input": INPUT_TABLE, "output": OUTPUT_TABLE}
