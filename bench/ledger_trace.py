"""Traces on a made chain of five million transactions (bench.ledger_graph), through the public API.

Peer: DuckDB's recursive query over the table of outputs, the quicker of two ways to write it. Both look for
every output within 20 hops of 100 seeds; the sets must be equal.
"""

import tempfile
import time
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

import duckdb
import numpy as np

from amparo import _kernels
from amparo.ledger import TAINT_RULES, Seed, StopRules, Store, Tag, TagIndex, trace, worklist
from amparo.ledger.store.layout import UNSPENT
from bench.ledger_graph import graph_store
from bench.result import Result, best_of

TRANSACTIONS = 5_000_000
SEEDS = 100
HOPS = 20
FULL = StopRules(max_transactions=2**31)
WALKS = (
    """
WITH RECURSIVE reached(output, spent_by, hop) AS (
  SELECT o.output, o.spent_by, 0 FROM outputs o JOIN seeds USING (output)
  UNION
  SELECT made.output, made.spent_by, hop + 1 FROM reached JOIN outputs made ON made.tx = reached.spent_by
  WHERE hop < 20
) SELECT DISTINCT output FROM reached
""",
    """
WITH RECURSIVE reached(output, spent_by, hop) USING KEY (output) AS (
  SELECT o.output, o.spent_by, 0 FROM outputs o JOIN seeds USING (output)
  UNION
  (SELECT made.output, any_value(made.spent_by), min(front.hop) + 1
   FROM reached front JOIN outputs made ON made.tx = front.spent_by
   LEFT JOIN recurring.reached known ON known.output = made.output
   WHERE front.hop < 20 AND known.output IS NULL GROUP BY made.output)
) SELECT output FROM reached
""",
)


def run(scale: float) -> Iterator[Result]:
    with tempfile.TemporaryDirectory() as folder:
        store = graph_store(Path(folder) / "store", max(20_000, int(TRANSACTIONS * scale)))
        chance = np.random.default_rng(3)
        seeds = drawn(store, chance)
        for kind in ("TABLE", "VIEW"):
            yield against_duckdb(store, seeds, 10 if scale >= 0.5 else 2, kind)
        yield with_tags(store, chance, 200 if scale >= 0.5 else 20)
        yield all_rules(store, seeds)


def drawn(store: Store, chance: np.random.Generator) -> list[Seed]:
    """Outputs that were spent, from the middle of the chain."""
    spent, first_out = store.array("spent_by"), store.array("first_out")
    transactions = len(first_out) - 1
    low, high = int(first_out[transactions * 2 // 5]), int(first_out[transactions // 2])
    among = np.flatnonzero(np.asarray(spent[low:high]) != UNSPENT) + low
    return [Seed(store.output(int(each)).ref) for each in chance.choice(among, SEEDS, replace=False)]


def against_duckdb(store: Store, seeds: Sequence[Seed], times: int, kind: str) -> Result:
    """`kind` TABLE: loaded into memory beforehand, which is not counted. VIEW: over the store's own Parquet files."""
    stops = StopRules(max_hops=HOPS)
    with duckdb.connect() as database:
        tables = [str(path) for path in store.tables("output")]
        files = ", ".join(f"'{table}'" for table in tables)
        select = f"SELECT output, tx, spent_by FROM read_parquet([{files}]) WHERE value > 0"  # our own paths
        database.execute(f"CREATE {kind} outputs AS {select}")
        numbers = [store.find(seed.ref)[0].output for seed in seeds]
        database.execute("CREATE TABLE seeds AS SELECT unnest(?::UBIGINT[]) AS output", [numbers])
        expected = [{row[0] for row in database.execute(walk).fetchall()} for walk in WALKS]
        peer = min(
            best_of(min(times, 3) if kind == "TABLE" else 1, lambda walk=walk: database.execute(walk).fetchall())
            for walk in WALKS
        )
    result = trace(store, seeds, "poison", stops=stops)
    seconds = best_of(times, lambda: trace(store, seeds, "poison", stops=stops))
    found = set(result.columns.output.tolist()) if result.columns else set()
    return Result(
        target=f"{HOPS} hops from {SEEDS} seeds over {store.manifest.report.transactions} transactions, "
        f"{len(result.columns.step('tx')) if result.columns else 0} steps",
        ours=round(1000 * seconds, 3),
        unit="ms",
        peer=f"DuckDB recursive query over {'a table in memory' if kind == 'TABLE' else 'Parquet'}",
        peer_version=version("duckdb"),
        ratio=round(peer / seconds, 1),
        goal=500.0,
        equal=all(each == found for each in expected),
        cpu=_kernels.cpu(),
    )


def with_tags(store: Store, chance: np.random.Generator, times: int) -> Result:
    """The slow twentieth of traces that stop at tagged services and name them; each from other seeds."""
    tags = TagIndex(_tag(store.address_text(int(each))) for each in range(0, min(store.n_addresses, 20_000), 10))
    stops = StopRules(max_hops=HOPS, services=tags.addresses())
    trace(store, drawn(store, chance), "haircut", stops=stops)  # once: the addresses are looked up and kept
    taken, named = [], 0
    for _ in range(times):
        seeds = drawn(store, chance)
        start = time.perf_counter()
        named += len(worklist(trace(store, seeds, "haircut", stops=stops), tags))
        taken.append(time.perf_counter() - start)
    p95 = sorted(taken)[min(len(taken) - 1, len(taken) * 95 // 100)]
    return Result(
        target=f"p95 of {times} traces by haircut, {len(tags)} tagged services, worklist made ({named} services met); "
        "goal 50 ms as ratio 1",
        ours=round(1000 * p95, 3),
        unit="ms",
        peer=None,
        peer_version=None,
        ratio=round(0.05 / p95, 2),
        goal=1.0,
        equal=None,
        cpu=_kernels.cpu(),
    )


def all_rules(store: Store, seeds: Sequence[Seed]) -> Result:
    """Every rule to the end of the chain, one after the other; every result adds up or there is none."""
    start = time.perf_counter()
    results = [trace(store, seeds, rule, stops=FULL) for rule in TAINT_RULES.names()]
    seconds = time.perf_counter() - start
    steps = {each.rule: len(each.columns.step("tx")) for each in results if each.columns}
    return Result(
        target=f"all five rules, full depth, steps {steps}; goal 1 s as ratio 1",
        ours=round(seconds, 4),
        unit="s",
        peer=None,
        peer_version=None,
        ratio=round(1 / seconds, 2),
        goal=1.0,
        equal=all(each.totals.found == each.totals.claims for each in results if each.conserves),
        cpu=_kernels.cpu(),
    )


def _tag(address: str | None) -> Tag:
    return Tag(
        address=address,
        tx_hash=None,
        label=f"Service {address}",
        source=None,
        currency="BTC",
        network="bitcoin",
        confidence="forensic",
        actor=None,
        category="exchange",
        abuse=None,
        lastmod=None,
        is_cluster_definer=False,
        creator="bench",
        title="bench",
        pack="0" * 64,
    )
