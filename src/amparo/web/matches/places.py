"""Where the very bytes of an item lie in its exhibit, and how often."""

from datetime import datetime
from typing import Final, NamedTuple

import duckdb

from amparo.web.exhibits import rules
from amparo.web.exhibits.catalogue import file_of
from amparo.web.exhibits.models import Catalogue, Item

LISTED: Final = 20


class Place(NamedTuple):
    path: str
    display: str
    allocated: bool | None  # False: deleted, found in unused space; None: the container does not say


class Places(NamedTuple):
    listed: list[Place]
    total: int


def same_bytes(item: Item) -> Places:
    """Items of the exhibit with the same SHA-256, in walk order, the first LISTED; nothing of what is outside."""
    allowed = rules.allowance(item.exhibit)
    here = Place(item.path, item.display, item.allocated)
    if not allowed.covers(item.mime, item.mtime):
        return Places([], 0)
    if not item.sha256 or not Catalogue.objects.filter(exhibit=item.exhibit).exists():
        return Places([here], 1)
    query = (
        "SELECT path, display, allocated, type, modified.instant FROM read_parquet(?, file_row_number=true) "
        "WHERE sha256 = ? AND skipped IS NULL ORDER BY file_row_number LIMIT 1000"
    )
    with duckdb.connect() as database:
        rows = database.execute(query, [str(file_of(item.exhibit)), item.sha256]).fetchall()
    inside = [
        Place(path, display, allocated)
        for path, display, allocated, kind, instant in rows
        if allowed.covers(kind or "", datetime.fromisoformat(instant) if instant else None)
    ]
    return Places(inside[:LISTED], len(inside))
