"""Make a generation of an account store from staged parts: order the rows, number the purses, add up the balances.

Sorting is DuckDB's, with a memory limit and a spill folder; everything else streams through in batches.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from amparo.base import Progress
from amparo.ledger.accounts.errors import BadTransfer, SamePosition, TwoOpenings
from amparo.ledger.accounts.layout import (
    AMOUNT,
    GROUP,
    KINDS,
    NOBODY,
    PURSE_TABLE,
    ROW_ARRAYS,
    TRANSFER_TABLE,
    balance_bytes,
    balance_of,
)
from amparo.ledger.accounts.manifest import LedgerSpan

MEMORY: Final = "512MB"
ROWS: Final = 1 << 15
TABLES: Final = ("transfer", "opening", "block", "join")
_KIND_NUMBER: Final = {kind.value: number for number, kind in enumerate(KINDS)}
#: Text columns of a row that the data digest covers beside the arrays; `source` names a machine's files, so it is out.
_DIGESTED: Final = ("asset", "ref", "remarks", "extra")


class Cut:
    """Rows of the old generation that stay: all, but of `ledger` none above `height`."""

    def __init__(self, ledger: str | None = None, height: int = 0) -> None:
        self.ledger = ledger
        self.height = height

    def where(self, table: str) -> str:
        """The condition on rows of one of the tables; openings stay, they are of before."""
        if self.ledger is None or table == "opening":
            return "TRUE"
        stays = [
            f"({column} IS NULL OR {column} <> {_quoted(self.ledger)} OR {height} <= {int(self.height)})"
            for column, height in (("ledger", "height"), ("into_ledger", "into_height"))[: 2 if table == "join" else 1]
        ]
        return " AND ".join(stays)


class Made:
    """What the manifest keeps of a generation."""

    def __init__(self) -> None:
        self.spans: list[LedgerSpan] = []
        self.data: dict[str, str] = {}
        self.rows = 0
        self.purses = 0


class Generation:
    """Works in `folder`, which holds a closed Staging's parts; `old` is the generation it continues, if any."""

    def __init__(self, folder: Path, old: Path | None, cut: Cut, progress: Progress) -> None:
        self.folder = folder
        self.old = old
        self.cut = cut
        self.progress = progress
        self.made = Made()
        self.total = 0

    def run(self) -> Made:
        config: dict[str, Any] = {"memory_limit": MEMORY, "temp_directory": str(self.folder / "spill"), "threads": 2}
        with duckdb.connect(config=config) as database:
            database.execute("SET preserve_insertion_order = true")
            for name in TABLES:
                database.execute(f"CREATE VIEW {name}s AS {self._parts(name)}")
            self._refuse_two_openings(database)
            self._purses(database)
            self._rows(database)
            self._lines(database)
            self._tables(database)
        for name in TABLES:
            (self.folder / f"{name}.part.parquet").unlink()
        return self.made

    def _parts(self, name: str) -> str:
        part = _quoted(str(self.folder / f"{name}.part.parquet"))
        new = f"SELECT * FROM read_parquet({part})"  # noqa: S608 - our own quoted path
        if self.old is None:
            return new
        old = _quoted(str(self.old / f"{name}.parquet"))
        where = self.cut.where(name)
        return f"SELECT * FROM read_parquet({old}) WHERE {where} UNION ALL {new}"  # noqa: S608 - quoted

    def _refuse_two_openings(self, database: duckdb.DuckDBPyConnection) -> None:
        found = database.execute(
            "SELECT ledger, account, asset, min(amount), max(amount) FROM openings GROUP BY ALL "
            "HAVING min(amount) <> max(amount) ORDER BY ALL LIMIT 1"
        ).fetchall()
        for ledger, account, asset, first, second in found:
            raise TwoOpenings(
                ledger=ledger, account=account, asset=asset, first=balance_of(first), second=balance_of(second)
            )

    def _purses(self, database: duckdb.DuckDBPyConnection) -> None:
        """Number the purses; write purse.arrow (memory-mapped when read)."""
        database.execute(
            "CREATE TABLE purse AS SELECT (row_number() OVER (ORDER BY ledger, account, asset) - 1)::UINTEGER AS purse,"
            " ledger, account, asset, opening, opening_source FROM ("
            " SELECT ledger, account, asset, any_value(amount) AS opening, min(source) AS opening_source FROM ("
            "  SELECT ledger, sender AS account, asset, NULL::BLOB AS amount, NULL AS source FROM transfers"
            "  UNION ALL SELECT ledger, receiver, asset, NULL, NULL FROM transfers"
            "  UNION ALL SELECT ledger, account, asset, amount, source FROM openings"
            " ) WHERE account IS NOT NULL GROUP BY ledger, account, asset)"
        )
        digest = hashlib.sha256()
        query = "SELECT ledger, account, asset, opening, opening_source FROM purse ORDER BY purse"
        with pa.OSFile(str(self.folder / "purse.arrow"), "wb") as sink, pa.ipc.new_file(sink, PURSE_TABLE) as writer:
            for batch in _batches(database, query):
                whole = pa.RecordBatch.from_arrays(
                    [batch.column(i).cast(field.type) for i, field in enumerate(PURSE_TABLE)], schema=PURSE_TABLE
                )
                writer.write_batch(whole)
                for name in ("ledger", "account", "asset"):
                    _feed(digest, whole.column(name).to_pylist())
                for opening in whole.column("opening").to_pylist():
                    digest.update(b"?" if opening is None else opening)
                self.made.purses += whole.num_rows
        self.made.data["purse"] = digest.hexdigest()

    def _rows(self, database: duckdb.DuckDBPyConnection) -> None:
        """Write transfer.parquet and the row arrays in the order of the ledgers."""
        self.total = database.execute("SELECT count(*) FROM transfers").fetchall()[0][0]
        query = (
            "SELECT t.*, s.purse AS sender_purse, r.purse AS receiver_purse FROM transfers t "
            "LEFT JOIN purse s ON (s.ledger = t.ledger AND s.account = t.sender AND s.asset = t.asset) "
            "LEFT JOIN purse r ON (r.ledger = t.ledger AND r.account = t.receiver AND r.asset = t.asset) "
            "ORDER BY t.ledger, t.height, t.tx, t.log"
        )
        writer = _RowWriter(self.folder)
        try:
            for batch in _batches(database, query):
                writer.write(batch)
                self.progress(writer.rows, self.total, "transfers")
        finally:
            writer.close()
        self.made.rows = writer.rows
        self.made.data.update(writer.digests())
        self._spans(database, writer.starts)

    def _spans(self, database: duckdb.DuckDBPyConnection, starts: Mapping[str, int]) -> None:
        """Ledgers in order with their rows and purses. One that has openings only has no rows."""
        found = database.execute(
            "SELECT ledger, min(purse), max(purse) + 1 FROM purse GROUP BY 1 ORDER BY 1"
        ).fetchall()
        ends = [*list(starts.values())[1:], self.made.rows]  # one too many where there is no ledger at all
        rows = {name: (first, end) for (name, first), end in zip(starts.items(), ends, strict=False)}
        for name, first, end in found:
            span = rows.get(name, (0, 0))
            self.made.spans.append(LedgerSpan(name, *span, int(first), int(end)))

    def _lines(self, database: duckdb.DuckDBPyConnection) -> None:
        """For each purse its lines in order, and its balance after each."""
        openings = database.cursor().execute("SELECT opening FROM purse ORDER BY purse")
        with _PurseWriter(self.folder, openings) as writer:
            rows = _row_batches(self.folder, self.made.rows)
            database.execute("CREATE TABLE line (purse UINTEGER, line UBIGINT, amount BLOB)")
            for batch in rows:
                database.register("batch", batch)
                database.execute(
                    "INSERT INTO line SELECT sender, row * 2, amount FROM batch WHERE sender <> 4294967295"
                )
                database.execute(
                    "INSERT INTO line SELECT receiver, row * 2 + 1, amount FROM batch WHERE receiver <> 4294967295"
                )
                database.unregister("batch")
            for lines in _batches(database, "SELECT purse, line, amount FROM line ORDER BY purse, line"):
                writer.write(lines)
            database.execute("DROP TABLE line")

    def _tables(self, database: duckdb.DuckDBPyConnection) -> None:
        for name, order in (("opening", "ledger, account, asset"), ("block", "ledger, height"), ("join", "text")):
            target = _quoted(str(self.folder / f"{name}.parquet"))
            query = f"SELECT DISTINCT * FROM {name}s ORDER BY {order}"  # noqa: S608 - our own names
            database.execute(f"COPY ({query}) TO {target} (FORMAT parquet, COMPRESSION zstd)")
        digest = hashlib.sha256()
        for batch in _batches(database, "SELECT DISTINCT ledger, height, hash FROM blocks ORDER BY ALL"):
            _feed(
                digest, [f"{a}:{b}:{c}" for a, b, c in zip(*(each.to_pylist() for each in batch.columns), strict=True)]
            )
        self.made.data["block"] = digest.hexdigest()


