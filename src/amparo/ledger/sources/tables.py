"""Source `table`: transactions as tables of bitcoin-etl's or BigQuery's form (JSON lines, Parquet, CSV).

Inputs and outputs stand inside a row, or in tables of their own. DuckDB reads and sorts (spilling to disk), one block
is in memory at a time. There are no headers, so no proof of work and no Merkle root is checked: what is loaded is
what the table says, and each row's id is computed from its parts where the table has them all.
"""
# ruff: noqa: S608  (only quoted paths and names of this module are put into queries)

import hashlib
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import duckdb

from amparo.base import Progress, SkipCount, Skipped
from amparo.ledger.addresses import BY_NAME, Network
from amparo.ledger.columns import TxBatch
from amparo.ledger.hashes import shown
from amparo.ledger.nodes.errors import BadCell, MissingColumn, NoTables, TableBroken, TableOrder
from amparo.ledger.sources.base import SourceFile
from amparo.ledger.sources.family import parents_first
from amparo.ledger.sources.rows import BlockRow, Rows
from amparo.ledger.sources.tables_cells import Cells, TableRow

_MEMORY: Final = "512MB"
_ENDINGS: Final = (".jsonl", ".json", ".parquet", ".csv")
_BATCH: Final = 1 << 16  # rows
_FETCH: Final = 1000
_LONGEST: Final = 1 << 25  # bytes of one JSON row; DuckDB keeps twice that for each thread
_WHEN: Final = "try_cast(json->>'$.block_number' AS BIGINT)"


def table_files(path: Path, what: str) -> list[Path]:
    """Files of one table: `what*.ENDING` in a folder (partitioned ones too), or `path` itself if it is named so."""
    if path.is_file():
        return [path] if path.name.startswith(what) and path.suffix in _ENDINGS else []
    return sorted(each for each in path.rglob(f"{what}*") if each.is_file() and each.suffix in _ENDINGS)


class Tables:
    """`transactions.jsonl`, or a folder with transactions, and inputs and outputs if they stand apart.

    Nothing in a table names its network: `Tables("litecoin").scan(…)` reads another one's.
    """

    name = "table"

    def __init__(self, network: str = "bitcoin") -> None:
        self.network: Network = BY_NAME[network]

    def examples(self) -> tuple[str, ...]:
        return ("transactions.jsonl", "transactions.parquet", "export/")

    def recognises(self, path: Path) -> bool:
        return bool(table_files(path, "transactions"))

    def scan(self, path: Path, skipped: SkipCount, progress: Progress, *, window: bool) -> "TableScan":
        """Find the range of blocks. Raises NoTables, TableBroken, TableOrder."""
        tables = {name: table_files(path, name) for name in ("transactions", "inputs", "outputs")}
        paths = [each for found in tables.values() for each in found]
        if not tables["transactions"]:
            raise NoTables(path=path.name)
        with _database() as database:
            first, last, n_blocks, tip = _range(database, _sql(tables), tables["transactions"][0].name)
            genesis = first == 0 and _first_hash(database, _sql(tables)) == self.network.genesis
        if last - first + 1 != n_blocks:
            raise TableOrder(height=first, why=f"{n_blocks} blocks are there up to {last}")
        files = tuple(_file(each) for each in paths)
        return TableScan(self.network, files, first, genesis, tip, n_blocks, _sql(tables), skipped)


@dataclass(frozen=True, slots=True)
class TableScan:
    """A Scan of tables: blocks without headers, so parents are not said."""

    network: Network
    files: tuple[SourceFile, ...]
    first_height: int | None
    complete: bool
    tip: bytes
    n_blocks: int
    sql: str
    skipped: SkipCount
    source: str = "table"

    @property
    def name(self) -> str:
        return self.files[0].path.name

    def batches(self, progress: Progress) -> Iterator[TxBatch]:
        rows = Rows()
        for done, (height, block) in enumerate(self._blocks()):
            if height != (self.first_height or 0) + done:
                raise TableOrder(height=height, why="it does not follow the one before")
            ordered = self._ordered(block)
            rows.block(BlockRow(block[0].block, bytes(32), block[0].time, height))
            for each in ordered:
                rows.tx(each.tx, each.given, "table")
            if rows.size >= _BATCH:
                yield rows.take()
                progress(done + 1, self.n_blocks, "blocks")
        yield rows.take()
        progress(self.n_blocks, self.n_blocks, "blocks")

    def _blocks(self) -> Iterator[tuple[int, list[TableRow]]]:
        for height, rows in groupby(self._rows(), key=lambda each: each.height):
            block = list(rows)
            if len({(each.block, each.time) for each in block}) != 1:
                raise TableOrder(height=height, why="its rows name two blocks or two times")
            if len({each.tx.txid for each in block}) != len(block):
                raise TableOrder(height=height, why="a transaction stands there twice")
            yield height, block

    def _rows(self) -> Iterator[TableRow]:
        file = self.files[0].path.name
        with _database() as database:
            for number, row in enumerate(_read(database, self.sql, file)):
                found = Cells(row, file, number + 1, self.network).read()
                if found.repaired:
                    self.skipped.add(Skipped(f"{file} #{number + 1}", "table-id-repaired", shown(found.tx.txid)))
                elif not found.certain and not found.tx.coinbase:
                    self.skipped.add(Skipped(f"{file} #{number + 1}", "table-id-unchecked"))
                yield found

    def _ordered(self, block: list[TableRow]) -> list[TableRow]:
        """By the table's index, where each row has one; else coinbase first and parents before children."""
        height = block[0].height
        places = [each.place for each in block]
        if None not in places:
            if sorted(place for place in places if place is not None) != list(range(len(block))):
                raise TableOrder(height=height, why="positions of its transactions are missing or doubled")
            block = sorted(block, key=lambda each: each.place or 0)
        else:
            block = sorted(block, key=lambda each: not each.tx.coinbase)
        if not block[0].tx.coinbase or any(each.tx.coinbase for each in block[1:]):
            raise TableOrder(height=height, why="it has not exactly one coinbase, standing first")
        by_id = {each.tx.txid: each for each in block}
        return [by_id[tx.txid] for tx in parents_first([each.tx for each in block], shown(block[0].block))]


