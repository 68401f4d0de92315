"""`amparo ledger entities`: addresses that heuristics join, and the transactions each merge rests on."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from amparo.cli.ledger_options import FOLDER, STORE, TAGS, tag_index
from amparo.cli.teller import Teller, telling

if TYPE_CHECKING:
    from amparo.ledger import Store, TagIndex
    from amparo.ledger.clusters import Clusters, Hop

PLACE = click.option("--entities", "place", type=FOLDER, help="Folder of the entities; STORE-entities if left out.")


@click.group("entities")
def entities() -> None:
    """Join addresses into entities by co-spending, and ask why. An inference, never a statement of ownership."""


@entities.command("build")
@STORE
@PLACE
@TAGS
@telling
def build(teller: Teller, *, store: Path, place: Path | None, tags: tuple[Path, ...]) -> None:
    """Compute the entities of a store. CoinJoin shapes are left out; with --tags, exchanges' batches are no CoinJoins.

    amparo ledger entities build --store chain
    """
    from amparo.ledger import Store
    from amparo.ledger.clusters import Clusters, excluded

    opened = Store.open(store)
    exchanges = _numbers(opened, tag_index(teller, tags).addresses({"exchange"}))
    with teller.progress("joining") as progress:
        made = Clusters.build(opened, _place(store, place), exchanges=exchanges, progress=progress)
    left_out = int(excluded(made.shapes).sum())
    facts = {"addresses": made.n_addresses, "entities": made.components, "merges": len(made.forest)}
    largest = [{"address": opened.address_text(root), "size": size} for root, size in made.largest(10) if size > 1]
    alarms = len(made.alarms())
    row = {"type": "entities", **facts, "coinjoins": left_out, "alarms": alarms, "largest": largest}
    plain = (
        f"{facts['addresses']} addresses, {facts['entities']} entities, {facts['merges']} merges; "
        f"{left_out} CoinJoin shapes left out; {alarms} merges of two large entities"
    )
    teller.row(row, plain)
    for each in largest:
        teller.note(f"{each['size']:>10} addresses with {each['address']}")


@entities.command("show")
@click.argument("address")
@STORE
@PLACE
@TAGS
@click.option("--limit", default=100, type=click.IntRange(min=1), show_default=True, help="Most addresses to list.")
@telling
def show(teller: Teller, *, address: str, store: Path, place: Path | None, tags: tuple[Path, ...], limit: int) -> None:
    """Show the entity of ADDRESS: how many addresses, by which merges, and what tags say of them.

    amparo ledger entities show 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa --store chain
    """
    opened, clusters = _opened(store, place)
    index = tag_index(teller, tags)
    number = _number(opened, address)
    found = clusters.entity(number)
    merges = ", ".join(f"{count} by {name}" for name, count in found.merges.items())
    row = {"type": "entity", "address": address, "size": found.size, "merges": dict(found.merges)}
    ends = {"first_merge": found.first_merge, "last_merge": found.last_merge}
    told = {name: None if tx is None else opened.tx_ref(tx) for name, tx in ends.items()}
    plain = f"{found.size} addresses; merges: {merges} (an inference, at most as sure as its weakest)"
    teller.row({**row, **told, "listed": min(found.size, limit)}, plain)
    for member in clusters.members(number, limit).tolist():
        _tell_member(teller, opened.address_text(member) or f"#{member}", index)


@entities.command("why")
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@STORE
@PLACE
@click.option("--shortest", is_flag=True, help="The fewest steps over all evidence, in place of the first in time.")
@telling
def why(teller: Teller, *, a: str, b: str, store: Path, place: Path | None, shortest: bool) -> None:
    """Say which transactions joined the addresses A and B.

    amparo ledger entities why 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa 12c6DSiU4Rq3P4ZxziKxzrL5LmMBrzjrJX --store chain
    """
    opened, clusters = _opened(store, place)
    first, second = _number(opened, a), _number(opened, b)
    found = clusters.why(first, second)
    if found is None:
        teller.row({"type": "why", "joined": False}, "No heuristic joins them: they are two entities.")
        return
    hops = clusters.shortest(first, second) if shortest else found.hops
    for hop in hops or ():
        _tell_hop(teller, opened, hop)
    unsure = [opened.txid(tx) for tx in found.undecidable]
    joined_by = opened.txid(found.joined_by) if found.hops else None
    row = {"type": "why", "joined": True, "steps": len(hops or ()), "joined_by": joined_by, "undecidable": unsure}
    doubt = f"; {len(unsure)} could be a PayJoin of two owners, which nobody can tell" if unsure else ""
    teller.row(row, f"One entity since transaction {joined_by}{doubt}")


@entities.command("without")
@click.argument("address")
@STORE
@PLACE
@click.option("--tx", "txs", multiple=True, help="A transaction that must not join (repeatable).")
@click.option("--heuristic", "heuristics", multiple=True, help="Leave out co-spend or same-key whole (repeatable).")
@click.option("--limit", default=20, type=click.IntRange(min=1), show_default=True, help="Most parts to list.")
@telling
def without(
    teller: Teller,
    *,
    address: str,
    store: Path,
    place: Path | None,
    txs: tuple[str, ...],
    heuristics: tuple[str, ...],
    limit: int,
) -> None:
    """Say what the entity of ADDRESS falls into without some evidence. Nothing is changed.

    amparo ledger entities without 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa --store chain --heuristic co-spend
    """
    opened, clusters = _opened(store, place)
    number = _number(opened, address)
    split = clusters.without(number, txs=[opened.find_tx(each).tx for each in txs], heuristics=heuristics)
    here = split.part_of(number)
    facts = {"holds": split.holds, "parts": len(split.parts), "dropped": len(split.dropped), "left": split.evidence}
    plain = "It still is one entity" if split.holds else f"It falls into {len(split.parts)} parts"
    teller.row(
        {"type": "split", **facts}, f"{plain}: {facts['dropped']} transactions dropped, {facts['left']} are left"
    )
    for part in split.parts[:limit] if not split.holds else ():
        text = opened.address_text(part.root) or f"#{part.root}"
        row = {"type": "part", "address": text, "size": part.size, "here": part.root == here}
        teller.row(row, f"{part.size:>10} addresses with {text}{'  <- the address asked' if row['here'] else ''}")


def _place(store: Path, place: Path | None) -> Path:
    return place or store.resolve().with_name(f"{store.resolve().name}-entities")


def _opened(store: Path, place: Path | None) -> "tuple[Store, Clusters]":
    from amparo.ledger import Store
    from amparo.ledger.clusters import Clusters

    opened = Store.open(store)
    return opened, Clusters.open(_place(store, place), opened)


def _number(store: "Store", address: str) -> int:
    from amparo.ledger.trace.errors import NothingPaid

    found = store.address_id(address)
    if found is None:
        raise NothingPaid(address=address)
    return found


def _numbers(store: "Store", addresses: Iterable[str]) -> list[int]:
    """Of those that the store knows: a pack names addresses of many chains."""
    from amparo.ledger.errors import BadAddress

    found = []
    for each in sorted(addresses):
        try:
            number = store.address_id(each)
        except BadAddress:
            continue
        if number is not None:
            found.append(number)
    return found


def _tell_member(teller: Teller, address: str, index: "TagIndex") -> None:
    tags = index.for_address(address)
    label = tags[0].label if tags else None
    row = {"type": "member", "address": address, "label": label, "conflict": list(index.conflicts(address))}
    teller.row(row, f"  {address}{f' [{label}]' if label else ''}")


def _tell_hop(teller: Teller, store: "Store", hop: "Hop") -> None:
    from amparo.ledger.clusters import HOP_WORDS

    a, b = (store.address_text(each) or f"#{each}" for each in (hop.a, hop.b))
    words = HOP_WORDS[hop.heuristic] % {"tx": store.tx_ref(hop.tx), "a": a, "b": b}
    row = {"type": "step", "a": a, "b": b, "heuristic": hop.heuristic, "txid": store.txid(hop.tx)}
    teller.row({**row, "ref": store.tx_ref(hop.tx)}, words)
