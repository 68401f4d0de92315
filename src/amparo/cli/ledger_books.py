"""`amparo ledger read`, `joins` and `follow`: statements into books, joins between them, one trace through all."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from amparo.cli.errors import NotAJoin, NothingAccepted, UnknownJoin
from amparo.cli.ledger_options import FILE, FOLDER
from amparo.cli.teller import Teller, telling

if TYPE_CHECKING:
    from amparo.ledger import Store
    from amparo.ledger.accounts import AccountStore
    from amparo.ledger.joins import Decision, Proposal
    from amparo.ledger.statements import Problem, Profile

TRON: Final = "tron"
MOST_LINE: Final = 1 << 20
FILES = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
CHAINS = click.option("--chain", "chains", multiple=True, type=FOLDER, help="Store of a block chain (repeatable).")


@click.command("read")
@FILES
@click.option("--store", required=True, type=FOLDER, help="New folder for the book.")
@click.option("--form", help="camt053, mt940, table, exchange, goaml, transactions or tron; told by the file else.")
@click.option(
    "--profile", metavar="NAME|FILE", help="What a table's columns mean: a name, or a JSON file of one's own."
)
@click.option("--account", help="The account, where the files do not say it.")
@click.option("--currency", help="The currency, where the files do not say it.")
@click.option("--ledger", help="Name of the book, where the files do not say it.")
@click.option("--service", help="The exchange or operator that wrote the files.")
@click.option("--zone", help="Of times without one: Africa/Nairobi, +03:00.")
@click.option("--first-day", help="First day that was asked for, 2026-01-31.")
@click.option("--last-day", help="Last day that was asked for.")
@click.option("--refuse", is_flag=True, help="Store nothing if sums or order cannot be trusted.")
@telling
def read(
    teller: Teller,
    *,
    files: tuple[Path, ...],
    store: Path,
    form: str | None,
    profile: str | None,
    refuse: bool,
    **said: str | None,
) -> None:
    """Read statements of one bank, operator or exchange into a book. What does not add up is said, with its line.

    The options hold for all FILES: read each party's files into a book of its own, and join them.

        amparo ledger read bank.xml --store bank

        amparo ledger read mpesa.csv --store mobile --profile mpesa --account 254700000101

        amparo ledger read usdt.jsonl --store tron --form tron
    """
    from amparo.ledger.statements import Options, StatementFile, load_statements

    if form == TRON:
        _read_tron(teller, files, store)
        return
    options = Options(profile=_profile(profile), **said)
    asked = [StatementFile(path, form, options) for path in files]
    with teller.progress("reading") as progress:
        loaded = load_statements(store, asked, strict=refuse, progress=progress)
    for report in loaded.report.files:
        for problem in report.problems:
            _tell_problem(teller, problem)
        facts = {"file": report.name, "form": report.form, "transfers": report.transfers, "sha256": report.sha256}
        row = {"type": "file", **facts, "ledgers": list(report.ledgers), "problems": dict(report.counts)}
        grave = f", {report.grave} grave problems" if report.grave else ""
        teller.row({**row, "grave": report.grave}, f"{report.name} ({report.form}): {report.transfers} lines{grave}")
    _tell_book(teller, loaded.store)


def _profile(name: str | None) -> "Profile | None":
    from amparo.ledger.statements import profiles, read_profile

    if name is None:
        return None
    known = profiles()
    if name in known:
        return known[name]
    path = Path(name)
    if not path.is_file():
        raise click.UsageError(f"There is no profile called {name}, and no such file. Known: {', '.join(known)}.")
    with path.open("rb") as stream:
        return read_profile(stream.read(MOST_LINE), path.name)


def _read_tron(teller: Teller, files: tuple[Path, ...], store: Path) -> None:
    from amparo.ledger.accounts import AccountStore
    from amparo.ledger.accounts.tron import KNOWN_ASSETS, read_tron_table

    assets = dict(KNOWN_ASSETS)  # filled further while the rows are read
    rows = (each for path in files for each in read_tron_table(path, assets))
    made = AccountStore.build(store, rows, (), assets, sources=[path.name for path in files])
    _tell_book(teller, made)


def _tell_problem(teller: Teller, problem: "Problem") -> None:
    if problem.lost:
        teller.skip(problem.skipped)
        return
    plain = f"{problem.place}: {problem.reason}: {problem.found}"
    teller.row({"type": "problem", **problem.as_dict()}, plain + (f" ({problem.expected})" if problem.expected else ""))


def _tell_book(teller: Teller, store: "AccountStore") -> None:
    row = {"type": "book", "ledgers": list(store.ledgers), "transfers": len(store), "digest": store.data_digest}
    teller.row(row, f"{len(store)} transfers in {', '.join(store.ledgers)}")


@click.group("joins")
def joins() -> None:
    """Where money leaves one book and goes on in another: proposed by the records, decided by a person."""


@joins.command("propose")
@click.argument("books", nargs=-1, required=True, type=FOLDER, metavar="BOOK...")
@CHAINS
@click.option("--out", type=FILE, help="Write the proposals into this file, one JSON object a line.")
@telling
def propose(teller: Teller, *, books: tuple[Path, ...], chains: tuple[Path, ...], out: Path | None) -> None:
    """Look for the same money in two books. Nothing is chosen: every candidate is given with its rivals.

    amparo ledger joins propose bank mobile exchange tron --out proposals.jsonl
    """
    from amparo.ledger.joins import join_id
    from amparo.ledger.joins import propose as look

    found = look(_books(books), chains=_chains(chains))
    rows = [{"id": join_id(each.join), "rivals": each.rivals, "join": each.join.as_dict()} for each in found]
    for row, each in zip(rows, found, strict=True):
        teller.row({"type": "proposal", **row}, f"{row['id']}  {_said(each)}")
    if out is not None:
        out.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    if not found:
        teller.note("No join was found.")


def _said(proposal: "Proposal") -> str:
    join = proposal.join
    rivals = f", {proposal.rivals} rivals" if proposal.rivals else ""
    sure = f"{join.level.value} {join.confidence}, {join.reason}{rivals}"
    return f"{join.out} ({join.amount_out:,}) -> {join.into} ({join.amount_in:,}): {sure}"


@joins.command("accept")
@click.argument("proposals", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--ids", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="File of ids, one a line.")
@click.option("--id", "one_by_one", multiple=True, help="The id of a proposal (repeatable).")
@click.option("--who", required=True, help="Who decides.")
@click.option("--why", required=True, help="On what ground; of rivals, more than one word.")
@click.option("--out", required=True, type=FILE, help="File of decisions; new ones are added to its end.")
@telling
def accept(
    teller: Teller, *, proposals: Path, ids: Path | None, one_by_one: tuple[str, ...], who: str, why: str, out: Path
) -> None:
    """Accept proposals by their ids. Who decided, when and why stands in every trace that crosses the join.

    amparo ledger joins accept proposals.jsonl --ids accepted.txt --who "A. Officer" --why "the records agree" --out joins.jsonl
    """  # noqa: E501
    from amparo.ledger.joins import decide

    wanted = [*one_by_one, *(ids.read_text(encoding="utf-8").split() if ids is not None else ())]
    known = _proposals(proposals)
    missing = [each for each in wanted if each not in known]
    if missing:
        raise UnknownJoin(file=proposals.name, id=missing[0])
    if not wanted:
        raise NothingAccepted
    now = datetime.now(UTC)
    made = [decide(known[each], accepted=True, who=who, why=why, when=now) for each in dict.fromkeys(wanted)]
    with out.open("a", encoding="utf-8") as stream:
        for decision in made:
            stream.write(json.dumps(decision.as_dict(), ensure_ascii=False) + "\n")
    teller.row({"type": "accepted", "joins": len(made), "file": str(out)}, f"{len(made)} joins accepted, in {out}")


def _proposals(path: Path) -> "dict[str, Proposal]":
    from amparo.ledger.accounts import Join
    from amparo.ledger.joins import Proposal, join_id

    found = {}
    for number, value in _lines(path):
        try:
            join = Join.from_dict(value["join"])
            found[join_id(join)] = Proposal(join, int(value["rivals"]))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise NotAJoin(file=path.name, line=number, why=type(error).__name__) from None
    return found


def _decisions(path: Path) -> "list[Decision]":
    from amparo.ledger.joins import Decision

    found = []
    for number, value in _lines(path):
        try:
            found.append(Decision.from_dict(value))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise NotAJoin(file=path.name, line=number, why=type(error).__name__) from None
    return found


def _lines(path: Path) -> Iterator[tuple[int, Any]]:
    """Each line's number and object."""
    with path.open("rb") as stream:
        number = 0
        while line := stream.readline(MOST_LINE):
            number += 1
            try:
                yield number, json.loads(line)
            except (ValueError, RecursionError) as error:
                raise NotAJoin(file=path.name, line=number, why=type(error).__name__) from None


