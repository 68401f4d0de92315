"""Run the transforms with one engine: resolve, addresses, clusters, totals, each a Parquet table in `out`."""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from amparo.base import Progress, silent
from amparo.ledger.store.layout import MANIFEST
from amparo.ledger.store.manifest import Manifest
from amparo.ledger.transforms import steps
from amparo.ledger.transforms.engine import ENGINES, Engine
from amparo.ledger.transforms.errors import NoEnd, NoTable, TablesThere

SOURCES: Final = ("tx", "input", "output")
TABLES: Final = ("resolved", "paid", "cluster", "totals")
MAX_ROUNDS: Final = 64  # settles in O(log^2 n) rounds; seven or eight on a chain


@dataclass(frozen=True, slots=True)
class TransformReport:
    """`rows`: table -> its rows. `rounds`: how often both stars ran until every cluster was one."""

    engine: str
    rows: dict[str, int]
    clusters: int
    rounds: int


def transform(
    store: Path, out: Path, *, engine: str = "duckdb", excluded: Iterable[int] = (), progress: Progress = silent
) -> TransformReport:
    """Write the tables of `TABLES` for the store in folder `store` into the new folder `out`.

    `excluded`: transactions whose inputs join nobody (CoinJoins). Raises NoTable, TablesThere, NoSpark.
    """
    for name in SOURCES:
        if not all(path.is_file() for path in _parts(store, name)):
            raise NoTable(folder=store.name, table=name)
    if out.exists() and any(out.iterdir()):
        raise TablesThere(folder=out.name)
    work = out / "work"
    work.mkdir(parents=True)
    running = ENGINES[engine](work)
    try:
        _name_sources(running, store, work, excluded)
        report = _run(running, engine, out, progress)
    finally:
        running.close()
        shutil.rmtree(work, ignore_errors=True)
    return report


def _parts(store: Path, name: str) -> tuple[Path, ...]:
    """The files of a table: one, and one more for each append; a folder without a manifest has one by its name."""
    if not (store / MANIFEST).is_file():
        return (store / f"{name}.parquet",)
    return tuple(store / part for part in Manifest.read(store).tables(name)) or (store / f"{name}.parquet",)


def _one_place(parts: tuple[Path, ...], folder: Path) -> Path:
    """One path that names all parts: engines read a file or a folder of them."""
    if len(parts) == 1:
        return parts[0]
    folder.mkdir(parents=True)
    for number, part in enumerate(parts):
        (folder / f"part-{number}.parquet").symlink_to(part.resolve())
    return folder


def _name_sources(engine: Engine, store: Path, work: Path, excluded: Iterable[int]) -> None:
    for source in SOURCES:
        engine.table(source, _one_place(_parts(store, source), work / "source" / source))
    left_out = work / "excluded.parquet"
    pq.write_table(pa.table({"tx": pa.array(sorted(excluded), type=pa.int64())}), left_out)
    engine.table("excluded", left_out)


def _run(engine: Engine, name: str, out: Path, progress: Progress) -> TransformReport:
    rows: dict[str, int] = {}
    rounds = 0
    for done, (table, sql) in enumerate(_STEPS):
        if table == "cluster":
            rounds = _settle(engine, out / "work")
        folder = out.joinpath(table)
        engine.write(sql, folder)
        engine.table(table, folder)
        rows[table] = engine.count(table)
        progress(done + 1, len(_STEPS), "tables")
    clusters = int(engine.row("SELECT count(DISTINCT root) FROM cluster")[0])
    return TransformReport(name, rows, clusters, rounds)


_STEPS: Final = (
    ("resolved", steps.RESOLVED),
    ("paid", steps.PAID),
    ("cluster", steps.CLUSTER),
    ("totals", steps.TOTALS),
)


def _settle(engine: Engine, work: Path) -> int:
    """Both stars by turns over the table `edge` until each component is a star. Each round is a table of its own.

    Neither engine may read a table while it writes it, and a plan that grew with the rounds would outgrow memory.
    """
    engine.write(steps.EDGE, work / "edge")
    engine.table("edge", work / "edge")
    for number in range(MAX_ROUNDS):
        if not any(engine.row(steps.UNSETTLED)):
            return number
        for name, sql in (("large", steps.LARGE_STAR), ("small", steps.SMALL_STAR)):
            engine.write(sql, work / f"{name}-{number}")
            engine.table("edge", work / f"{name}-{number}")
    raise NoEnd(rounds=MAX_ROUNDS)
