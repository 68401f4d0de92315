"""The catalogue of an exhibit as pages and rules read it: pages of items, one item's row, digests packed inside one.

Asked by DuckDB over the Parquet file, so that an exhibit with millions of items is one query, not millions of rows.
"""

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import quote

import duckdb
from django.urls import reverse

from amparo.base import visible
from amparo.web.cases.authorisation import Limits
from amparo.web.common.home import folder
from amparo.web.exhibits import allowances
from amparo.web.exhibits.errors import NoSuchItem, NotCataloguedYet
from amparo.web.exhibits.models import Catalogue, Exhibit, Item

ROWS: Final = 50
_KIND: Final = (
    "CASE WHEN type LIKE 'image/%' OR type LIKE 'video/%' THEN 'pictures' "
    "WHEN type LIKE 'message/%' OR type = 'application/mbox' THEN 'communications' ELSE 'files' END"
)
_COLUMNS: Final = (
    "path", "display", "size", "sha256", "md5", "type", "allocated", "modified.raw", "modified.instant",
    "modified.zone",
)  # fmt: skip


def path_key(path: str) -> str:
    return hashlib.sha256(path.encode()).hexdigest()


def file_of(exhibit: Exhibit) -> Path:
    """Where the catalogue lies. Raises NotCataloguedYet."""
    found = Catalogue.objects.filter(exhibit=exhibit).first()
    if found is None:
        raise NotCataloguedYet(exhibit=exhibit.number)
    return folder("catalogues") / found.path


def item_url(exhibit: Exhibit, path: str) -> str:
    """The address of an item's page."""
    return f"{reverse('exhibits:item', args=[exhibit.pk])}?path={quote(path, safe='')}"


class Row(NamedTuple):
    """One line of the items table. A restricted item shows its digest and a placeholder, nothing else."""

    path: str
    display: str
    size: int | None
    sha256: str
    mime: str
    mtime: datetime | None
    mtime_raw: str  # as it was read; all there is where the zone is unknown
    allocated: bool | None
    is_restricted: bool
    url: str


class ItemPage(NamedTuple):
    rows: list[Row]
    number: int
    last: int
    total: int  # items that fit the filter, inside the authorisations
    outside: int  # items of the whole exhibit that no authorisation covers

    @property
    def before(self) -> int:
        return self.number - 1

    @property
    def next(self) -> int:
        return self.number + 1


