"""Hold the tables of two engines together: equal as bags of rows, in any order."""

from pathlib import Path
from typing import NamedTuple

import duckdb

from amparo.ledger.transforms.engine import files_of
from amparo.ledger.transforms.errors import NoTable
from amparo.ledger.transforms.run import TABLES


class TableDifference(NamedTuple):
    """How many rows only one side has; 0 and 0 = equal."""

    table: str
    rows: int
    only_first: int
    only_second: int

    @property
    def equal(self) -> bool:
        return not (self.only_first or self.only_second)


def compare(first: Path, second: Path) -> tuple[TableDifference, ...]:
    """Compare every table of two folders that `transform` wrote. Raises NoTable."""
    with duckdb.connect() as database:
        return tuple(_difference(database, name, first, second) for name in TABLES)


def _difference(database: duckdb.DuckDBPyConnection, name: str, first: Path, second: Path) -> TableDifference:
    for folder in (first, second):
        if not (folder / name).is_dir():
            raise NoTable(folder=folder.name, table=name)
    paths = [str(files_of(folder / name)) for folder in (first, second)]
    one = "SELECT count(*) FROM (SELECT * FROM read_parquet(?) EXCEPT ALL SELECT * FROM read_parquet(?))"
    asked = (("SELECT count(*) FROM read_parquet(?)", paths[:1]), (one, paths), (one, paths[::-1]))
    counts = [int(database.execute(sql, facts).fetchall()[0][0]) for sql, facts in asked]
    return TableDifference(name, *counts)