class _RowWriter:
    """Writes rows that come in order to transfer.parquet and to the row arrays."""

    def __init__(self, folder: Path) -> None:
        self.rows = 0
        self.starts: dict[str, int] = {}
        self.last: tuple[Any, ...] | None = None
        self.table = pq.ParquetWriter(folder / "transfer.parquet", TRANSFER_TABLE, compression="zstd")
        self.streams: dict[str, BinaryIO] = {name: (folder / f"{name}.bin").open("wb") for name in ROW_ARRAYS}
        self.hashes = {name: hashlib.sha256() for name in (*ROW_ARRAYS, *_DIGESTED)}

    def write(self, batch: pa.RecordBatch) -> None:
        batch = self._without_doubles(batch)
        names = TRANSFER_TABLE.names
        columns = [batch.column(name).cast(TRANSFER_TABLE.field(name).type) for name in names]
        self.table.write_table(pa.Table.from_arrays(columns, schema=TRANSFER_TABLE), row_group_size=GROUP)
        for name, data in self._arrays(batch, columns).items():
            self.streams[name].write(data)
            self.hashes[name].update(data)
        for name in _DIGESTED:
            _feed(self.hashes[name], batch.column(name).to_pylist())
        self.rows += batch.num_rows

    def _arrays(self, batch: pa.RecordBatch, columns: Sequence[Any]) -> dict[str, bytes]:
        by_name = dict(zip(TRANSFER_TABLE.names, columns, strict=True))
        found = {
            name: np.asarray(by_name[name]).astype(ROW_ARRAYS[name].dtype).tobytes()
            for name in ("height", "tx", "log", "time")
        }
        kinds = [_KIND_NUMBER[kind] for kind in by_name["kind"].to_pylist()]
        found["kind"] = np.array(kinds, dtype="u1").tobytes()
        for name in ("sender", "receiver"):
            purse = batch.column(f"{name}_purse").fill_null(NOBODY)
            found[name] = np.asarray(purse).astype("<u4").tobytes()
        found["amount"] = b"".join(by_name["amount"].to_pylist())
        return found

    def _without_doubles(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Drop a line that was read twice (from the lists of both its accounts); two that differ are an error."""
        names = ("ledger", "height", "tx", "log", "kind", "asset", "sender", "receiver", "amount", "ref")
        keep = []
        for line in zip(*(batch.column(name).to_pylist() for name in names), strict=True):
            same_place = self.last is not None and line[:4] == self.last[:4]
            if same_place and self.last is not None and line != self.last:
                shown = ":".join(map(str, line[1:4]))
                raise SamePosition(ledger=line[0], position=shown, first=self.last[-1], second=line[-1])
            keep.append(not same_place)
            self.last = line
            if line[0] not in self.starts:
                self.starts[line[0]] = self.rows + sum(keep) - 1
        return batch if all(keep) else batch.filter(pa.array(keep))

    def digests(self) -> dict[str, str]:
        return {name: each.hexdigest() for name, each in self.hashes.items()}

    def close(self) -> None:
        if self.table.is_open:
            self.table.close()
        for stream in self.streams.values():
            stream.close()


class _PurseWriter:
    """Writes purse_start, purse_row and purse_after from lines that come in order of purse and row."""

    def __init__(self, folder: Path, openings: duckdb.DuckDBPyConnection) -> None:
        self.openings = _one_by_one(openings)
        self.start, self.row, self.after = (
            (folder / f"{name}.bin").open("wb") for name in ("purse_start", "purse_row", "purse_after")
        )
        self.purse = -1
        self.balance = 0
        self.lines = 0

    def __enter__(self) -> "_PurseWriter":
        return self

    def write(self, batch: pa.RecordBatch) -> None:
        purses, lines, amounts = (column.to_pylist() for column in batch.columns)
        after = bytearray()
        balance = self.balance
        for purse, line, amount in zip(purses, lines, amounts, strict=True):
            if purse != self.purse:
                self._turn_to(purse)
                balance = self.balance
            self.lines += 1
            value = int.from_bytes(amount, "big")
            balance += value if line & 1 else -value
            after += _checked(balance)
        self.balance = balance
        self.row.write(np.array(lines, dtype="<u8").tobytes())
        self.after.write(bytes(after))

    def _turn_to(self, purse: int) -> None:
        """Purses without lines (openings only) get an empty range."""
        while self.purse < purse:
            self.purse += 1
            opening = next(self.openings)
            self.start.write(self.lines.to_bytes(8, "little"))
        self.balance = 0 if opening is None else balance_of(opening)

    def __exit__(self, *error: object) -> None:
        if error[0] is None:
            for _ in self.openings:
                self.start.write(self.lines.to_bytes(8, "little"))
            self.start.write(self.lines.to_bytes(8, "little"))
        for stream in (self.start, self.row, self.after):
            stream.close()


def _checked(balance: int) -> bytes:
    try:
        return balance_bytes(balance)
    except OverflowError:
        raise BadTransfer(position="?", ledger="?", source="?", why="a balance is beyond 2^263") from None


def _one_by_one(cursor: duckdb.DuckDBPyConnection) -> Iterator[bytes | None]:
    while rows := cursor.fetchmany(ROWS):
        for (value,) in rows:
            yield value


def _row_batches(folder: Path, rows: int) -> Iterator[pa.Table]:
    """The row arrays as small tables with their row numbers."""
    sender, receiver = (
        np.memmap(folder / f"{n}.bin", dtype="<u4", mode="r") if rows else () for n in ("sender", "receiver")
    )
    amount = np.memmap(folder / "amount.bin", dtype="u1", mode="r").reshape(-1, AMOUNT) if rows else ()
    step = ROWS * 8
    for start in range(0, rows, step):
        end = min(start + step, rows)
        blob = pa.FixedSizeBinaryArray.from_buffers(
            pa.binary(AMOUNT), end - start, [None, pa.py_buffer(np.ascontiguousarray(amount[start:end]))]
        )
        yield pa.table(
            {
                "row": pa.array(np.arange(start, end, dtype="u8")),
                "sender": pa.array(np.asarray(sender[start:end])),
                "receiver": pa.array(np.asarray(receiver[start:end])),
                "amount": blob.cast(pa.binary()),
            }
        )


def _batches(database: duckdb.DuckDBPyConnection, query: str) -> Iterator[pa.RecordBatch]:
    yield from database.sql(query).to_arrow_reader(ROWS)


def _feed(digest: Any, values: Sequence[str]) -> None:
    """Hash texts so that no two lists of texts give the same bytes: each with its length before it."""
    digest.update("".join(f"{len(value)}:{value}" for value in values).encode("utf-8", "surrogatepass"))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
