"""Writing a catalogue so that a killed worker loses nothing and doubles nothing: numbered parts, joined at the end.

The walk's order never changes, so the number of rows in the parts that were committed says where to go on.
"""

import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple, cast

from django.db import transaction

from amparo.base import Blob, SkipCount, Skipped
from amparo.evidence import CatalogueRow, Container, Item, catalogue_row, read_catalogue, write_catalogue
from amparo.web.common.home import folder
from amparo.web.common.jobs import Run
from amparo.web.exhibits.models import Exhibit
from amparo.web.exhibits.sources import opened

#: A part ends after so many rows or seconds: what a killed worker has to do again.
ROWS: Final = 2000
SECONDS: Final = 3.0
EXAMPLES: Final = 10
#: What the engine calls all bytes of an exhibit that has no items of its own.
WHOLE: Final = "@0"


class Cursor(NamedTuple):
    parts: int = 0  # parts that are complete
    seen: int = 0  # rows in them

    @classmethod
    def read(cls, text: str) -> "Cursor":
        return cls(**json.loads(text)) if text else cls()

    def write(self) -> str:
        return json.dumps(self._asdict())


def write(run: Run, exhibit: Exhibit) -> dict[str, Any]:
    """Walk and hash what is not in a part yet, then join the parts. Returns the fields of the Catalogue."""
    cursor = Cursor.read(run.cursor)
    place = parts_of(exhibit)
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = exhibit.files.earliest("position").name
    with opened(exhibit) as container:
        for rows in _batches(_named(row, name) for row in _rows(run, container, cursor.seen)):
            cursor = Cursor(cursor.parts + 1, cursor.seen + len(rows))
            write_catalogue(rows, place / f"{cursor.parts:08d}.parquet")
            for row in rows:
                if row.skipped is not None:
                    run.skip(Skipped(row.path, row.skipped))
            with transaction.atomic():
                run.commit(cursor=cursor.write(), done=cursor.seen, unit="items")
    return _join(run, exhibit, cursor)


def _rows(run: Run, container: Container, seen: int) -> Iterator[CatalogueRow]:
    """Rows after the first `seen`; the lease is renewed while a large item is hashed."""
    for number, found in enumerate(container.walk(), 1):
        run.progress(max(number, seen), None, "items")
        if number > seen:
            yield catalogue_row(_ticking(run, found, number) if isinstance(found, Item) else found)


def _named(row: CatalogueRow, name: str) -> CatalogueRow:
    """The same row; what the engine can only call "@0", a stored file whole, is shown by the name it came with."""
    if row.display.partition("|")[0] != WHOLE:
        return row
    return row._replace(display=name + row.display.removeprefix(WHOLE))


def _batches(rows: Iterator[CatalogueRow]) -> Iterator[list[CatalogueRow]]:
    batch: list[CatalogueRow] = []
    since = time.monotonic()
    for row in rows:
        batch.append(row)
        if len(batch) >= ROWS or time.monotonic() - since >= SECONDS:
            yield batch
            batch, since = [], time.monotonic()
    if batch:
        yield batch


def _join(run: Run, exhibit: Exhibit, cursor: Cursor) -> dict[str, Any]:
    skips = SkipCount(keep=EXAMPLES)

    def rows() -> Iterator[CatalogueRow]:
        for part in range(1, cursor.parts + 1):
            run.progress(cursor.seen, None, "items")
            for row in read_catalogue(parts_of(exhibit) / f"{part:08d}.parquet"):
                if row.skipped is not None:
                    skips.add(Skipped(row.display, row.skipped, row.detail or ""))
                yield row

    path = f"{exhibit.case.agency_id}/{exhibit.pk}.parquet"
    report = write_catalogue(rows(), folder("catalogues") / path)
    return {
        "path": path,
        "sha256": report.sha256,
        "rows": report.rows,
        "items": report.items,
        "skipped": dict(skips.counts),
        "examples": [list(each) for each in skips.examples],
    }


def parts_of(exhibit: Exhibit) -> Path:
    return folder("catalogues") / str(exhibit.case.agency_id) / f"{exhibit.pk}.parts"


def forget_parts(exhibit: Exhibit) -> None:
    """The parts are joined and recorded: they are not needed any more."""
    shutil.rmtree(parts_of(exhibit), ignore_errors=True)


def _ticking(run: Run, item: Item, number: int) -> Item:
    """The same item, whose bytes tell the job that it lives."""
    blob = item.blob
    return replace(item, blob=Blob(blob.name, blob.size, lambda: cast(BinaryIO, _Ticking(blob.open(), run, number))))


class _Ticking:
    def __init__(self, stream: BinaryIO, run: Run, number: int) -> None:
        self._stream, self._run, self._number = stream, run, number

    def read(self, size: int = -1) -> bytes:
        self._run.progress(self._number, None, "items")
        return self._stream.read(size)

    def __enter__(self) -> "_Ticking":
        return self

    def __exit__(self, *error: object) -> None:
        self._stream.close()
