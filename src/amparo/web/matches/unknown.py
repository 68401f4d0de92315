"""Pictures of a case that no list knows: look-alikes, cameras and series among them, from what scans saw.

The result is one Parquet file a case; it holds paths and hashes, nothing to look at. What the authorisations do not
cover today is left out when it is made and again when it is read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from amparo.base import Progress, silent
from amparo.evidence import CatalogueRow, read_catalogue
from amparo.media import MIN_QUALITY, Hashes
from amparo.media.grouping import group_alike
from amparo.media.hashes import CameraFacts
from amparo.media.series import group_series, shot_of
from amparo.media.signatures import Signature, read_signatures
from amparo.observables import camera_value, geo_value
from amparo.web.cases.models import Case
from amparo.web.common.home import folder
from amparo.web.exhibits import rules
from amparo.web.exhibits.catalogue import file_of
from amparo.web.exhibits.models import Exhibit
from amparo.web.matches.models import Match
from amparo.web.matches.seen import last_seen, seen_folder

#: Pictures of one case that are compared with each other; more are counted, not compared.
MOST: Final = 50_000
_SCHEMA: Final = pa.schema(
    [
        ("exhibit", pa.string()), ("number", pa.string()), ("path", pa.string()), ("display", pa.string()),
        ("mime", pa.string()), ("day", pa.string()), ("sha256", pa.string()), ("group", pa.int64()),
        ("camera", pa.string()), ("model", pa.string()), ("taken", pa.string()), ("place", pa.string()),
        ("series", pa.int64()),
    ]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unknown:
    """One picture. `day`: of its last change, for the authorisations."""

    exhibit: Exhibit
    path: str
    display: str
    mime: str
    day: date | None
    hashes: Hashes

    @property
    def camera(self) -> str | None:
        """The value of the observable that its serial number makes."""
        facts = self.facts
        return camera_value(facts.make, facts.model, facts.serial)

    @property
    def place(self) -> str | None:
        return geo_value(*self.facts.gps) if self.facts.gps else None

    @property
    def facts(self) -> CameraFacts:
        return self.hashes.camera or CameraFacts()


def unknown_pictures(case: Case) -> Iterator[Unknown]:
    """Pictures that scans of the case saw and no list knows: not restricted, inside the authorisations."""
    matched = set(
        Match.objects.filter(exhibit__case=case)
        .exclude(state=Match.State.REJECTED)
        .order_by()
        .values_list("item__sha256", flat=True)
    )
    for exhibit in Exhibit.objects.filter(case=case).select_related("case__agency").order_by("number"):
        for row, seen in _pictures(exhibit):
            if seen.hashes is not None and seen.hashes.sha256 not in matched:
                day = row.modified.instant.date() if row.modified and row.modified.instant else None
                yield Unknown(exhibit, row.path, row.display, row.type or "", day, seen.hashes)


def _pictures(exhibit: Exhibit) -> Iterator[tuple[CatalogueRow, Signature]]:
    """Rows of the catalogue beside what the newest scan saw of them; both stand in walk order."""
    scan = last_seen(exhibit)
    allowed = rules.allowance(exhibit)
    closed = rules.is_unviewed(exhibit) and not allowed.unviewed
    if scan is None or closed or "pictures" not in allowed.by_kind:
        return
    rows = enumerate(read_catalogue(file_of(exhibit)), 1)
    for seen in read_signatures(seen_folder(scan), sha256=scan.signatures_sha256):
        row = next((row for number, row in rows if number == seen.number), None)
        if row is None or seen.hashes is None or seen.hashes.pdq is None or seen.known_good:
            continue
        moment = row.modified.instant if row.modified else None
        if allowed.covers(row.type or "", moment) and not rules.restricted_among([seen.hashes.sha256]):
            yield row, seen


def result_file(case: Case) -> Path:
    return folder("catalogues") / str(case.agency_id) / "unknown" / f"{case.pk}.parquet"


def write_result(case: Case, pictures: list[Unknown], progress: Progress = silent) -> None:
    """Group and write; the file is there whole or not at all."""
    groups = group_alike([_comparable(each) for each in pictures], progress=progress)
    series = group_series([shot_of(each.hashes.camera) for each in pictures])
    rows = [_row(each, group, run) for each, group, run in zip(pictures, groups, series, strict=True)]
    path = result_file(case)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_suffix(".partial")
    pq.write_table(pa.Table.from_pylist(rows, _SCHEMA), partial, compression="zstd")
    partial.replace(path)


def _comparable(each: Unknown) -> tuple[str, ...]:
    picture = each.hashes.pdq
    return picture.variants[:8] if picture and picture.quality >= MIN_QUALITY else ()


def _row(each: Unknown, group: int, series: int | None) -> dict[str, Any]:
    model = " ".join(part for part in (each.facts.make, each.facts.model) if part)
    return {
        "exhibit": str(each.exhibit.pk), "number": each.exhibit.number, "path": each.path, "display": each.display,
        "mime": each.mime, "day": each.day.isoformat() if each.day else None, "sha256": each.hashes.sha256,
        "group": group, "camera": each.camera, "model": model or None, "taken": each.facts.taken,
        "place": each.place, "series": series,
    }  # fmt: skip


class Result:
    """The result of a case, asked as one person may see it today."""

    def __init__(self, case: Case) -> None:
        self.file = str(result_file(case))
        exhibits = Exhibit.objects.filter(case=case).select_related("case__agency")
        self._allowed = {str(each.pk): (each, rules.allowance(each)) for each in exhibits}

    def _ask(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with duckdb.connect() as database:
            return database.execute(query.replace("FILE", "read_parquet(?)"), [self.file, *values]).fetchall()

    def totals(self) -> tuple[int, int, int, int]:
        """Pictures, groups of two or more, cameras with a number of their own, series."""
        query = (
            'WITH held AS (SELECT "group", camera, series FROM FILE), '
            'several AS (SELECT "group" FROM held GROUP BY 1 HAVING count(*) > 1) '
            "SELECT count(*), (SELECT count(*) FROM several), count(DISTINCT camera), count(DISTINCT series) FROM held"
        )
        pictures, groups, cameras, series = self._ask(query)[0]
        return pictures, groups, cameras, series

    def groups(self, start: int, count: int) -> list[tuple[int, int]]:
        """(group, pictures), the largest first."""
        query = 'SELECT "group", count(*) AS n FROM FILE GROUP BY 1 ORDER BY n DESC, 1 LIMIT ? OFFSET ?'
        return [(int(group), int(n)) for group, n in self._ask(query, count, start)]

    def pictures(self, column: str, value: object, count: int) -> list["Shown"]:
        """The first pictures of one group, series or camera."""
        assert column in {"group", "series", "camera"}  # noqa: S101 - never from a request
        query = (
            "SELECT exhibit, path, display, mime, day, camera, model, taken FROM FILE "  # noqa: S608
            f'WHERE "{column}" = ? ORDER BY number, path LIMIT ?'
        )
        return [shown for row in self._ask(query, value, count) if (shown := self._shown(row))]

    def cameras(self, count: int) -> list[tuple[Any, ...]]:
        """(camera, model, pictures, exhibits), the most pictures first."""
        return self._ask(
            "SELECT camera, min(model), count(*) AS n, string_agg(DISTINCT number, ', ' ORDER BY number) FROM FILE "
            "WHERE camera IS NOT NULL GROUP BY 1 ORDER BY n DESC, 1 LIMIT ?",
            count,
        )

    def series(self, count: int) -> list[tuple[Any, ...]]:
        """(series, model, pictures, first, last, exhibits), the longest first."""
        return self._ask(
            "SELECT series, min(model), count(*) AS n, min(taken), max(taken), "
            "string_agg(DISTINCT number, ', ' ORDER BY number) FROM FILE "
            "WHERE series IS NOT NULL GROUP BY 1 ORDER BY n DESC, 1 LIMIT ?",
            count,
        )

    def _shown(self, row: tuple[Any, ...]) -> "Shown | None":
        exhibit, path, display, mime, day, *more = row
        found, allowed = self._allowed.get(exhibit, (None, None))
        if found is None or allowed is None or not allowed.covers(mime, date.fromisoformat(day) if day else None):
            return None
        return Shown(found, path, display, *more)


@dataclass(frozen=True, slots=True)
class Shown:
    exhibit: Exhibit
    path: str
    display: str
    camera: str | None
    model: str | None
    taken: str | None
