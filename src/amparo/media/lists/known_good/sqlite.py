"""SQLite files from others: opened so that they can do nothing but answer one question.

Read-only and immutable; no extension, no attached file, no view, no trigger, no function that a schema brings along;
after the first look only reads of one table are allowed, and no query may run for long.
"""

import sqlite3
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import quote

from amparo.media.lists.errors import NotKnownGood
from amparo.media.lists.known_good.form import OpenKnownGood

_LIMITS: Final = {
    sqlite3.SQLITE_LIMIT_LENGTH: 1 << 20,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 10_000,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 20,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 0,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 2,
}
_PRAGMAS: Final = ("trusted_schema=OFF", "cell_size_check=ON", "query_only=ON", "mmap_size=0", "temp_store=MEMORY")
#: What a damaged file raises; the second where SQLite's own message repeats bytes of the file.
_WRONG: Final = (sqlite3.Error, UnicodeDecodeError)
#: Steps of SQLite's machine one query may take: a search takes some hundred, a scan of a large table millions.
_STEPS: Final = 1_000_000
_ALLOWED: Final = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ})
#: Strongest first.
_SIGNALS: Final = ("sha256", "sha1", "md5")


class SqliteKnownGood(OpenKnownGood):
    """One table with a column a signal. `text`: digests are uppercase hex, else bytes."""

    def __init__(self, path: Path, tables: Sequence[str], columns: dict[str, str], *, text: bool) -> None:
        self._name, self._columns, self._text = path.name, columns, text
        self._lock = threading.Lock()
        try:
            self._database = _opened(path)
        except _WRONG as error:
            raise NotKnownGood(name=self._name, why=str(error)) from error
        try:
            self._look(tables)
        except _WRONG as error:
            self.close()
            raise NotKnownGood(name=self._name, why=str(error)) from error
        except NotKnownGood:
            self.close()
            raise

    def _look(self, tables: Sequence[str]) -> None:
        self._table = self._find(tables)
        self._searchable = [signal for signal in _SIGNALS if signal in self._columns and self._is_search(signal)]
        if not self._searchable:
            columns = ", ".join(self._columns.values())
            raise NotKnownGood(name=self._name, why=f"its table {self._table} has no index on {columns}")
        self.count = self._count()
        self._database.set_authorizer(self._allow)

    def holds(self, *, md5: str | None = None, sha1: str | None = None, sha256: str | None = None) -> bool:
        given = {name: digest for name, digest in zip(_SIGNALS, (sha256, sha1, md5), strict=True) if digest}
        wanted = {name: self._stored(digest) for name, digest in given.items()}
        # Most rows of The Sleuth Kit have an MD5 alone: what is not found by one digest may be by another.
        return any(
            self._agrees(row, wanted)
            for name in self._searchable
            if name in given
            for row in self._rows(name, wanted[name])
        )

    def close(self) -> None:
        self._database.close()

    def _agrees(self, row: tuple[object, ...], wanted: Mapping[str, str | bytes]) -> bool:
        """Whether each digest that the row and the file both have is the same: made MD5 collisions must not pass."""
        pairs = zip(self._columns, row, strict=True)
        return all(value is None or name not in wanted or _same(value, wanted[name]) for name, value in pairs)

    def _rows(self, signal: str, value: str | bytes) -> list[tuple[object, ...]]:
        # Names come from this code, never from the database.
        columns = ", ".join(self._columns.values())
        query = f"SELECT {columns} FROM {self._table} WHERE {self._columns[signal]} = ? LIMIT 100"  # noqa: S608
        try:
            with self._lock:
                return self._database.execute(query, (value,)).fetchall()
        except _WRONG as error:
            raise NotKnownGood(name=self._name, why=str(error)) from error

    def _stored(self, digest: str) -> str | bytes:
        return digest.upper() if self._text else bytes.fromhex(digest)

    def _find(self, tables: Sequence[str]) -> str:
        """The first of `tables` that is a real table with the wanted columns."""
        for table in tables:
            row = self._database.execute("SELECT type, sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()
            if row is None or row[0] != "table" or not str(row[1]).upper().startswith("CREATE TABLE"):
                continue
            found = {
                str(name).lower()
                for (name,) in self._database.execute("SELECT name FROM pragma_table_info(?)", (table,))
            }
            if set(self._columns.values()) <= found:
                return table
        raise NotKnownGood(
            name=self._name,
            why=f"it has no table {' or '.join(tables)} with the columns {', '.join(self._columns.values())}",
        )

    def _is_search(self, signal: str) -> bool:
        plan = f"EXPLAIN QUERY PLAN SELECT 1 FROM {self._table} WHERE {self._columns[signal]} = ?"  # noqa: S608
        return any("SEARCH" in str(row[-1]) for row in self._database.execute(plan, ("",)))

    def _count(self) -> int:
        """Of rows, by the highest number: counting them would read the whole file."""
        try:
            row = self._database.execute(f"SELECT max(rowid) FROM {self._table}").fetchone()  # noqa: S608
        except sqlite3.OperationalError:
            return 0  # a table without row numbers
        return row[0] if isinstance(row[0], int) and row[0] > 0 else 0

    def _allow(self, action: int, table: str | None, *_: object) -> int:
        fits = action in _ALLOWED and table in {None, self._table}
        return sqlite3.SQLITE_OK if fits else sqlite3.SQLITE_DENY


def _opened(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True, check_same_thread=False)
    database.text_factory = lambda text: text.decode("utf-8", "replace")  # a damaged file may hold anything
    for limit, value in _LIMITS.items():
        database.setlimit(limit, value)
    for pragma in _PRAGMAS:
        database.execute(f"PRAGMA {pragma}")
    steps = _Steps()
    database.set_progress_handler(steps, 10_000)
    database.set_trace_callback(steps.start)
    return database


class _Steps:
    """Stops a query that takes too many steps; each query starts anew."""

    def __init__(self) -> None:
        self._left = 0

    def start(self, _: str) -> None:
        self._left = _STEPS // 10_000

    def __call__(self) -> int:
        self._left -= 1
        return int(self._left < 0)


def _same(value: object, wanted: str | bytes) -> bool:
    return (value.upper() if isinstance(value, str) else value) == wanted
