"""`amparo ledger trace`, `compare` and `worklist`: follow outputs through a store, and say whom to ask."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from amparo.cli.ledger_options import FILE, RULE, STORE, Asked, following, labels_of, satoshi, tag_index
from amparo.cli.teller import Teller, telling

if TYPE_CHECKING:
    from amparo.ledger import TagIndex, TraceResult, Work
    from amparo.ledger.rates import FiatValue, Rates

SEEDS = click.argument("seeds", nargs=-1, required=True, metavar="SEED...")
PARTS = ("held", "fee", "absorbed", "stopped", "destroyed", "gap")


@click.command("trace")
@SEEDS
@STORE
@RULE
@following
@click.option("--svg", type=FILE, help="Also draw the flow into this file.")
@telling
def trace(teller: Teller, *, seeds: tuple[str, ...], store: Path, rule: str, asked: Asked, svg: Path | None) -> None:
    """Follow the money of one or more outputs through a store, forward or back.

    SEED is height:position (all outputs of that transaction), height:position/output, a transaction id, with :output or
    without, or an address (all it was paid). A rule is a convention of accounting, not proof of who controls an output:
    compare several.

        amparo ledger trace 9:0 --store chain --rule fifo

        amparo ledger trace 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa --store chain --rule fifo --stop-at-services --tags pack.yaml

        amparo ledger trace 248:1/1 --store chain --rule lifo --direction back
    """  # noqa: E501
    index = tag_index(teller, asked.tags)
    result = _result(teller, (seeds, store, rule), asked, index)
    labels = labels_of(index, result)
    for output in result.outputs:
        _tell_output(teller, output.as_dict(), labels)
    if svg is not None:
        _draw(svg, result, labels)
    _tell_totals(teller, result)


@click.command("compare")
@SEEDS
@STORE
@click.option("--rule", "rules", multiple=True, help="A rule to compare (repeatable); all, if none is given.")
@click.option("--preferred", metavar="RULE", help="The rule the case's law prefers; it is marked.")
@click.option("--because", default="", metavar="TEXT", help="Why the law prefers it.")
@following
@telling
def compare(
    teller: Teller,
    *,
    seeds: tuple[str, ...],
    store: Path,
    rules: tuple[str, ...],
    preferred: str | None,
    because: str,
    asked: Asked,
) -> None:
    """Trace by all rules and lay their results side by side: what each says, and what none disputes.

    amparo ledger compare 9:0 --store chain --preferred fifo --because "Clayton's case"
    """
    from amparo.ledger import Seed, Store
    from amparo.ledger import compare as side_by_side

    index = tag_index(teller, asked.tags)
    opened = Store.open(store)
    law = (preferred, because) if preferred else None
    with teller.progress("following") as progress:
        found = side_by_side(
            *(opened, [Seed(seed) for seed in seeds], rules or None),
            stops=asked.stops(index),
            marks=asked.marks(opened),
            preferred=law,
            backward=asked.back,
            progress=progress,
        )
    for output in found.outputs:
        said = "  ".join(f"{rule} {amount:,}" for rule, amount in output.by_rule.items())
        teller.row({"type": "output", **output.as_dict()}, f"{output.ref:<12} {said}  {output.address or ''}".rstrip())
    for rule, result in found.results.items():
        facts = {"rule": rule, "conserves": result.conserves, "preferred": rule == preferred, "result": result.digest}
        mark = f"  <- preferred: {because}" if rule == preferred else ""
        teller.row({"type": "totals", **result.totals.as_dict(), **facts}, f"{rule}: {_sum(result)}{mark}")
    agreed = found.agreement
    plain = (
        f"{agreed['in_all']} of {agreed['outputs']} outputs are reached by every rule that conserves value; "
        f"{agreed['held_least']:,} satoshi unspent in {agreed['held_in_all']} of them are disputed by none"
    )
    teller.row({"type": "agreement", **agreed, "because": because}, plain)


@click.command("worklist")
@SEEDS
@STORE
@RULE
@following
@click.option("--rates", type=FILE, help="A file of rates: day, asset, fiat, price, source; or the ECB's history.")
@click.option("--fiat", default="EUR", show_default=True, help="Currency of the values.")
@telling
def worklist(
    teller: Teller, *, seeds: tuple[str, ...], store: Path, rule: str, asked: Asked, rates: Path | None, fiat: str
) -> None:
    """Say which services a trace reached, with what a freeze or disclosure request needs.

    The trace always stops at the services that --tags name: what they do inside, only their own books say.

        amparo ledger worklist 9:0 --store chain --rule fifo --tags exchanges.yaml
    """
    from dataclasses import replace

    from amparo.ledger import worklist as whom_to_ask
    from amparo.ledger.rates import read_rates

    if not asked.tags:
        raise click.UsageError("A worklist needs --tags: they say which addresses are services.")
    read = read_rates(rates) if rates is not None else None
    index = tag_index(teller, asked.tags)
    result = _result(teller, (seeds, store, rule), replace(asked, stop_at_services=True), index)
    found = whom_to_ask(result, index)
    for work in found:
        _tell_work(teller, work, read, fiat)
    if not found:
        teller.note("No service that the tags name was reached.")


def _result(
    teller: Teller, question: tuple[tuple[str, ...], Path, str], asked: Asked, index: "TagIndex"
) -> "TraceResult":
    """`question`: seeds, store, rule."""
    seeds, store, rule = question
    from amparo.ledger import Seed, Store, trace_back
    from amparo.ledger import trace as forward

    stops = asked.stops(index)
    opened = Store.open(store)
    follow = trace_back if asked.back else forward
    with teller.progress("following") as progress:
        return follow(
            *(opened, [Seed(seed) for seed in seeds], rule),
            stops=stops,
            marks=asked.marks(opened),
            progress=progress,
        )


def _tell_work(teller: Teller, work: "Work", rates: "Rates | None", fiat: str) -> None:
    teller.row(
        {"type": "service", **{name: part for name, part in work.as_dict().items() if name != "deposits"}},
        f"{work.actor}: {satoshi(work.tainted)} traced in {len(work.deposits)} outputs ({work.label})",
    )
    for each in work.deposits:
        value = _value(rates, each.tainted, fiat, each.day)
        row = {"type": "deposit", "actor": work.actor, **each.as_dict(), "worth": value and value.as_dict()}
        worth = f"  {value.text}" if value is not None else ""
        teller.row(row, f"  {each.day}  {each.txid}:{each.vout}  {each.address}  {satoshi(each.tainted)}{worth}")


def _value(rates: "Rates | None", amount: int, fiat: str, day: str | None) -> "FiatValue | None":
    """At the day's rate; None where no rate is near."""
    from amparo.ledger.rates import FiatValue

    if rates is None or day is None:
        return None
    value = rates.value(amount, 8, "BTC", fiat, date.fromisoformat(day))
    return value if isinstance(value, FiatValue) else None


