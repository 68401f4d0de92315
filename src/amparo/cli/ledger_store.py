"""`amparo ledger append` and `rollback`: let a store follow its chain."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from amparo.cli.teller import Teller, telling

if TYPE_CHECKING:
    from amparo.ledger import LoadReport

STORE = click.option(
    "--store", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder of the store."
)


@click.command("append")
@click.argument("source", type=click.Path(path_type=Path, exists=True))
@STORE
@telling
def append(teller: Teller, source: Path, store: Path) -> None:
    """Add the blocks of SOURCE that follow those of the store: a folder that has grown, or new files alone.

    Where the chain was reorganised, the stale blocks are cut out first, and how many is said. Whenever this is
    stopped, the store is the old one or the new one.

        amparo ledger append blocks/ --store chain
    """
    from amparo.ledger import append as add

    with teller.progress("appending") as progress:
        report = add(store, source, progress=progress)
    for skipped in report.skipped.examples:
        teller.skip(skipped)
    _tell(teller, report)


@click.command("rollback")
@click.argument("block", metavar="HEIGHT|HASH")
@STORE
@telling
def rollback(teller: Teller, block: str, store: Path) -> None:
    """Cut the store after a block, named by its height or its hash.

    amparo ledger rollback 300000 --store chain
    """
    from amparo.ledger import rollback as cut_back

    _tell(teller, cut_back(store, int(block) if block.isdecimal() and len(block) < 10 else block))


def _tell(teller: Teller, report: "LoadReport") -> None:
    row = {**report.as_dict(), "new": report.new, "cut": report.cut}
    cut = f", {report.cut} stale blocks cut out" if report.cut else ""
    plain = f"{report.blocks} blocks of {report.network}{cut}; the last is {report.tip}"
    teller.row(row, plain if report.new else f"{plain} (nothing to do)")
