"""`amparo ledger fetch-node` and `fetch-explorer`: bring chain data into a folder, which `ledger load` then reads."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from amparo.cli.teller import Teller, telling

if TYPE_CHECKING:
    from amparo.ledger.nodes import Asked

QUESTIONS = "questions.jsonl"
TO = click.option(
    "--to", "folder", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder of what is kept."
)
EXIT = click.option(
    "--exit",
    "way_out",
    required=True,
    help="“direct”, or the unit's proxy: http://host:port, socks5h://host:port (Tor).",
)
NETWORK = click.option("--network", default="bitcoin", show_default=True, help="Name of the network asked for.")


@click.command("fetch-node")
@click.argument("url")
@TO
@EXIT
@NETWORK
@click.option("--cookie", type=click.Path(path_type=Path, dir_okay=False), help="The node's .cookie file.")
@click.option("--first", default=0, show_default=True, help="First height.")
@click.option("--last", type=int, help="Last height; the tip if left out.")
@telling
def fetch_node(
    teller: Teller,
    *,
    url: str,
    folder: Path,
    way_out: str,
    network: str,
    cookie: Path | None,
    first: int,
    last: int | None,
) -> None:
    """Fetch blocks from the node at URL by JSON-RPC. Run again to go on, after a cut or a reorganisation too.

    amparo ledger fetch-node http://127.0.0.1:8332 --exit direct --cookie ~/.bitcoin/.cookie --to blocks
    """
    from amparo.ledger.nodes import HttpTransport, Patient, cookie_auth
    from amparo.ledger.sources import NodeSource

    transport = HttpTransport(way_out, auth=cookie_auth(cookie) if cookie else None)
    source = NodeSource(url, Patient(transport), folder, network=network, first=first, last=last)
    with teller.progress("fetching") as progress:
        report = source.fetch(progress)
    row = {"first": report.first, "last": report.last, "fetched": report.fetched, "dropped": report.dropped}
    teller.row(row, f"blocks {report.first} to {report.last}: {report.fetched} fetched, {report.dropped} dropped again")


@click.command("fetch-explorer")
@click.argument("url")
@TO
@EXIT
@NETWORK
@click.option("--authorisation", required=True, help="Reference of the order or statute that allows it.")
@click.option("--purpose", required=True, help="Why it is asked.")
@click.option("--address", "addresses", multiple=True, help="All transactions of this address.")
@click.option("--txid", "txids", multiple=True, help="This transaction.")
@click.option("--follow", default=0, show_default=True, help="Hops of spending transactions to fetch too.")
@click.option("--limit", default=1000, show_default=True, help="Most questions in this run.")
@click.option("--interval", default=1.0, show_default=True, help="Least seconds between two questions.")
@telling
def fetch_explorer(
    teller: Teller,
    *,
    url: str,
    folder: Path,
    way_out: str,
    network: str,
    authorisation: str,
    purpose: str,
    addresses: tuple[str, ...],
    txids: tuple[str, ...],
    follow: int,
    limit: int,
    interval: float,
) -> None:
    """Fetch transactions from the Esplora-shaped explorer at URL. The explorer learns what is asked, and from where.

    Every question is written into questions.jsonl in the folder, with the authorisation. Run again to go on.

        amparo ledger fetch-explorer https://explorer.example/api --exit socks5h://127.0.0.1:9050 --to wallet --authorisation 2026-42 --purpose "stolen coins" --address 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa
    """  # noqa: E501
    from amparo.ledger.nodes import HttpTransport, Permission
    from amparo.ledger.sources import Explorer

    permission = Permission(authorisation, purpose)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / QUESTIONS).open("a", encoding="utf-8") as stream:

        def log(asked: "Asked") -> None:
            facts = {**asked._asdict(), "permission": {"authorisation": authorisation, "purpose": purpose}}
            stream.write(json.dumps(facts, ensure_ascii=False) + "\n")
            stream.flush()

        transport = HttpTransport(way_out)
        explorer = Explorer(url, transport, folder, permission, log, network=network, limit=limit, interval=interval)
        with teller.progress("asking") as progress:
            report = explorer.fetch(addresses=addresses, txids=txids, follow=follow, progress=progress)
    row = {"transactions": report.transactions, "asked": report.asked, "unconfirmed": report.unconfirmed}
    teller.row(
        {**row, "window": str(report.window)},
        f"{report.transactions} transactions kept, {report.asked} questions asked, "
        f"{report.unconfirmed} not confirmed and left out",
    )
