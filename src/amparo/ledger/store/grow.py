"""Append to a store, cut a stale branch out of it: new files beside the old ones, one manifest that takes over.

    cut     every array up to the fork, in files of a new generation; spending entries beyond it cleared
    append  growing arrays on in their files, beyond the length the old manifest states; the others written anew
    publish flush, then put the new manifest in the old one's place; what nobody names is then removed

Whenever this is stopped, the manifest in place describes whole files. Readers that have the old store open keep it.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from amparo.base import Progress
from amparo.ledger.blocks import source_digest
from amparo.ledger.errors import NotLoaded
from amparo.ledger.hashes import shown
from amparo.ledger.sources import Scan
from amparo.ledger.store.address_index import AddressIndex
from amparo.ledger.store.arrays import Folder, map_rows, row_size, spans
from amparo.ledger.store.builder import Builder, Counts
from amparo.ledger.store.errors import ShorterChain, StoreBusy
from amparo.ledger.store.fork import Rest, find_fork
from amparo.ledger.store.layout import ALL_ARRAYS, DIMENSIONS, MANIFEST, REWRITTEN, TABLES, UNRESOLVED, UNSPENT
from amparo.ledger.store.manifest import LoadReport, Manifest, StoredFile
from amparo.ledger.store.resolve import Resolver
from amparo.ledger.store.tables import TableFile
from amparo.ledger.store.write import digests, table_digest, to_disk, write_outputs, write_rows, write_tables

_NEXT: Final = f"{MANIFEST}.next"


def grow(store: Path, scan: Scan, draft: LoadReport, *, memory: int, progress: Progress) -> LoadReport | None:
    """Add what `scan` has beyond the store; None where the two do not connect.

    `report.new` is False where there was nothing to add; raises ShorterChain, StoreBusy.
    """
    with _only_writer(store):
        manifest = Manifest.read(store)
        fork = find_fork(_old(store, manifest, "block_hash"), scan)
        if fork is None:
            return None
        if fork.new == 0:
            return manifest.report
        if fork.stale and fork.new <= fork.stale:
            at = shown(_old(store, manifest, "block_hash")[fork.kept].tobytes())
            raise ShorterChain(fork=at, found=fork.new, held=fork.stale, store=store.name)
        work = _start(store, manifest) if fork.stale == 0 else _cut(store, manifest, fork.kept)
        numbers = _file_numbers(manifest, scan, again=fork.skip > 0)
        _append(work, Rest(scan, fork.skip), numbers, memory=memory, progress=progress)
        files = _files_after(manifest, scan, numbers)
        done = work.manifest(draft, files, source_digest([each[2] for each in files]))
        _publish(work.folder.path, done)
        return replace(done.report, cut=fork.stale)


def cut_back(store: Path, to: int | str) -> LoadReport:
    """Cut the store after a block, named by height or hash. Raises NotLoaded, StoreBusy."""
    with _only_writer(store):
        manifest = Manifest.read(store)
        kept = _block_named(store, manifest, to) + 1
        stale = manifest.report.blocks - kept
        if stale == 0:
            return manifest.report
        work = _cut(store, manifest, kept)
        work.finish_cut()
        done = work.manifest(manifest.report, manifest.source_files, f"{manifest.source_digest}:{kept}")
        _publish(store, done)
        return replace(done.report, cut=stale)


@dataclass
class _Work:
    """A store on its way to the next one. `start`: rows that are there; `tables`: parts that stay."""

    folder: Folder
    before: Manifest
    start: Counts
    tables: dict[str, StoredFile]
    old_tables: dict[str, npt.NDArray[Any]]  # of txids and addresses, where they may be used
    counts: Counts
    new_tables: tuple[str, ...]

    @property
    def has_tables(self) -> bool:
        return bool(self.new_tables)

    def finish_cut(self) -> None:
        """A cut alone: what an append would have written anew."""
        start, folder = self.start, self.folder
        for name in ("prev_txid.part", "prev_vout.part"):
            (folder.path / name).touch()
        complete = self.before.report.window is None
        Resolver(folder, start, complete=complete, progress=_quiet, memory=1 << 30).run()
        AddressIndex(folder, start, memory=1 << 30, progress=_quiet).run()
        if self.has_tables:
            write_outputs(folder, start)
            self.new_tables = ("output",)

    def manifest(self, draft: LoadReport, files: Iterable[tuple[str, int, str]], digest: str) -> Manifest:
        old, counts = self.before.report, self.counts
        resolved, given = self._known()
        height = None if old.first_height is None else old.first_height + counts.blocks - 1
        report = replace(
            old,
            blocks=counts.blocks,
            transactions=counts.txs,
            inputs=counts.inputs,
            outputs=counts.outputs,
            resolved=resolved,
            unresolved=counts.inputs - resolved,
            given=given,
            tip=shown(self.folder.read("block_hash")[-1].tobytes()),
            last_height=height,
            skipped=draft.skipped,
            new=True,
        )
        found = digests(self.folder, self.new_tables, self.tables)
        return Manifest(report, digest, tuple(files), found, self.folder.generation)

    def _known(self) -> tuple[int, int]:
        """Inputs whose output is loaded, and those that only the source tells."""
        prev_out = self.folder.read("prev_out")
        value = self.folder.read("given_value") if self.folder.has("given_value") else None
        resolved = given = 0
        for low, high in spans(0, len(prev_out)):
            missing = prev_out[low:high] == UNRESOLVED
            resolved += int((~missing).sum())
            given += 0 if value is None else int((missing & (value[low:high] >= 0)).sum())
        return resolved, given


def _new_tables(manifest: Manifest) -> tuple[str, ...]:
    return tuple(TABLES) if manifest.tables("tx") else ()


def _quiet(done: int, total: int | None, unit: str) -> None:
    """No progress to tell."""


def _old(store: Path, manifest: Manifest, name: str) -> npt.NDArray[Any]:
    stored = manifest.files[f"{name}.bin"]
    return map_rows(store / stored.name, name, stored.rows)


def _start(store: Path, manifest: Manifest) -> _Work:
    """Go on from the whole store: growing arrays in their files, freed of what a stopped append left there."""
    _remove_unnamed(store, manifest)
    names = {name: manifest.files[f"{name}.bin"].name for name in ALL_ARRAYS if f"{name}.bin" in manifest.files}
    folder = Folder(store, manifest.generation + 1, {k: v for k, v in names.items() if k not in REWRITTEN})
    for name in folder.names:
        os.truncate(folder.file(name), manifest.files[f"{name}.bin"].rows * row_size(name))
    report = manifest.report
    start = Counts(report.blocks, report.transactions, report.outputs, report.inputs)
    _copy(folder, "spent_by", _old(store, manifest, "spent_by"), start.outputs)
    tables = {name: manifest.files[name] for table in TABLES if table != "output" for name in manifest.tables(table)}
    old_tables = {name: _old(store, manifest, name) for name in ("txid_table", "addr_table")}
    return _Work(folder, manifest, start, tables, old_tables, start, _new_tables(manifest))


def _cut(store: Path, manifest: Manifest, blocks: int) -> _Work:
    """Copy the first `blocks` blocks of every array and table into files of the next generation."""
    _remove_unnamed(store, manifest)
    folder = Folder(store, manifest.generation + 1)
    txs = int(_old(store, manifest, "first_tx")[blocks])
    outputs, inputs = (int(_old(store, manifest, name)[txs]) for name in ("first_out", "first_in"))
    addresses = int(np.searchsorted(_old(store, manifest, "addr_first"), outputs))
    start = Counts(blocks, txs, outputs, inputs)
    rows = {"block": blocks, "tx": txs, "output": outputs, "input": inputs, "address": addresses}
    for dimension, names in DIMENSIONS.items():
        for name in names:
            if f"{name}.bin" in manifest.files:
                base, more = dimension.removesuffix("+1"), int(dimension.endswith("+1"))
                _copy(folder, name, _old(store, manifest, name), rows[base] + more)
    _copy(folder, "spent_by", _old(store, manifest, "spent_by"), outputs, beyond=txs)
    tables: dict[str, StoredFile] = {}
    for table, count in (("block", blocks), ("tx", txs), ("input", inputs)) if _new_tables(manifest) else ():
        tables |= _cut_table(folder, table, manifest.tables(table), count)
    # The rows that follow get a generation of their own, so that their tables are parts beside these.
    return _Work(
        Folder(store, folder.generation + 1, folder.names), manifest, start, tables, {}, start, _new_tables(manifest)
    )


def _copy(folder: Folder, name: str, rows: npt.NDArray[Any], count: int, *, beyond: int | None = None) -> None:
    """Write the first `count` rows; entries from `beyond` on (spending transactions that are cut) become unspent."""
    with folder.file(name).open("wb") as stream:
        for low, high in spans(0, count):
            part = np.array(rows[low:high])
            if beyond is not None:
                part[part >= beyond] = UNSPENT
            stream.write(part.data)


def _cut_table(folder: Folder, name: str, parts: Iterable[str], count: int) -> dict[str, StoredFile]:
    path = folder.path / folder.fresh(f"{name}.parquet")
    table = TableFile(path, name)
    left = count
    for part in parts:
        with pq.ParquetFile(folder.path / part) as old:
            for batch in old.iter_batches(1 << 17):
                table.write(pa.Table.from_batches([batch.slice(0, left)]))
                left -= min(left, batch.num_rows)
                if left == 0:
                    break
    table.close()
    return table_digest(path)


def _append(work: _Work, scan: Rest, numbers: list[int], *, memory: int, progress: Progress) -> None:
    report, folder, start = work.before.report, work.folder, work.start
    tip = folder.read("block_hash")[-1].tobytes()
    builder = Builder(folder, report.first_height, start, tip=tip, tables=work.has_tables)
    builder.file_numbers = np.array(numbers, dtype=np.uint16)
    work.counts = write_rows(builder, scan, progress)
    Resolver(
        folder,
        start,
        complete=report.window is None,
        progress=progress,
        memory=memory,
        old_table=work.old_tables.get("txid_table"),
    ).run()
    old = work.old_tables.get("addr_table")
    AddressIndex(folder, start, memory=memory, progress=progress, old_table=old).run()
    write_tables(folder, start, work.counts, tables=work.has_tables)


def _files_after(manifest: Manifest, scan: Scan, numbers: Iterable[int]) -> tuple[tuple[str, int, str], ...]:
    """The manifest's files with the scan's: one that has grown takes its old place, others are added."""
    files = dict(enumerate(manifest.source_files))
    for number, file in zip(numbers, scan.files, strict=True):
        files[number] = (file.path.name, file.size, file.sha256)
    return tuple(files.values())


def _file_numbers(manifest: Manifest, scan: Scan, *, again: bool) -> list[int]:
    """Where each of the scan's files stands (or will stand) in the manifest's list.

    `again`: the source is the one that was loaded, so that a file of the same name is the same file, grown.
    """
    places = {name: number for number, (name, _, _) in enumerate(manifest.source_files)} if again else {}
    numbers, free = [], len(manifest.source_files)
    for file in scan.files:
        numbers.append(places.get(file.path.name, free))
        free += numbers[-1] == free
    return numbers


def _block_named(store: Path, manifest: Manifest, to: int | str) -> int:
    report = manifest.report
    if isinstance(to, int):
        block = to - (report.first_height or 0)
        if 0 <= block < report.blocks:
            return block
    elif len(to) == 64 and set(to.lower()) <= set("0123456789abcdef"):
        wanted = np.frombuffer(bytes.fromhex(to)[::-1], dtype=np.uint8)
        rows = np.flatnonzero((_old(store, manifest, "block_hash") == wanted).all(axis=1))
        if len(rows):
            return int(rows[-1])
    raise NotLoaded(text=str(to)[:100])


@contextmanager
def _only_writer(store: Path) -> Iterator[None]:
    """One process at a time; the lock goes with the process, however that ends."""
    Manifest.read(store)
    handle = os.open(store, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise StoreBusy(store=store.name) from None
    try:
        yield
    finally:
        os.close(handle)


def _publish(store: Path, manifest: Manifest) -> None:
    manifest.write(store, _NEXT)
    to_disk(store)
    (store / _NEXT).rename(store / MANIFEST)
    to_disk(store)
    _remove_unnamed(store, manifest)


def _remove_unnamed(store: Path, manifest: Manifest) -> None:
    """Remove files of other generations, and what a stopped append left."""
    named = {stored.name for stored in manifest.files.values()} | {MANIFEST}
    for path in store.iterdir():
        ours = path.suffix in {".bin", ".parquet", ".part"} or path.name == _NEXT
        if ours and path.name not in named:
            path.unlink()