def _file(path: Path) -> SourceFile:
    with path.open("rb") as stream:
        return SourceFile(path, path.stat().st_size, hashlib.file_digest(stream, "sha256").hexdigest())


class _database:  # noqa: N801  (used as a function)
    """A DuckDB of bounded memory that spills into a folder of its own."""

    def __enter__(self) -> duckdb.DuckDBPyConnection:
        self._spill = tempfile.TemporaryDirectory(prefix="amparo-tables-")
        self._connection = duckdb.connect(config={"memory_limit": _MEMORY, "temp_directory": self._spill.name})
        return self._connection

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._spill.cleanup()


def _sql(tables: dict[str, list[Path]]) -> str:
    """Rows as JSON text, one a transaction, with inputs and outputs inside."""
    rows = _json_rows(tables["transactions"])
    for name in ("inputs", "outputs"):
        if tables[name]:
            side = (
                f"SELECT json->>'$.transaction_hash' AS id, json_group_array(json) AS items "
                f"FROM ({_json_rows(tables[name])}) GROUP BY 1"
            )
            merged = f"json_merge_patch(t.json, json_object('{name}', coalesce(s.items, '[]'::JSON)))"
            rows = f"SELECT {merged} AS json FROM ({rows}) t LEFT JOIN ({side}) s ON t.json->>'$.hash' = s.id"
    return rows


def _json_rows(paths: list[Path]) -> str:
    parts = []
    for ending in _ENDINGS:
        names = [str(path).replace("'", "''") for path in paths if path.suffix == ending]
        if names:
            listed = "[" + ", ".join(f"'{name}'" for name in names) + "]"
            parts.append(_reader(ending, listed))
    return " UNION ALL ".join(parts)


def _reader(ending: str, files: str) -> str:
    if ending == ".parquet":
        return f"SELECT to_json(t) AS json FROM read_parquet({files}, union_by_name = true) t"
    if ending == ".csv":
        options = "all_varchar = true, header = true, union_by_name = true, strict_mode = true"
        return f"SELECT to_json(t) AS json FROM read_csv({files}, {options}) t"
    return f"SELECT json FROM read_ndjson_objects({files}, maximum_object_size = {_LONGEST})"


def _range(database: duckdb.DuckDBPyConnection, sql: str, file: str) -> tuple[int, int, int, bytes]:
    """First height, last height, number of heights, hash of the last block."""
    query = (
        f"SELECT min({_WHEN}), max({_WHEN}), count(DISTINCT {_WHEN}), "
        f"arg_max(json->>'$.block_hash', {_WHEN}), count(*) - count({_WHEN}) FROM ({sql})"
    )
    first, last, blocks, tip, odd = _fetch_one(database, query, file)
    if first is None or odd:
        raise MissingColumn(file=file, column="block_number")
    try:
        digest = bytes.fromhex((tip or "").removeprefix("0x"))[::-1]
    except ValueError:
        digest = b""
    if len(digest) != 32:
        raise BadCell(file=file, row="—", column="block_hash", found=str(tip)[:100])
    return int(first), int(last), int(blocks), digest


def _first_hash(database: duckdb.DuckDBPyConnection, sql: str) -> str:
    query = f"SELECT json->>'$.block_hash' FROM ({sql}) WHERE {_WHEN} = 0 LIMIT 1"
    return str(_fetch_one(database, query, "transactions")[0]).removeprefix("0x")


def _fetch_one(database: duckdb.DuckDBPyConnection, query: str, file: str) -> tuple[Any, ...]:
    try:
        found = database.execute(query).fetchone()
    except duckdb.Error as error:
        raise TableBroken(file=file, why=_why(error)) from error
    return tuple(found or ())


def _read(database: duckdb.DuckDBPyConnection, sql: str, file: str) -> Iterator[dict[str, Any]]:
    """The rows in the order of blocks. Numbers with a point are Decimal."""
    try:
        cursor = database.execute(f"SELECT CAST(json AS VARCHAR) FROM ({sql}) ORDER BY {_WHEN}")
        while rows := cursor.fetchmany(_FETCH):
            for (text,) in rows:
                yield _unnested(json.loads(text, parse_float=Decimal))
    except (duckdb.Error, ValueError, RecursionError) as error:
        raise TableBroken(file=file, why=_why(error)) from error


def _unnested(row: dict[str, Any]) -> dict[str, Any]:
    """CSV keeps nested rows as JSON text."""
    for name in ("inputs", "outputs", "addresses"):
        if isinstance(row.get(name), str) and row[name].startswith("["):
            row[name] = json.loads(row[name], parse_float=Decimal)
    for name in ("inputs", "outputs"):
        for each in row.get(name) or ():
            if isinstance(each, dict):
                _unnested(each)
    return row


def _why(error: Exception) -> str:
    return str(error).split("\n", 1)[0][:200]
