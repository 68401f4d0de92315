"""`amparo ledger`: load blocks into a store, and follow money through it."""

from pathlib import Path

import click

from amparo.cli.calibrate import calibrate
from amparo.cli.ledger_books import follow, joins, read
from amparo.cli.ledger_entities import entities
from amparo.cli.ledger_fetch import fetch_explorer, fetch_node
from amparo.cli.ledger_options import STORE
from amparo.cli.ledger_store import append, rollback
from amparo.cli.ledger_tags import tags
from amparo.cli.ledger_trace import compare, trace, worklist
from amparo.cli.ledger_ways import coinjoins, path, peel, proof
from amparo.cli.teller import Teller, telling


@click.group("ledger")
def ledger() -> None:
    """Load chains and statements, follow money through them, and prove each step."""


for command in (
    *(fetch_node, fetch_explorer, append, rollback, trace, compare, worklist, peel, path, entities, coinjoins, proof),
    *(read, joins, follow, tags, calibrate),
):
    ledger.add_command(command)


@ledger.command("load")
@click.argument("source", type=click.Path(path_type=Path, exists=True))
@STORE
@click.option("--window", metavar="NAME", help="Name of a window: blocks from the middle of a chain.")
@telling
def load(teller: Teller, source: Path, store: Path, window: str | None) -> None:
    """Load SOURCE (a block file, a folder of them, or one raw block) into a store.

    Every block is checked: work, Merkle root, links. A record that was cut off is skipped and counted; anything else
    that does not fit stops the load, names the block, and stores nothing. The same source again does nothing.

        amparo ledger load blk00000.dat --store chain
    """
    from amparo.ledger import load as load_source

    with teller.progress("loading") as progress:
        report = load_source(source, store, window=window, progress=progress)
    for skipped in report.skipped.examples:
        teller.skip(skipped)
    row = {**report.as_dict(), "new": report.new}
    plain = (
        f"{report.blocks} blocks of {report.network}, {report.transactions} transactions, {report.outputs} outputs; "
        f"{report.inputs} inputs, {report.resolved} resolved, {report.unresolved} point outside what was loaded"
        + (f" ({report.given} of these told by the source)" if report.given else "")
    )
    teller.row(row, plain if report.new else f"{plain} (loaded before)")


@ledger.command("transform")
@STORE
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="New folder for the tables."
)
@click.option(
    "--engine",
    type=click.Choice(["duckdb", "spark", "both"]),
    default="duckdb",
    help="Who computes; “both” compares the two, table by table.",
)
@telling
def transform(teller: Teller, store: Path, out: Path, engine: str) -> None:
    """Resolve spends, join addresses that spend together, and sum up addresses, as Parquet tables.

    One machine rarely needs this: the store's arrays answer faster. It is the same work in a form that Spark divides
    over many machines (extra “spark”).

        amparo ledger transform --store chain --out tables --engine both
    """
    from amparo.ledger.transforms import transform as run

    names = ["duckdb", "spark"] if engine == "both" else [engine]
    for name in names:
        with teller.progress(name) as progress:
            report = run(store, out / name, engine=name, progress=progress)
        tables = ", ".join(f"{rows} {table}" for table, rows in report.rows.items())
        row = {"type": "tables", "engine": name, **report.rows, "clusters": report.clusters, "rounds": report.rounds}
        teller.row(row, f"{name}: {tables}; {report.clusters} clusters after {report.rounds} rounds")
    if engine == "both":
        _tell_differences(teller, out)


def _tell_differences(teller: Teller, out: Path) -> None:
    from amparo.ledger.transforms import compare
    from amparo.ledger.transforms.errors import TablesDiffer

    found = compare(out / "duckdb", out / "spark")
    for each in found:
        plain = f"{each.table}: {each.rows} rows, " + ("equal" if each.equal else "DIFFERENT")
        teller.row({"type": "comparison", **each._asdict(), "equal": each.equal}, plain)
    wrong = [each.table for each in found if not each.equal]
    if wrong:
        raise TablesDiffer(tables=", ".join(wrong))
