"""Reach of output 9:0 in the first mebibyte of the chain, through the public API, against a recursive query.

Both read the same store: ours the mapped arrays, the peer the Parquet tables, loaded into memory beforehand. The
goal stands for 20 hops over five million transactions with a native walk; this small line keeps the comparison alive.
"""

import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import duckdb

from amparo import _kernels
from amparo.ledger import Seed, Store, load, trace
from bench.ledger_blocks import FOLDER
from bench.result import Result, best_of

REACH = """
WITH RECURSIVE reached(output) AS (
  SELECT output FROM outputs WHERE output = ?
  UNION
  SELECT made.output FROM reached
  JOIN outputs spent ON spent.output = reached.output
  JOIN outputs made ON made.tx = spent.spent_by
  WHERE made.value > 0
)
SELECT output FROM reached
"""


def run(scale: float) -> Iterator[Result]:
    source = FOLDER / "blk00TEST00.dat"
    if not source.is_file():
        return
    times = 20 if scale >= 0.5 else 2
    with tempfile.TemporaryDirectory() as folder:
        load(source, Path(folder) / "store")
        store = Store.open(Path(folder) / "store")
        seed = store.find("9:0")[0].output
        with duckdb.connect() as database:
            table = str(store.folder / "output.parquet")
            database.execute("CREATE TABLE outputs AS SELECT output, tx, value, spent_by FROM read_parquet(?)", [table])
            expected = {row[0] for row in database.execute(REACH, [seed]).fetchall()}
            peer_seconds = best_of(times, lambda: database.execute(REACH, [seed]).fetchall())
        seconds = best_of(times, lambda: trace(store, [Seed("9:0")], "poison"))
        result = trace(store, [Seed("9:0")], "poison")
        yield Result(
            target=f"reach of 9:0 over {store.manifest.report.transactions} transactions, {len(result.steps)} steps",
            ours=round(1000 * seconds, 3),
            unit="ms",
            peer="DuckDB recursive query over a table in memory",
            peer_version=version("duckdb"),
            ratio=round(peer_seconds / seconds, 2),
            goal=500.0,
            equal={store.find(each.ref)[0].output for each in result.outputs} == expected,
            cpu=_kernels.cpu(),
        )