@click.command("follow")
@click.argument("seeds", nargs=-1, required=True, metavar="SEED...")
@click.option("--book", "books", multiple=True, required=True, type=FOLDER, help="A book (repeatable).")
@CHAINS
@click.option("--joins", "joined", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Decisions.")
@click.option("--rule", required=True, help="Accounting rule: poison, haircut, fifo, lifo or tiho.")
@click.option(
    "--side",
    type=click.Choice(["received", "sent", "balance"]),
    default="received",
    show_default=True,
    help="What of an account is followed.",
)
@click.option(
    "--unknown",
    type=click.Choice(["least", "gap"]),
    default="least",
    show_default=True,
    help="An opening balance nobody states: the least that fits, or a gap.",
)
@click.option("--max-hops", type=click.IntRange(min=1), help="Stop after so many transfers.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day to follow (UTC).")
@click.option("--svg", type=FILE, help="Also draw the flow into this file.")
@telling
def follow(
    teller: Teller,
    *,
    seeds: tuple[str, ...],
    books: tuple[Path, ...],
    chains: tuple[Path, ...],
    joined: Path | None,
    rule: str,
    side: str,
    unknown: str,
    max_hops: int | None,
    until: datetime | None,
    svg: Path | None,
) -> None:
    """Follow money through books of accounts, and over the joins a person accepted, block chains among them.

    SEED is LEDGER@REFERENCE (the payment of that reference), LEDGER@1:2:3 (its place), an account of some book, or
    NETWORK=OUTPUT on a chain: bitcoin=9:0/0.

        amparo ledger follow bank:0110000111@FT26034EX1 --book bank --book mobile --joins joins.jsonl --rule fifo
    """
    from amparo.cli.ledger_seeds import draw_joined, stops_until, tell_joined, told_seeds
    from amparo.ledger.joins import accepted_joins, trace_joined

    stores, networks = _books(books), _chains(chains)
    accounts, on_chain = told_seeds(stores, networks, seeds, side)
    decided = accepted_joins(_decisions(joined) if joined is not None else (), stores)
    stops, chain_stops = stops_until(max_hops, until)
    with teller.progress("following") as progress:
        found = trace_joined(
            *(stores, accounts, rule),
            chains=networks,
            chain_seeds=on_chain,
            joins=decided,
            stops=stops,
            chain_stops=chain_stops,
            unknown=unknown,
            progress=progress,
        )
    tell_joined(teller, found)
    if svg is not None:
        draw_joined(svg, found)


def _books(folders: tuple[Path, ...]) -> "list[AccountStore]":
    from amparo.ledger.accounts import AccountStore

    return [AccountStore.open(each) for each in folders]


def _chains(folders: tuple[Path, ...]) -> "dict[str, Store]":
    from amparo.ledger import Store

    opened = [Store.open(each) for each in folders]
    return {each.network.name: each for each in opened}