def items_page(
    exhibit: Exhibit, allowed: allowances.Allowance, *, text: str = "", kind: str = "", number: int = 1
) -> ItemPage:
    """One page of the items inside the authorisations, in walk order. Raises NotCataloguedYet."""
    file = str(file_of(exhibit))
    inside, values = _inside(allowed)
    wanted, more = _filter(text, kind)
    with duckdb.connect() as database:
        outside = _count(database, file, f"NOT ({inside})", values)
        total = _count(database, file, f"({inside}) AND {wanted}", values + more)
        last = max(1, -(-total // ROWS))
        number = min(max(1, number), last)
        found = database.execute(
            f"SELECT {', '.join(_COLUMNS)} FROM read_parquet(?, file_row_number=true) "  # noqa: S608 - values are bound
            f"WHERE skipped IS NULL AND ({inside}) AND {wanted} ORDER BY file_row_number LIMIT {ROWS} OFFSET ?",
            [file, *values, *more, (number - 1) * ROWS],
        ).fetchall()
    return ItemPage(_rows(exhibit, found), number, last, total, outside)


def _count(database: "duckdb.DuckDBPyConnection", file: str, condition: str, values: list[Any]) -> int:
    query = f"SELECT count(*) FROM read_parquet(?) WHERE skipped IS NULL AND {condition}"  # noqa: S608 - values are bound
    found = database.execute(query, [file, *values]).fetchone()
    return int(found[0]) if found else 0


def _filter(text: str, kind: str) -> tuple[str, list[Any]]:
    condition, values = "true", []
    if text:
        condition += " AND contains(lower(display), lower(?))"
        values.append(text)
    if kind:
        condition += f" AND {_KIND} = ?"
        values.append(kind)
    return condition, values


def _inside(allowed: allowances.Allowance) -> tuple[str, list[Any]]:
    """The condition that an item is inside the authorisations, and the values bound in it."""
    parts, values = ["false"], []
    for kind, limits in allowed.by_kind.items():
        windows, bound = _windows(limits)
        parts.append(f"({_KIND} = ? AND ({windows}))")
        values += [kind, *bound]
    return " OR ".join(parts), values


def _windows(limits: Limits) -> tuple[str, list[str]]:
    """Days compare as text: both are written YYYY-MM-DD. An unknown day fits only a window without dates."""
    parts, values = ["false"], []
    for start, end in limits.windows:
        part = "true"
        for sign, day in ((">=", start), ("<=", end)):
            if isinstance(day, date):
                part += f" AND coalesce(substr(modified.instant, 1, 10), '') {sign} ? AND modified.instant IS NOT NULL"
                values.append(day.isoformat())
        parts.append(f"({part})")
    return " OR ".join(parts), values


def _rows(exhibit: Exhibit, found: list[tuple[Any, ...]]) -> list[Row]:
    paths = [each[0] for each in found]
    marked = set(
        Item.objects.filter(exhibit=exhibit, path__in=paths, item_class=Item.Class.RESTRICTED).values_list(
            "path", flat=True
        )
    )
    digests = allowances.restricted_among([each[3] for each in found])
    return [
        Row(
            path, display, size, sha256 or "", kind or "", _moment(instant), visible(raw or ""), allocated,
            path in marked or sha256 in digests, item_url(exhibit, path),
        )
        for path, display, size, sha256, _, kind, allocated, raw, instant, _ in found
    ]  # fmt: skip


def _moment(instant: str | None) -> datetime | None:
    return datetime.fromisoformat(instant).astimezone(UTC) if instant else None


def unsaved_row(exhibit: Exhibit, path: str) -> Item:
    """The item's row, or a new one from the catalogue that is not saved. Raises NoSuchItem, NotCataloguedYet."""
    saved = Item.objects.select_related("exhibit__case").filter(exhibit=exhibit, path_key=path_key(path)).first()
    if saved is not None:
        return saved
    query = f"SELECT {', '.join(_COLUMNS)} FROM read_parquet(?) WHERE path = ? AND skipped IS NULL LIMIT 1"  # noqa: S608
    with duckdb.connect() as database:
        found = database.execute(query, [str(file_of(exhibit)), path]).fetchone()
    if found is None:
        raise NoSuchItem(exhibit=exhibit.number, path=path)
    return _item(exhibit, found)


def _item(exhibit: Exhibit, found: tuple[Any, ...]) -> Item:
    path, display, size, sha256, md5, kind, allocated, raw, instant, zone = found
    return Item(
        exhibit=exhibit, path=path, path_key=path_key(path), display=display, size=size, sha256=sha256 or "",
        md5=md5 or "", mime=kind or "", allocated=allocated, mtime_raw=raw or "", mtime=_moment(instant),
        mtime_zone=zone or "",
    )  # fmt: skip


def item_row(exhibit: Exhibit, path: str) -> Item:
    """Return the item's saved row, made from the catalogue if it has none yet. Raises NoSuchItem, NotCataloguedYet.

    Bytes that are restricted anywhere in the agency are restricted here too.
    """
    item = unsaved_row(exhibit, path)
    if not item._state.adding:
        return item
    if item.sha256 and allowances.restricted_among([item.sha256]):
        item.item_class = Item.Class.RESTRICTED
        item.restricted_why = "same bytes as a restricted item"
    values = {field.attname: getattr(item, field.attname) for field in Item._meta.concrete_fields}
    keys = {name: values.pop(name) for name in ("exhibit_id", "path_key")}
    made, _ = Item.objects.select_related("exhibit__case").get_or_create(**keys, defaults=values)
    return made


def digests_inside(exhibit: Exhibit, path: str) -> Iterator[list[str]]:
    """Digests of everything unpacked from the item at `path`, some hundreds at a time; nothing before the catalogue."""
    if not Catalogue.objects.filter(exhibit=exhibit).exists():
        return
    query = "SELECT DISTINCT sha256 FROM read_parquet(?) WHERE starts_with(path, ?) AND sha256 IS NOT NULL"
    with duckdb.connect() as database:
        found = database.execute(query, [str(file_of(exhibit)), allowances.inside_of(path)])
        while part := found.fetchmany(500):
            yield [each[0] for each in part]
