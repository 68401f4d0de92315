"""`amparo observables`: wallets, addresses, links and numbers in files, with where they stand."""

from pathlib import Path

import click

from amparo.base import Blob, Skipped
from amparo.cli.files import blobs
from amparo.cli.teller import Teller, telling


@click.command("observables", short_help="Wallets, addresses, links and numbers in files.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--region", metavar="CC", help="Country for phone numbers written without their country code, as in KE.")
@telling
def observables(teller: Teller, paths: tuple[Path, ...], region: str | None) -> None:
    """Print what is recognised in the bytes of every file in PATHS: wallets, mail addresses, links, phones, IBANs …

    Each line gives the kind, the value, the byte at which it starts and how far its form was checked: strong, weak,
    plan-checked or format-only. Files are read as they are; what is packed inside them is found by depositing them.

        amparo observables disk.raw --json
    """
    for blob in blobs(paths):
        if isinstance(blob, Skipped):
            teller.skip(blob)
        else:
            _tell(teller, blob, region)


def _tell(teller: Teller, blob: Blob, region: str | None) -> None:
    from amparo.observables import extract_blob

    with teller.progress("reading") as progress:
        for each in extract_blob(blob, region, progress):
            row = {
                "name": blob.name,
                "kind": each.kind,
                "value": each.value,
                "raw": each.raw,
                "offset": each.offset,
                "encoding": each.encoding,
                "validity": each.validity.value,
                "remarks": list(each.remarks),
            }
            teller.row(row, f"{blob.name} @ {each.offset}: {each.kind} {each.value} ({each.validity.value})")
