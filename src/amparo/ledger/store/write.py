"""Write the arrays and tables of a store folder from a scan: a whole store, or what an append adds to one."""

import os
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from amparo.base import Progress
from amparo.ledger.blocks import source_digest
from amparo.ledger.sources import Scan
from amparo.ledger.store.address_index import AddressIndex
from amparo.ledger.store.arrays import CHUNK, Folder, file_sha256, release, row_size, spans
from amparo.ledger.store.builder import PARTS, Builder, Counts, read_parts
from amparo.ledger.store.layout import ALL_ARRAYS, TABLES
from amparo.ledger.store.manifest import LoadReport, Manifest, StoredFile
from amparo.ledger.store.resolve import Resolver
from amparo.ledger.store.tables import input_table, output_table, write_all, write_both


def write_store(
    folder: Folder, scan: Scan, draft: LoadReport, *, memory: int, tables: bool, progress: Progress
) -> Manifest:
    """Write everything a new store holds but do not publish it; return its manifest, written to the folder."""
    start = Counts()
    builder = Builder(folder, scan.first_height, start, tables=tables)
    counts = write_rows(builder, scan, progress)
    resolver = Resolver(folder, start, complete=scan.complete, progress=progress, memory=memory)
    resolver.run()
    AddressIndex(folder, start, memory=memory, progress=progress).run()
    write_tables(folder, start, counts, tables=tables)
    report = replace(
        draft,
        transactions=counts.txs,
        inputs=counts.inputs,
        outputs=counts.outputs,
        resolved=resolver.resolved,
        unresolved=counts.inputs - resolver.resolved,
        given=resolver.known_by_source,
    )
    files = tuple((file.path.name, file.size, file.sha256) for file in scan.files)
    digest = source_digest([file.sha256 for file in scan.files])
    manifest = Manifest(report, digest, files, digests(folder, TABLES if tables else (), {}))
    manifest.write(folder.path)
    return manifest


def write_rows(builder: Builder, scan: Scan, progress: Progress) -> Counts:
    try:
        for batch in scan.batches(progress):
            builder.add(batch)
        builder.finish()
    finally:
        builder.close()
    return builder.counts


def write_tables(folder: Folder, start: Counts, counts: Counts, *, tables: bool) -> None:
    """The tables of inputs (the new ones) and outputs (all of them), both at once; then drop the parts."""
    if tables:
        write_both(
            lambda: write_all(_path(folder, "input"), "input", _inputs(folder, start, counts)),
            lambda: write_outputs(folder, counts),
        )
    for name in PARTS:
        (folder.path / name).unlink()


def write_outputs(folder: Folder, counts: Counts) -> None:
    write_all(_path(folder, "output"), "output", _outputs(folder, counts))


def _path(folder: Folder, table: str) -> Path:
    return folder.path / folder.fresh(f"{table}.parquet")


def _inputs(folder: Folder, start: Counts, counts: Counts) -> Iterator[pa.Table]:
    first, sequence, prev_out = (folder.read(name) for name in ("first_in", "in_sequence", "prev_out"))
    for low, high in spans(start.txs, counts.txs, CHUNK // 2):
        rows = np.array(first[low : high + 1])
        begin, end = int(rows[0]), int(rows[-1])
        prev_txid, prev_vout = (read_parts(folder.path, name, begin - start.inputs, end - begin) for name in PARTS)
        yield input_table(
            rows,
            low,
            prev_txid=prev_txid,
            prev_vout=prev_vout,
            sequence=np.array(sequence[begin:end]),
            prev_out=np.array(prev_out[begin:end]),
        )
        release(first, sequence, prev_out)


def _outputs(folder: Folder, counts: Counts) -> Iterator[pa.Table]:
    names = ("value", "stype", "payload", "addr", "spent_by")
    first, arrays = folder.read("first_out"), [folder.read(name) for name in names]
    for low, high in spans(0, counts.txs, CHUNK // 2):
        rows = np.array(first[low : high + 1])
        value, stype, payload, addr, spent_by = (np.array(each[int(rows[0]) : int(rows[-1])]) for each in arrays)
        yield output_table(rows, low, value=value, stype=stype, payload=payload, found=(addr, spent_by))
        release(first, *arrays)


def digests(folder: Folder, tables: Iterable[str], held: Mapping[str, StoredFile]) -> dict[str, StoredFile]:
    """Every array and the tables written in this generation with their digests; `held`: tables that stay."""
    found = dict(held)
    names = [name for name in ALL_ARRAYS if folder.has(name)]
    with ThreadPoolExecutor(2) as pool:
        for name, stored in zip(names, pool.map(lambda name: _array_digest(folder, name), names), strict=True):
            found[f"{name}.bin"] = stored
        for part in pool.map(lambda name: table_digest(_path(folder, name)), tables):
            found |= part
    return found


def _array_digest(folder: Folder, name: str) -> StoredFile:
    rows, path = folder.rows(name), folder.file(name)
    return StoredFile(rows, file_sha256(path, rows * row_size(name)), path.name)


def table_digest(path: Path) -> dict[str, StoredFile]:
    return {path.name: StoredFile(pq.read_metadata(path).num_rows, file_sha256(path), path.name)}


def to_disk(folder: Path) -> None:
    """Flush every file before the rename makes them a store: a power cut leaves either all or nothing."""
    for path in (*folder.iterdir(), folder):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
