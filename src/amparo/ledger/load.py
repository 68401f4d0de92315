"""Load a source of blocks into a store: find the chain, check and walk each block, resolve, publish in one step."""

import json
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from amparo.base import Progress, SkipCount, silent
from amparo.ledger.blocks import source_digest
from amparo.ledger.errors import NoStore, OtherSource, SourceUnreadable, StoreNotWritten
from amparo.ledger.hashes import shown
from amparo.ledger.sources import Scan, source_of
from amparo.ledger.store.arrays import Folder
from amparo.ledger.store.errors import DoesNotConnect
from amparo.ledger.store.grow import cut_back, grow
from amparo.ledger.store.layout import MANIFEST, OLDER
from amparo.ledger.store.manifest import LoadReport, Manifest
from amparo.ledger.store.resolve import MEMORY
from amparo.ledger.store.write import to_disk, write_store


def load(
    source: Path | Scan,
    store: Path,
    *,
    window: str | None = None,
    memory: int = MEMORY,
    tables: bool = True,
    progress: Progress = silent,
) -> LoadReport:
    """Load `source` (block file, folder of them, raw block, or a scan of another source) into the folder `store`.

    `window` names a declared window: part of a chain, whose inputs may stay unresolved. A raw block is always
    one, named after its file. Loading the same source again does nothing (`report.new` is False); where the
    source has grown, or its active chain has changed, the store follows (see `append`).
    `memory`: bytes the tables of txids and addresses may take; less of it means more passes. `tables` False: arrays
    only, half the disk; no Parquet tables then. A store of an older form is replaced by the same source.
    Raises an L0xx error that names what is wrong in the source; then nothing is stored. OtherSource if
    the store holds another source, StoreNotWritten on a full disk and the like.
    """
    skipped = SkipCount()
    scan, name, kind = scanned(source, skipped, progress, window=window is not None)
    digest = source_digest([file.sha256 for file in scan.files])
    draft = report_of(kind, name, scan, skipped, window)
    if (held := _held(store, digest)) is not None:
        return held
    if (store / MANIFEST).is_file() and not _is_older(store, digest):
        with written(store):
            grown = grow(store, scan, draft, memory=memory, progress=progress)
        if grown is None or not (grown.new or grown.tip == draft.tip):
            raise OtherSource(store=store.name, tip=Manifest.read(store).report.tip)
        return grown
    partial = store.parent / f".{store.name}.{secrets.token_hex(4)}.partial"
    try:
        with written(store):
            partial.mkdir(parents=True)
            manifest = write_store(Folder(partial), scan, draft, memory=memory, tables=tables, progress=progress)
            to_disk(partial)
            _take_place(partial, store)
    except StoreNotWritten:
        # Another load of the same source may have published while we worked; anything else is a real failure.
        if (held := _held(store, digest)) is None:
            raise
        return held
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return manifest.report


def append(store: Path, source: Path | Scan, *, memory: int = MEMORY, progress: Progress = silent) -> LoadReport:
    """Add the blocks of `source` that follow those of the store: a grown folder, new files, a node.

    Where the source's chain leaves the store's, and has more blocks from there on, the stale blocks are cut out
    first (`report.cut`). `report.new` is False where there was nothing to add. Whenever this is stopped, the store
    is the old one or the new one. Raises DoesNotConnect, ShorterChain, StoreBusy, and what `load` raises.
    """
    skipped = SkipCount()
    scan, name, kind = scanned(source, skipped, progress, window=True)
    draft = report_of(kind, name, scan, skipped, None)
    with written(store):
        grown = grow(store, scan, draft, memory=memory, progress=progress)
    if grown is None:
        raise DoesNotConnect(source=name, store=store.name, tip=Manifest.read(store).report.tip)
    return grown


def rollback(store: Path, to: int | str) -> LoadReport:
    """Cut the store after the block at height `to` (position in a window without heights) or with that hash.

    Raises NotLoaded if the store lacks it, StoreBusy.
    """
    with written(store):
        return cut_back(store, to)


def scanned(source: Path | Scan, skipped: SkipCount, progress: Progress, *, window: bool) -> tuple[Scan, str, str]:
    """The scan, the source's own name, the name of its kind."""
    if not isinstance(source, Path):
        return source, getattr(source, "name", "scan"), getattr(source, "source", type(source).__name__)
    try:
        kind = source_of(source)
        return kind.scan(source, skipped, progress, window=window), source.name, kind.name
    except OSError as error:
        raise SourceUnreadable(path=source.name, why=error.strerror or type(error).__name__) from error


@contextmanager
def written(store: Path) -> Iterator[None]:
    """Say in our words why a store cannot be written."""
    try:
        yield
    except OSError as error:
        raise StoreNotWritten(store=store.name, why=error.strerror or type(error).__name__) from error


def _held(store: Path, digest: str) -> LoadReport | None:
    """The report of the store if it holds this source already, None where it does not."""
    if not store.exists() or (store.is_dir() and not any(store.iterdir())):
        return None
    if not (store / MANIFEST).is_file():
        raise NoStore(store=store.name)
    if _is_older(store, digest):
        return None
    manifest = Manifest.read(store)
    return manifest.report if manifest.source_digest == digest else None


def _is_older(store: Path, digest: str) -> bool:
    """Whether the store was written from this very source in the form this version no longer reads."""
    try:
        value = json.loads((store / MANIFEST).read_text(encoding="utf-8"))
        return bool(value["format"] == OLDER and value["source_digest"] == digest)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _take_place(partial: Path, store: Path) -> None:
    """Move the new store to its place; one of an older form goes first, and only now."""
    old = partial.with_suffix(".old")
    if (store / MANIFEST).is_file():
        store.rename(old)
    partial.rename(store)
    shutil.rmtree(old, ignore_errors=True)


def report_of(kind: str, name: str, scan: Scan, skipped: SkipCount, window: str | None) -> LoadReport:
    """The report as far as the scan knows it; the writing fills in the counts."""
    blocks = scan.n_blocks
    return LoadReport(
        source=kind,
        network=scan.network.name,
        window=None if scan.complete else window or name,
        blocks=blocks,
        transactions=0,
        inputs=0,
        outputs=0,
        resolved=0,
        unresolved=0,
        tip=shown(scan.tip),
        first_height=scan.first_height,
        last_height=None if scan.first_height is None else scan.first_height + blocks - 1,
        skipped=skipped,
    )
