"""`amparo ledger`: load blocks into a store, and follow money through it."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from amparo.cli.calibrate import calibrate
from amparo.cli.ledger_fetch import fetch_explorer, fetch_node
from amparo.cli.ledger_store import append, rollback
from amparo.cli.teller import Teller, telling

if TYPE_CHECKING:
    from amparo.ledger import TraceResult

STORE = click.option(
    "--store", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder of the store."
)


@click.group("ledger")
def ledger() -> None:
    """Load blocks of a chain and follow money through them."""


ledger.add_command(append)
ledger.add_command(calibrate)
ledger.add_command(fetch_explorer)
ledger.add_command(fetch_node)
ledger.add_command(rollback)


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


@ledger.command("trace")
@click.argument("seeds", nargs=-1, required=True, metavar="SEED...")
@STORE
@click.option("--rule", required=True, help="Accounting rule: poison, haircut, fifo, lifo or tiho.")
@click.option(
    "--tags", multiple=True, type=click.Path(path_type=Path, exists=True), help="A TagPack (YAML) to name addresses."
)
@click.option("--svg", type=click.Path(path_type=Path, dir_okay=False), help="Also draw the flow into this file.")
@telling
def trace(
    teller: Teller, *, seeds: tuple[str, ...], store: Path, rule: str, tags: tuple[Path, ...], svg: Path | None
) -> None:
    """Follow the money of one or more outputs forward through a store.

    SEED is height:position (all outputs of that transaction), height:position/output, or a transaction id with :output.
    A rule is a convention of accounting, not proof of who controls an output: compare several.

        amparo ledger trace 9:0 --store chain --rule fifo
    """
    from amparo.ledger import Seed, Store
    from amparo.ledger import trace as follow

    with teller.progress("following") as progress:
        result = follow(Store.open(store), [Seed(seed) for seed in seeds], rule, progress=progress)
    labels = _labels(teller, tags)
    for output in result.outputs:
        _tell_output(teller, output.as_dict(), labels)
    if svg is not None:
        _draw(svg, result, labels)
    _tell_totals(teller, result)


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


def _labels(teller: Teller, tags: tuple[Path, ...]) -> dict[str, str]:
    """Read tag packs: address -> label. Tags that can't be read are said."""
    from amparo.ledger.tags import read_tagpack

    labels: dict[str, str] = {}
    for path in tags:
        pack = read_tagpack(path)
        for skipped in pack.skipped.examples:
            teller.skip(skipped)
        labels.update({tag.address: tag.label for tag in pack.tags if tag.address})
    return labels


def _tell_output(teller: Teller, output: dict[str, Any], labels: dict[str, str]) -> None:
    label = labels.get(str(output["address"]))
    row = {"type": "output", **output, "label": label}
    named = f" [{label}]" if label else ""
    address = output["address"] or "(no address)"
    teller.row(row, f"{output['ref']:<12} {output['tainted']:>18,} sat  {output['state']:<8} {address}{named}")


def _tell_totals(teller: Teller, result: "TraceResult") -> None:
    """Say the notes and the sum, which must add up for a rule that conserves value."""
    notes = [note.sentence % note.facts for note in result.notes]
    totals = result.totals.as_dict()
    names = ("held", "fee", "absorbed", "stopped", "destroyed", "gap")
    sums = " + ".join(f"{totals[name]:,} {name}" for name in names)
    for note in notes:
        teller.note(note)
    row = {"type": "totals", **totals, "rule": result.rule, "conserves": result.conserves, "notes": notes}
    teller.row(row, f"claims {totals['claims']:,} {'=' if result.conserves else 'reach'} {sums} (satoshi)")


def _draw(path: Path, result: "TraceResult", labels: dict[str, str]) -> None:
    from amparo.ledger import flow_svg

    path.write_text(flow_svg(result, title="Flow of money", labels=labels), encoding="utf-8")
