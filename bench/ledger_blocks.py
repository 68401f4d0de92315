"""Block files into Parquet (txid, script kind, payload, amounts, what is spent) against python-bitcoinlib's rows.

The bytes are real main-network blocks, each many times over: they are written into blk*.dat files in a temporary
folder, and what is timed is everything from reading these files to closed Parquet tables. Repeated blocks are no
chain, so the list of records is made here; the walk checks each block in full (ids, Merkle root, witnesses). The
peer deserialises each distinct block and makes rows of Python values, without Parquet; its time is scaled to the
same bytes. That the bytes repeat does not help: with payloads made different each time it runs as fast.
Equality is checked on every field of every distinct block, in the Parquet tables.
"""

import struct
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from bitcoin.core import CBlock

from amparo import _kernels
from amparo.ledger.addresses import BY_NAME
from amparo.ledger.blocks import HEADER_SIZE, read_header
from amparo.ledger.extract import extract
from amparo.ledger.load import load
from amparo.ledger.scripts import PAYLOAD_SIZE, classify
from amparo.ledger.sources import BlockScan, Record, SourceFile
from bench.result import Result, best_of

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "chain"
NAMES = ("227835", "227836", "300025", "413567", "702861")
SIZE = 200_000_000  # bytes of the full run
FILE = 1 << 27  # bytes of one blk file, as a node writes them


def run(scale: float) -> Iterator[Result]:
    paths = [FOLDER / f"btc-main-{name}.raw" for name in NAMES]
    if not all(path.is_file() for path in paths):
        return
    blocks = [path.read_bytes() for path in paths]
    times = 3 if scale >= 0.5 else 1
    peer_seconds = best_of(times, lambda: [_peer_rows(CBlock.deserialize(data)) for data in blocks])
    with tempfile.TemporaryDirectory() as folder:
        scan = _files(Path(folder), blocks, int(SIZE * scale))
        size = sum(file.size for file in scan.files)
        seconds = best_of(times, lambda: extract(scan, Path(folder) / "tables"))
        equal = _tables(Path(folder) / "tables", len(blocks)) == _expected(blocks)
    yield Result(
        target=f"blk*.dat to Parquet, {len(scan.records)} records of {len(blocks)} real blocks, {size} bytes",
        ours=round(size / seconds / 1e6, 1),
        unit="MB a second",
        peer="python-bitcoinlib CBlock.deserialize, ids and rows in Python, no Parquet",
        peer_version=version("python-bitcoinlib"),
        ratio=round((size / seconds) / (sum(map(len, blocks)) / peer_seconds), 2),
        goal=30.0,
        equal=equal,
        cpu=_kernels.cpu(),
    )
    yield from _whole_load(times)


def _whole_load(times: int) -> Iterator[Result]:
    """The whole way into a store, with joined inputs and numbered addresses: no peer does that."""
    source = FOLDER / "blk00TEST00.dat"
    with tempfile.TemporaryDirectory() as folder:
        stores = iter(range(times))
        seconds = best_of(times, lambda: load(source, Path(folder) / str(next(stores))))
    yield Result(
        target="load the first mebibyte of the chain into a store (4,522 blocks)",
        ours=round(seconds, 3),
        unit="s",
        peer=None,
        peer_version=None,
        ratio=None,
        goal=None,
        equal=None,
        cpu=_kernels.cpu(),
    )


def _files(folder: Path, blocks: list[bytes], size: int) -> BlockScan:
    """Write records of the blocks in turn, about `size` bytes of them, and list them as a scan does."""
    magic = BY_NAME["bitcoin"].magic
    headers = [read_header(data[:HEADER_SIZE]) for data in blocks]
    records: list[Record] = []
    paths: list[Path] = []
    stream = None
    written = 0
    while written < size or len(records) < len(blocks):
        data = blocks[len(records) % len(blocks)]
        if stream is None or stream.tell() > FILE:
            paths.append(folder / f"blk{len(paths):05d}.dat")
            stream = paths[-1].open("wb")
        stream.write(magic + struct.pack("<I", len(data)))
        records.append(Record(len(paths) - 1, stream.tell(), len(data), headers[len(records) % len(blocks)]))
        stream.write(data)
        stream.flush()
        written += 8 + len(data)
    files = tuple(SourceFile(path, path.stat().st_size, "") for path in paths)
    return BlockScan(BY_NAME["bitcoin"], files, bytes(8), tuple(records), None, complete=False)


def _peer_rows(block: CBlock) -> list[Any]:
    """Rows as an analyst makes them: id, version, locktime, what is spent, amounts with the script's bytes."""
    return [
        (
            bytes(tx.GetTxid()),
            tx.nVersion,
            tx.nLockTime,
            [(each.prevout.hash, each.prevout.n, each.nSequence) for each in tx.vin],
            [(each.nValue, bytes(each.scriptPubKey)) for each in tx.vout],
        )
        for tx in block.vtx
    ]


def _expected(blocks: list[bytes]) -> list[Any]:
    rows = []
    for data in blocks:
        for number, tx in enumerate(_peer_rows(CBlock.deserialize(data))):
            txid, tx_version, locktime, inputs, outputs = tx
            made = [(value, *_script(script)) for value, script in outputs]
            rows.append((txid, tx_version, locktime, inputs if number else [], made))
    return rows


def _script(script: bytes) -> tuple[int, bytes]:
    kind, payload = classify(script)
    return int(kind), payload[: PAYLOAD_SIZE.get(kind, 32)].ljust(32, b"\0")


def _tables(folder: Path, blocks: int) -> list[Any]:
    """The rows of the first `blocks` blocks, put together again from the Parquet tables."""
    txs = _until(folder / "tx.parquet", "block", blocks)
    last = len(txs)
    inputs: list[list[Any]] = [[] for _ in txs]
    outputs: list[list[Any]] = [[] for _ in txs]
    for row in _until(folder / "input.parquet", "tx", last):
        inputs[row["tx"]].append((row["prev_txid"], row["prev_vout"], row["sequence"]))
    for row in _until(folder / "output.parquet", "tx", last):
        outputs[row["tx"]].append((row["value"], row["stype"], row["payload"]))
    if any(row["coinbase"] != (row["pos"] == 0) for row in txs):
        return []
    return [(row["txid"], row["version"], row["locktime"], inputs[row["tx"]], outputs[row["tx"]]) for row in txs]


def _until(path: Path, column: str, end: int) -> list[dict[str, Any]]:
    return pq.read_table(path, filters=[(column, "<", end)]).to_pylist()
