"""Publish a generation of an account store: stage, build, hash, and name it in the manifest as the last step."""

import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from amparo.base import Progress
from amparo.ledger.accounts.books import Asset, Block, Opening
from amparo.ledger.accounts.build import Cut, Generation, Made
from amparo.ledger.accounts.errors import AccountStoreNotWritten
from amparo.ledger.accounts.join import Join
from amparo.ledger.accounts.layout import ARRAYS
from amparo.ledger.accounts.manifest import Manifest
from amparo.ledger.accounts.staging import Staging
from amparo.ledger.accounts.transfer import Transfer

_GENERATION: Final = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Input:
    """What comes new into a store; the iterables are read once, in any order."""

    transfers: Iterable[Transfer] = ()
    openings: Iterable[Opening] = ()
    blocks: Iterable[Block] = ()
    joins: Iterable[Join] = ()
    assets: Mapping[str, Asset] = field(default_factory=dict)
    sources: tuple[str, ...] = ()


def publish(
    folder: Path, new: Input, progress: Progress, *, old: Manifest | None = None, cut: Cut | None = None
) -> None:
    """Write a new generation into `folder`: what of `old` is not cut, and `new`. Raises L5xx errors."""
    generation = secrets.token_hex(8)
    work = folder / generation
    published = False
    try:
        work.mkdir(parents=True)
        _stage(work, new)
        before = None if old is None else folder / old.generation
        made = Generation(work, before, cut or Cut(), progress).run()
        shutil.rmtree(work / "spill", ignore_errors=True)
        manifest = _manifest(work, made, old, new)
        _to_disk(work)
        manifest.publish(folder)
        published = True
    except (OSError, duckdb.IOException, pa.ArrowException) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise AccountStoreNotWritten(store=folder.name, why=why) from error
    finally:
        if not published:
            shutil.rmtree(work, ignore_errors=True)
    _drop_other_generations(folder, generation)


def _stage(work: Path, new: Input) -> None:
    staging = Staging(work)
    try:
        staging.add(new.transfers, new.openings, new.blocks, new.joins)
    finally:
        staging.close()


def _manifest(work: Path, made: Made, old: Manifest | None, new: Input) -> Manifest:
    rows = dict.fromkeys(ARRAYS, made.rows) | {"purse_start": made.purses + 1}
    lines = (work / "purse_row.bin").stat().st_size // 8
    rows |= {"purse_row": lines, "purse_after": lines}
    files: dict[str, tuple[int | None, str]] = {}
    for path in sorted(work.iterdir()):
        files[path.name] = (rows.get(path.stem) if path.suffix == ".bin" else None, file_sha256(path))
    return Manifest(
        generation=work.name,
        ledgers=tuple(made.spans),
        assets={**(old.assets if old else {}), **new.assets},
        sources=tuple(dict.fromkeys((*(old.sources if old else ()), *new.sources))),
        files=files,
        data=made.data,
    )


def _drop_other_generations(folder: Path, keep: str) -> None:
    for path in folder.iterdir():
        if path.name != keep and _GENERATION.fullmatch(path.name) and _is_ours(path):
            shutil.rmtree(path, ignore_errors=True)


def _is_ours(path: Path) -> bool:
    """Whether a folder holds a generation, or what a build that was killed left of one."""
    return any((path / name).is_file() for name in ("purse.arrow", "transfer.part.parquet"))


def file_sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _to_disk(folder: Path) -> None:
    """Flush every file before the manifest names them."""
    for path in (*folder.iterdir(), folder):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
