"""Make damaged files of an index again from its entries, where that is sound: they must hash as the manifest says."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from amparo.base import Progress, silent
from amparo.media.errors import IndexDamaged
from amparo.media.index import layout, manifest
from amparo.media.index.build import batch_of_lines, write_index
from amparo.media.index.files import NewFile, file_sha256
from amparo.media.index.index import Index
from amparo.media.lists import EntryBatch
from amparo.media.signals import SIGNALS


def rebuild_index(folder: Path, progress: Progress = silent) -> tuple[str, ...]:
    """Replace the files of the index at `folder` that are missing, cut or changed; return their names.

    The index stays the same index: same manifest, same digest. Whoever has it open keeps reading the old files.
    Raises IndexDamaged if the manifest or the entries themselves are damaged, or a file made again would not be
    the one the manifest names: then the list must be imported again.
    """
    made = manifest.read(folder)
    damaged = [name for name in layout.file_sizes(made) if not _whole(folder, name, made)]
    if layout.LINES in damaged:
        raise IndexDamaged(file=layout.LINES, why="the entries themselves are changed, and the rest is made of them")
    if damaged:
        _replace(folder, damaged, made, progress)
    Index.open(folder)  # files that are all as the manifest says may still not fit each other, if it was changed
    return tuple(damaged)


def _replace(folder: Path, damaged: list[str], made: Mapping[str, Any], progress: Progress) -> None:
    work = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        write_index(_batches(folder / layout.LINES), work, made["list"], progress)
        if made["format"] == 1:
            _write_format_1(work, made)
        for name in damaged:
            if not _whole(work, name, made):
                raise IndexDamaged(file=name, why="what the entries give is not what the manifest names")
        for name in damaged:
            (work / name).replace(folder / name)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    layout.sync_folder(folder)


def _whole(folder: Path, name: str, made: Mapping[str, Any]) -> bool:
    facts = made["files"].get(name)
    return facts is not None and (folder / name).is_file() and file_sha256(folder / name) == facts["sha256"]


def _batches(path: Path) -> Iterator[EntryBatch]:
    with path.open("rb") as stream:
        while lines := list(islice(stream, 10_000)):
            yield batch_of_lines(lines)


def _write_format_1(work: Path, made: Mapping[str, Any]) -> None:
    """Turn freshly written columns into those of format 1: prefixes instead of starts, empty columns as empty files."""
    for name in made["signals"]:
        for part in ("digests", "entries"):
            (work / layout.column(name, part)).touch()
        octets = SIGNALS[name].octets
        digests, prefixes = (work / layout.column(name, part) for part in ("digests", "prefixes"))
        with digests.open("rb") as stream, NewFile(prefixes) as out:
            while data := stream.read(octets << 16):
                rows = np.frombuffer(data, np.uint8).reshape(-1, octets)
                out.write(np.ascontiguousarray(rows[:, :8]).view(">u8").astype("<u8"))
