"""What a store's folder holds: the arrays with their types, the Parquet tables with their columns.

Ids are dense and in chain order: tx 0 is the first transaction of the window, output 0 its first output. Arrays
are raw little-endian numbers without a header; the manifest keeps their length and digest.
"""

from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa

FORMAT: Final = "amparo-ledger-store/1"
MANIFEST: Final = "manifest.json"
UNSPENT: Final = 0xFFFFFFFF  # in spent_by
UNRESOLVED: Final = 0xFFFFFFFFFFFFFFFF  # in prev_out


class Array(NamedTuple):
    dtype: str
    width: int = 1  # numbers a row


ARRAYS: Final = {
    "first_tx": Array("<u8"),  # block -> its first tx; one more row at the end
    "block_time": Array("<i8"),
    "block_hash": Array("u1", 32),
    "block_at": Array("<u8"),  # position of the block's header in its file
    "block_file": Array("<u2"),
    "first_out": Array("<u8"),  # tx -> its first output; one more row at the end
    "first_in": Array("<u8"),  # tx -> its first input; one more row at the end
    "txid": Array("u1", 32),
    "tx_at": Array("<u8"),
    "tx_size": Array("<u4"),
    "txid_order": Array("<u4"),  # tx ids sorted by txid bytes
    "value": Array("<i8"),  # output -> satoshi
    "stype": Array("u1"),  # output -> ScriptKind
    "payload": Array("u1", 32),
    "spent_by": Array("<u4"),  # output -> spending tx, UNSPENT where none is loaded
    "prev_out": Array("<u8"),  # input -> output it spends, UNRESOLVED where that is not loaded
    "addr_key": Array("<u8"),  # sorted; addr_out stands beside it
    "addr_out": Array("<u8"),
}
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
        ("spent_by", pa.uint32()),
    ]
)
ADDRESS_PARTS: Final = pa.schema([("key", pa.uint64()), ("output", pa.uint64())])

Numbers = np.ndarray[tuple[int, ...], np.dtype[np.generic]]
