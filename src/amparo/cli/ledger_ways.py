"""`amparo ledger peel`, `path`, `coinjoins` and `proof`: one chain of habits, one way, one shape, one transaction."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from amparo.cli.ledger_options import FOLDER, STORE, TAGS, satoshi, tag_index
from amparo.cli.teller import Teller, telling

if TYPE_CHECKING:
    from amparo.ledger import Store
    from amparo.ledger.trace import Path as Way


@click.command("peel")
@click.argument("seed", metavar="OUTPUT")
@STORE
@TAGS
@click.option("--pin", "pins", multiple=True, help="An output to carry on with, whatever the tests say (repeatable).")
@click.option("--floor", default=0, show_default=True, help="Stop where less satoshi are carried on.")
@click.option(
    "--needed", default=4, type=click.IntRange(1, 5), show_default=True, help="Habits that the next must share, of 5."
)
@click.option("--max-steps", default=1000, show_default=True, help="Longest chain to follow.")
@telling
def peel(
    teller: Teller,
    *,
    seed: str,
    store: Path,
    tags: tuple[Path, ...],
    pins: tuple[str, ...],
    floor: int,
    needed: int,
    max_steps: int,
) -> None:
    """Follow a peel chain from OUTPUT: payments made one after another, the rest carried on by the same habits.

    Each step is an inference from habits, never proof of who controls what. It stops where both outputs or neither
    fit; a person may pin the next. With --tags it stops at services.

        amparo ledger peel 170:1/1 --store chain --needed 3
    """
    from amparo.ledger import PEEL_STOPS, Store
    from amparo.ledger import peel as follow

    services = tag_index(teller, tags).addresses()
    found = follow(
        Store.open(store), seed, pins=pins, services=services, floor=floor, needed=needed, max_steps=max_steps
    )
    for step in found.steps:
        plain = (
            f"{step.hop:>4}  {step.tx:<10} paid {satoshi(step.paid_value)} to {step.paid_address or '(no address)'}; "
            f"carried {satoshi(step.carried_value)} to {step.carried_address or '(no address)'}"
            f" ({'pinned' if step.pinned else ', '.join(step.matched)})"
        )
        teller.row({"type": "step", **step.as_dict()}, plain)
    facts = {"seed": found.seed, "end": found.end, "stop": found.stop.value, "paid": found.total}
    row = {"type": "chain", **facts, "steps": len(found.steps), "digest": found.digest}
    teller.row(row, f"{len(found.steps)} payments, {satoshi(found.total)}; {found.end}: {PEEL_STOPS[found.stop]}")


@click.command("path")
@click.argument("start", metavar="A")
@click.argument("end", metavar="B")
@STORE
@click.option(
    "--rule", "rules", multiple=True, default=("fifo", "haircut"), show_default=True, help="A rule to weigh it by."
)
@click.option("--max-hops", type=click.IntRange(min=1), help="Longest way to look for.")
@telling
def path(teller: Teller, *, start: str, end: str, store: Path, rules: tuple[str, ...], max_hops: int | None) -> None:
    """Find the shortest way value could take from A to B, and by each rule the way that most of it took.

    A and B are outputs, transactions or addresses. A way says that value could flow there; how much did, a rule says.

        amparo ledger path 9:0/0 248:1/1 --store chain
    """
    from amparo.ledger import StopRules, Store, path_between

    with teller.progress("looking") as progress:
        found = path_between(
            Store.open(store), start, end, rules=rules, stops=StopRules(max_hops=max_hops), progress=progress
        )
    if found.shortest is None:
        plain = "No way leads there." if found.complete else "No way was found within the limits."
        teller.row({"type": "path", "reached": False, "complete": found.complete}, plain)
        return
    _tell_way(teller, "shortest", found.shortest)
    for rule, way in found.by_rule.items():
        _tell_way(teller, rule, way)


def _tell_way(teller: Teller, name: str, way: "Way") -> None:
    places = " -> ".join(each.ref for each in way.outputs)
    row = {"type": "path", "name": name, "reached": True, "hops": way.hops, **way.as_dict()}
    teller.row(
        {**row, "outputs_reached": way.reached}, f"{name}: {way.hops} hops, {places}; {satoshi(way.arrived)} arrive"
    )


@click.command("coinjoins")
@click.argument("txs", nargs=-1, metavar="[TXID...]")
@STORE
@click.option("--limit", default=1000, type=click.IntRange(min=1), show_default=True, help="Most rows to list.")
@telling
def coinjoins(teller: Teller, *, txs: tuple[str, ...], store: Path, limit: int) -> None:
    """List the transactions that look like CoinJoins, or judge those named, with the facts that decide.

    They are left out of entities: their inputs belong to several people. A shape is an inference; a PayJoin cannot be
    told from other payments at all.

        amparo ledger coinjoins --store chain
    """
    import numpy as np

    from amparo.ledger import Store
    from amparo.ledger.clusters import excluded, kinds

    opened = Store.open(store)
    if txs:
        for each in txs:
            _tell_shape(teller, opened, opened.find_tx(each).tx, None)
        return
    shapes = kinds(opened)
    found = np.flatnonzero(excluded(shapes))
    for tx in found[:limit].tolist():
        _tell_shape(teller, opened, tx, int(shapes[tx]))
    row = {"type": "coinjoins", "found": len(found), "listed": min(len(found), limit), "transactions": len(shapes)}
    teller.row(row, f"{len(found)} of {len(shapes)} transactions look like a CoinJoin; {row['listed']} are listed")


def _tell_shape(teller: Teller, store: "Store", tx: int, shapes: int | None) -> None:
    from amparo.ledger.clusters import explain

    facts = explain(store, tx, shapes)
    row = {"type": "shape", "ref": store.tx_ref(tx), "txid": store.txid(tx), **facts}
    words = ", ".join(facts["shapes"]) or "no shape"
    plain = f"{row['ref']:<10} {row['txid']}  {words}: {facts['inputs']} inputs, {facts['outputs']} outputs"
    repeated = f", {satoshi(facts['repeated_amount'])} {facts['times']} times" if facts["times"] else ""
    teller.row(row, plain + repeated)


@click.command("proof")
@click.argument("txids", nargs=-1, required=True, metavar="TXID...")
@STORE
@click.option(
    "--blocks",
    required=True,
    type=click.Path(path_type=Path, exists=True),
    help="The file that the store was loaded from, or the folder of its files.",
)
@click.option("--out", required=True, type=FOLDER, help="Folder to write proofs/TXID.json into.")
@telling
def proof(teller: Teller, *, txids: tuple[str, ...], store: Path, blocks: Path, out: Path) -> None:
    """Write the merkle proof of transactions: raw bytes, branch, header, the next headers; as a bundle holds them.

    Each is checked when it is made, and again by a bundle's verify.py, which needs nothing of Amparo.

        amparo ledger proof 9b0fc92260312ce44e74ef369f5c66bbb8fe86e7d3bf3aa85db47f1f7b0e1ee3 --store chain --blocks blk00000.dat --out case
    """  # noqa: E501
    import json

    from amparo.ledger import Proof, Store, bundle_proofs

    opened = Store.open(store)
    found = bundle_proofs(opened, [opened.find_tx(each).txid for each in txids], blocks)
    for name, data in found.items():
        made = Proof.from_dict(json.loads(data))
        made.check()
        place = out / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        work = made.work.bit_length() - 1
        row = {"type": "proof", "file": str(place), "txid": made.txid, "block": made.block, "height": made.height}
        plain = f"{place}: {made.txid} is in block {made.block}; forging this takes about 2^{work} tries"
        teller.row({**row, "work_bits": work}, plain)
