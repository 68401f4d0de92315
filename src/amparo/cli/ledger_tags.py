"""`amparo ledger tags`: read tag packs, find their contradictions, write packs and lists again."""

from pathlib import Path

import click

from amparo.cli.ledger_options import FILE, tag_index
from amparo.cli.teller import Teller, telling

PACKS = click.argument(
    "packs", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="PACK..."
)


@click.group("tags")
def tags() -> None:
    """What publishers say about addresses and transactions: TagPacks (YAML)."""


@tags.command("show")
@PACKS
@click.option("--address", "addresses", multiple=True, help="Only the tags on this address (repeatable).")
@telling
def show(teller: Teller, *, packs: tuple[Path, ...], addresses: tuple[str, ...]) -> None:
    """List tags, those of an address the most trusted first. Rows that can't be read are said and counted.

    amparo ledger tags show ransomware.yaml ofac.yaml --address 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa
    """
    index = tag_index(teller, packs)
    for subject in addresses or index.tagged():
        for tag in index.for_address(subject):
            source = index.provenance(tag)
            said = {"confidence": tag.confidence, "category": tag.category, "abuse": tag.abuse, "actor": tag.actor}
            facts = {"source": tag.source, "creator": source.creator, "pack": source.pack, "currency": tag.currency}
            row = {"type": "tag", "address": tag.address, "label": tag.label, **said, **facts}
            plain = f"{tag.address}  {tag.label}  ({tag.confidence or 'no confidence word'}; {source.creator})"
            teller.row(row, plain)


@tags.command("conflicts")
@PACKS
@click.option("--floor", default=50, type=click.IntRange(0, 100), show_default=True, help="Least level of confidence.")
@telling
def conflicts(teller: Teller, *, packs: tuple[Path, ...], floor: int) -> None:
    """List the addresses and transactions for which tags name different actors.

    amparo ledger tags conflicts ransomware.yaml exchanges.yaml
    """
    found = tag_index(teller, packs).all_conflicts(floor)
    for each in found:
        claims = [{"actor": tag.actor, "label": tag.label, "creator": tag.creator} for tag in each.claims]
        row = {"type": "conflict", "subject": each.subject, "claims": claims}
        teller.row(row, f"{each.subject}: {' / '.join(each.actors)}")
    teller.note(f"{len(found)} contradictions")


@tags.command("export")
@click.argument("pack", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("to", type=FILE)
@click.option("--addresses", is_flag=True, help="Write only the addresses, one a line, as authorities publish them.")
@telling
def export(teller: Teller, *, pack: Path, to: Path, addresses: bool) -> None:
    """Read PACK and write it again into TO: equal values, fields that are not known included.

    amparo ledger tags export ransomware.yaml again.yaml
    """
    from amparo.ledger import read_tagpack, write_tagpack
    from amparo.ledger.tags import write_address_list

    found = read_tagpack(pack)
    for skipped in found.skipped.examples:
        teller.skip(skipped)
    with to.open("wb") as stream:
        if addresses:
            count = write_address_list(found.tags, stream)
        else:
            write_tagpack(found, stream)
            count = len(found.tags)
    row = {"type": "export", "title": found.title, "creator": found.creator, "tags": count, "file": str(to)}
    teller.row({**row, "digest": found.digest}, f"{count} {'addresses' if addresses else 'tags'} written to {to}")
