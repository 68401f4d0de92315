"""`amparo ledger calibrate`: measure the heuristics again, on the unit's own machine or the defence's."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from amparo.cli.teller import Teller, telling

if TYPE_CHECKING:
    from amparo.ledger.calibrate import Public, Rate, Rates

SEEDS = {"multiple": True, "type": click.IntRange(min=0), "show_default": True}
PATH = click.Path(path_type=Path, exists=True)


@click.command("calibrate")
@click.option("--seed", "seeds", default=(21, 22, 23), help="Seed of an economy to measure on (repeatable).", **SEEDS)
@click.option("--learn", default=(1, 2, 3), help="Seed of an economy to learn confidences on (repeatable).", **SEEDS)
@click.option("--transactions", default=30_000, show_default=True, help="Transactions of each economy.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Also write the table into this file.")
@click.option("--blocks", multiple=True, type=PATH, help="Real blocks: measure what they allow, too (repeatable).")
@click.option("--tags", multiple=True, type=PATH, help="A TagPack to look for in these blocks (repeatable).")
@telling
def calibrate(
    teller: Teller,
    *,
    seeds: tuple[int, ...],
    learn: tuple[int, ...],
    transactions: int,
    out: Path | None,
    blocks: tuple[Path, ...],
    tags: tuple[Path, ...],
) -> None:
    """Measure the error rates of the heuristics on made economies whose owners are known.

    The economies hold CoinJoins, PayJoins, exchanges, peel chains and reused addresses; the same seed gives the same
    economy on every machine. Confidences of change are learnt on other seeds than they are measured on. A made economy
    is not the real one: the rates say how a heuristic does there.

        amparo ledger calibrate --out rates.json
    """
    from amparo.ledger.calibrate import CAUTION, Plan, with_public
    from amparo.ledger.calibrate import calibrate as run

    with teller.progress("calibrating") as progress:
        made = run(Plan(learn, seeds, transactions), progress)
    if blocks:
        made = with_public(made, _public(teller, blocks, tags, made))
    if out is not None:
        made.write(out)
    _tell(teller, made)
    teller.note(CAUTION)


def _public(teller: Teller, blocks: tuple[Path, ...], tags: tuple[Path, ...], made: "Rates") -> "Iterator[Public]":
    """Measure on each source of real blocks, with the confidences just learnt."""
    from amparo.ledger.calibrate import measure_blocks
    from amparo.ledger.clusters import Confidence
    from amparo.ledger.tags import read_tagpack

    labels: dict[str, set[str]] = {}
    for path in tags:
        pack = read_tagpack(path)
        for skipped in pack.skipped.examples:
            teller.skip(skipped)
        for tag in pack.tags:
            if tag.address:
                labels.setdefault(tag.address, set()).add(tag.label)
    change = made.facts["change"]
    table = Confidence.from_rows((bits, right, wrong) for bits, right, wrong in change["rows"])
    for source in blocks:
        yield measure_blocks(source, labels, table)


def _tell(teller: Teller, made: "Rates") -> None:
    """One object a rate for programs, one table for people."""
    groups = (("rate", made.rates), ("curve", made.curve), ("public", made.public))
    if teller.as_json:
        for kind, rates in groups:
            for rate in rates:
                teller.row({"type": kind, **rate.as_dict(), "economy": made.facts["economy"]}, "")
        return
    console = Console()
    if not console.is_terminal:
        console = Console(width=120)
    console.print(f"Measured on {made.facts['economy']}.")
    for kind, rates in groups:
        if rates:
            console.print(_table(kind, rates))


def _table(kind: str, rates: "tuple[Rate, ...]") -> Table:
    titles = {"rate": "Heuristics", "curve": "Change layer by its floor", "public": "Real blocks"}
    table = Table(title=titles[kind])
    table.add_column("heuristic")
    for name in ("case", "right", "wrong", "precision", "at least", "recall"):
        table.add_column(name, justify="left" if name == "case" else "right", no_wrap=True)
    for rate in rates:
        row = rate.as_dict()
        counts = [f"{row[name]:,}" for name in ("right", "wrong")]
        table.add_row(rate.heuristic, rate.unit, *counts, *(row[name] for name in ("precision", "lower", "recall")))
    return table