def _tell_output(teller: Teller, output: dict[str, Any], labels: dict[str, str]) -> None:
    label = labels.get(str(output["address"]))
    row = {"type": "output", **output, "label": label}
    named = f" [{label}]" if label else ""
    stop = f" ({output['stop']})" if output["stop"] else ""
    address = output["address"] or "(no address)"
    teller.row(row, f"{output['ref']:<12} {output['tainted']:>18,} sat  {output['state']:<8} {address}{named}{stop}")


def _tell_totals(teller: Teller, result: "TraceResult") -> None:
    """Say the notes and the sum, which must add up for a rule that conserves value."""
    notes = [note.sentence % note.facts for note in result.notes]
    for note in notes:
        teller.note(note)
    totals = result.totals.as_dict()
    row = {"type": "totals", **totals, "rule": result.rule, "conserves": result.conserves, "notes": notes}
    told = {"direction": result.direction, "digest": result.digest}
    teller.row({**row, **told}, f"{_sum(result)} (satoshi)")


def _sum(result: "TraceResult") -> str:
    totals = result.totals.as_dict()
    parts = [*PARTS, *(name for name in ("minted",) if totals.get(name))]
    sums = " + ".join(f"{totals[name]:,} {name}" for name in parts)
    return f"claims {totals['claims']:,} {'=' if result.conserves else 'reach'} {sums}"


def _draw(path: Path, result: "TraceResult", labels: dict[str, str]) -> None:
    from amparo.ledger import flow_svg

    path.write_text(flow_svg(result, title="Flow of money", labels=labels), encoding="utf-8")
