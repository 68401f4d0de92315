"""The catalogue of an exhibit: one row an item, and one for each thing passed over, in Parquet."""

import errno
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from amparo.base import Blob, ObservedTime, Progress, Skipped, Zone, iso_ms, silent
from amparo.evidence.containers.plain import hash_blob
from amparo.evidence.errors import CatalogueBroken, DiskFull
from amparo.evidence.item import Item
from amparo.evidence.nested import READ_ERRORS
from amparo.evidence.sniff import HEAD, sniff

_BATCH: Final = 5000
_TIME: Final = pa.struct([("raw", pa.string()), ("instant", pa.string()), ("zone", pa.string())])
SCHEMA: Final = pa.schema(
    [
        ("path", pa.string()), ("display", pa.string()), ("size", pa.int64()), ("sha256", pa.string()),
        ("sha1", pa.string()), ("md5", pa.string()), ("type", pa.string()), ("allocated", pa.bool_()),
        ("modified", _TIME), ("accessed", _TIME), ("changed", _TIME), ("created", _TIME),
        ("remarks", pa.list_(pa.string())), ("skipped", pa.string()), ("detail", pa.string()),
    ],
    metadata={"amparo": "catalogue", "version": "1"},
)  # fmt: skip


class CatalogueRow(NamedTuple):
    """An item with its digests, or (`skipped` not None) something passed over with the reason why.

    `type`: media type by signature. An item that could not be read to its end has no digests and says why.
    """

    path: str
    display: str
    size: int | None = None
    sha256: str | None = None
    sha1: str | None = None
    md5: str | None = None
    type: str | None = None
    allocated: bool | None = None
    modified: ObservedTime | None = None
    accessed: ObservedTime | None = None
    changed: ObservedTime | None = None
    created: ObservedTime | None = None
    remarks: tuple[str, ...] = ()
    skipped: str | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class CatalogueReport:
    """`sha256`: of the finished file. `items` + `skipped` = `rows`."""

    rows: int
    items: int
    skipped: int
    sha256: str


def catalogue_row(found: Item | Skipped) -> CatalogueRow:
    """Read an item once and return its row."""
    if isinstance(found, Skipped):
        return CatalogueRow(found.what, found.what, skipped=found.reason, detail=found.detail or None)
    row = CatalogueRow(
        found.path, found.display, found.size, allocated=found.allocated, modified=found.modified,
        accessed=found.accessed, changed=found.changed, created=found.created, remarks=found.remarks,
    )  # fmt: skip
    try:
        kind = sniff(found.blob.read(HEAD))
        digests = hash_blob(found.blob)
    except READ_ERRORS as error:
        return row._replace(skipped="unreadable", detail=str(error))
    found_hex = digests.hex()
    return row._replace(
        type=kind, size=digests.size, sha256=found_hex["sha256"], sha1=found_hex["sha1"], md5=found_hex["md5"]
    )


def catalogue_rows(walk: Iterable[Item | Skipped], progress: Progress = silent) -> Iterator[CatalogueRow]:
    """Yield a row for each of `walk`; `progress` counts bytes hashed."""
    done = 0
    for found in walk:
        row = catalogue_row(found)
        done += row.size or 0
        progress(done, None, "bytes")
        yield row


def write_catalogue(rows: Iterable[CatalogueRow], path: Path) -> CatalogueReport:
    """Write `rows` to `path` in batches; the file is complete or not there. Raises DiskFull."""
    partial = path.with_name(path.name + ".partial")
    items = skipped = 0
    try:
        with pq.ParquetWriter(partial, SCHEMA, compression="zstd") as writer:
            waiting = iter(rows)
            while batch := list(islice(waiting, _BATCH)):
                writer.write_table(pa.Table.from_pylist([_plain(row) for row in batch], SCHEMA))
                passed = sum(row.skipped is not None for row in batch)
                items, skipped = items + len(batch) - passed, skipped + passed
        sha256 = _finish(partial, path)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise DiskFull(written=partial.stat().st_size if partial.exists() else 0) from error
        raise
    finally:
        partial.unlink(missing_ok=True)
    return CatalogueReport(items + skipped, items, skipped, sha256)


def _finish(partial: Path, path: Path) -> str:
    with partial.open("rb+") as file:
        os.fsync(file.fileno())
    sha256 = hash_blob(Blob.from_path(partial)).hex()["sha256"]
    partial.replace(path)
    return sha256


def read_catalogue(path: Path, offset: int = 0, limit: int | None = None) -> Iterator[CatalogueRow]:
    """Yield rows `offset` … `offset + limit`, in walk order; only the row groups needed are read."""
    try:
        with pq.ParquetFile(path) as file:
            for group in range(file.metadata.num_row_groups):
                rows = file.metadata.row_group(group).num_rows
                if offset >= rows:
                    offset -= rows
                    continue
                for value in file.read_row_group(group).slice(offset, limit).to_pylist():
                    yield _row(value)
                    limit = limit - 1 if limit is not None else None
                offset = 0
                if limit == 0:
                    return
    except (pa.ArrowInvalid, pa.ArrowKeyError, OSError) as error:
        raise CatalogueBroken(name=path.name, why=str(error)) from error


def catalogue_length(path: Path) -> int:
    """Return how many rows a catalogue has."""
    try:
        return int(pq.read_metadata(path).num_rows)
    except (pa.ArrowInvalid, OSError) as error:
        raise CatalogueBroken(name=path.name, why=str(error)) from error


def _plain(row: CatalogueRow) -> dict[str, Any]:
    values = row._asdict()
    for name in ("modified", "accessed", "changed", "created"):
        seen: ObservedTime | None = values[name]
        if seen is not None:
            instant = iso_ms(seen.instant) if seen.instant is not None else None
            values[name] = {"raw": seen.raw, "instant": instant, "zone": seen.zone.value}
    return values


def _row(value: Mapping[str, Any]) -> CatalogueRow:
    times = {name: _seen(value[name]) for name in ("modified", "accessed", "changed", "created")}
    return CatalogueRow(**{**value, **times, "remarks": tuple(value["remarks"] or ())})


def _seen(value: Mapping[str, str] | None) -> ObservedTime | None:
    if value is None:
        return None
    instant = datetime.fromisoformat(value["instant"]) if value["instant"] else None
    return ObservedTime(value["raw"], instant, Zone(value["zone"]))
