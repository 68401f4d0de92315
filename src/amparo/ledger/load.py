"""Load a source of blocks into a store: find the chain, check and walk each block, resolve, publish in one step."""

import os
import secrets
import shutil
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from amparo.base import Progress, SkipCount, silent
from amparo.ledger.blocks import source_digest
from amparo.ledger.errors import NoStore, OtherSource, SourceUnreadable, StoreNotWritten
from amparo.ledger.hashes import shown
from amparo.ledger.sources import Scan, Source, source_of
from amparo.ledger.store.builder import PARTS_ADDRESS, PARTS_IN, Builder, file_sha256
from amparo.ledger.store.layout import ARRAYS, MANIFEST
from amparo.ledger.store.manifest import LoadReport, Manifest
from amparo.ledger.store.resolve import Resolver, read_array

TABLES = ("block", "tx", "input", "output")


def load(source: Path, store: Path, *, window: str | None = None, progress: Progress = silent) -> LoadReport:
    """Load `source` (block file, folder of them, raw block) into the folder `store`.

    `window` names a declared window: part of a chain, whose inputs may stay unresolved. A raw block is always
    one, named after its file. Loading the same source again does nothing (`report.new` is False).
    Raises an L0xx error that names what is wrong in the source; then nothing is stored. OtherSource if
    the store holds another source, StoreNotWritten on a full disk and the like.
    """
    skipped = SkipCount()
    try:
        kind = source_of(source)
        scan = kind.scan(source, skipped, progress, window=window is not None)
    except OSError as error:
        raise SourceUnreadable(path=source.name, why=error.strerror or type(error).__name__) from error
    digest = source_digest([file.sha256 for file in scan.files])
    if (held := _held(store, digest)) is not None:
        return held
    partial = store.parent / f".{store.name}.{secrets.token_hex(4)}.partial"
    try:
        partial.mkdir(parents=True)
        manifest = _build(partial, scan, _report(kind, source, scan, skipped, window), progress)
        partial.rename(store)
    except (OSError, duckdb.IOException) as error:
        # Another load of the same source may have published while we worked; anything else is a real failure.
        if (held := _held(store, digest)) is None:
            why = getattr(error, "strerror", None) or type(error).__name__
            raise StoreNotWritten(store=store.name, why=why) from error
        return held
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return manifest.report


def _held(store: Path, digest: str) -> LoadReport | None:
    """The report of the store that is there already, None where the place is free."""
    if not store.exists() or (store.is_dir() and not any(store.iterdir())):
        return None
    if not (store / MANIFEST).is_file():
        raise NoStore(store=store.name)
    manifest = Manifest.read(store)
    if manifest.source_digest != digest:
        raise OtherSource(store=store.name, tip=manifest.report.tip)
    return manifest.report


def _report(kind: Source, source: Path, scan: Scan, skipped: SkipCount, window: str | None) -> LoadReport:
    """The report as far as the scan knows it; `_build` fills in the counts."""
    blocks = len(scan.records)
    return LoadReport(
        source=kind.name,
        network=scan.network.name,
        window=None if scan.complete else window or source.name,
        blocks=blocks,
        transactions=0,
        inputs=0,
        outputs=0,
        resolved=0,
        unresolved=0,
        tip=shown(scan.records[-1].header.hash),
        first_height=scan.first_height,
        last_height=None if scan.first_height is None else scan.first_height + blocks - 1,
        skipped=skipped,
    )


def _build(folder: Path, scan: Scan, draft: LoadReport, progress: Progress) -> Manifest:
    builder = Builder(folder, scan.first_height)
    try:
        for number, (record, block) in enumerate(scan.blocks()):
            builder.add(record, block)
            progress(number + 1, len(scan.records), "blocks")
        builder.finish()
    finally:
        builder.close()
    resolved = Resolver(folder, complete=scan.complete, progress=progress).run()
    counts = {
        "transactions": builder.txs,
        "inputs": builder.inputs,
        "outputs": builder.outputs,
        "resolved": resolved,
        "unresolved": builder.inputs - resolved,
    }
    report = LoadReport(**{name: getattr(draft, name) for name in draft.__slots__} | counts)
    files = tuple((file.path.name, file.size, file.sha256) for file in scan.files)
    manifest = Manifest(report, source_digest([file.sha256 for file in scan.files]), files, _digests(folder))
    manifest.write(folder)
    _to_disk(folder)
    return manifest


def _digests(folder: Path) -> dict[str, tuple[int | None, str]]:
    """Drop what only the build needed, and hash the rest."""
    for name in (PARTS_IN, PARTS_ADDRESS):
        (folder / name).unlink()
    shutil.rmtree(folder / "spill", ignore_errors=True)
    found: dict[str, tuple[int | None, str]] = {}
    for name in ARRAYS:
        path = folder / f"{name}.bin"
        found[path.name] = (len(read_array(folder, name)), file_sha256(path))
    for name in TABLES:
        path = folder / f"{name}.parquet"
        found[path.name] = (pq.read_metadata(path).num_rows, file_sha256(path))
    return found


def _to_disk(folder: Path) -> None:
    """Flush every file before the rename makes them a store: a power cut leaves either all or nothing."""
    for path in (*folder.iterdir(), folder):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
