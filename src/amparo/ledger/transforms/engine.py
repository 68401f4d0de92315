"""An engine runs one dialect of SQL over Parquet: both understand every statement of `steps`."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import duckdb


class Engine(Protocol):
    """Tables are names; each is a view on Parquet, so that memory holds a part of one at a time."""

    def table(self, name: str, path: Path) -> None:
        """Let `name` stand for the Parquet file or folder at `path` (again, if it stood for another)."""
        ...

    def write(self, sql: str, path: Path) -> None:
        """Run a query and write its rows as Parquet to `path`."""
        ...

    def row(self, sql: str) -> Sequence[Any]:
        """The one row of a query."""
        ...

    def count(self, table: str) -> int:
        """How many rows a table has."""
        ...

    def close(self) -> None: ...


class DuckDbEngine:
    """This machine; what does not fit into `memory` is spilled beside the tables."""

    def __init__(self, work: Path, memory: str = "2GB") -> None:
        spill = work / "spill"
        self.database = duckdb.connect(config={"memory_limit": memory, "temp_directory": str(spill)})

    def table(self, name: str, path: Path) -> None:
        self.database.from_parquet(str(files_of(path))).create_view(name, replace=True)

    def write(self, sql: str, path: Path) -> None:
        path.mkdir()
        self.database.sql(sql).write_parquet(str(path / "part-0.parquet"), compression="zstd")

    def row(self, sql: str) -> Sequence[Any]:
        rows = self.database.execute(sql).fetchall()
        return rows[0] if rows else ()

    def count(self, table: str) -> int:
        return int(self.database.view(table).count("*").fetchall()[0][0])

    def close(self) -> None:
        self.database.close()


def files_of(path: Path) -> Path:
    """The pattern DuckDB reads a table by: engines write folders of parts, a store has single files."""
    return path / "*.parquet" if path.is_dir() else path


def _duckdb(work: Path) -> Engine:
    return DuckDbEngine(work)


def _spark(work: Path) -> Engine:
    from amparo.ledger.transforms.spark import SparkEngine

    return SparkEngine(work)


#: Name -> makes the engine, given a folder for its work.
ENGINES: Final[dict[str, Callable[[Path], Engine]]] = {"duckdb": _duckdb, "spark": _spark}
