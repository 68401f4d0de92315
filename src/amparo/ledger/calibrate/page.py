"""The table of error rates as a page of the manual (docs/reference/error-rates.md)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from amparo.ledger.calibrate.rates import CAUTION, Rate, Rates, shown

#: Which rates are the peer's or only there to compare; all others are Amparo's own.
PARTS: Final = (
    ("Entities: addresses that are spent together", ("co-spend", "same-key")),
    ("CoinJoins: what is left out of entities", ("CoinJoin", "shape")),
    ("Change: the layer", ("change layer", "co-spend and change layer", "GraphSense", "co-spend and GraphSense")),
    ("Change: each test by itself", ("change:",)),
    ("Exchanges' deposit addresses on account chains", ("deposit address",)),
)
_HEAD: Final = (
    "| heuristic | a case is | right | wrong | precision | at least | recall |",
    "|---|---|--:|--:|--:|--:|--:|",
)


def page(table: Rates) -> str:
    """The whole page in Markdown."""
    facts = table.facts
    lines = [
        "# Error rates of the ledger's heuristics",
        "",
        f"Measured on {facts['economy']} (version {facts['version']}, {facts['made']}).",
        "Made by `python tools/error_rates.py` from the table that ships with this version; `amparo ledger calibrate`",
        "measures again, on any machine.",
        "[How the rates were measured, and what they do not say](../explanation/error-rates.md).",
        "",
        CAUTION,
        "",
        "*Precision*: share of what the heuristic claimed that is true. *At least*: lower end of Wilson's 95 %",
        "interval. *Recall*: share of what is true that it claimed. Four decimals, cut off, never rounded up. A shape",
        "is wrong, too, where it took one kind of CoinJoin for another; for entities only what is left out counts.",
        "",
    ]
    left = list(table.rates)
    for title, starts in PARTS:
        here = [rate for rate in left if _longest(rate.heuristic, starts)]
        lines += [f"## {title}", "", *_table(here), ""]
    lines += _curve(table.curve, int(facts["floor"]))
    lines += ["## The economies", "", *_economies(facts["economies"]), ""]
    return "\n".join(lines + _public(table.public, facts.get("blocks", ()))) + "\n"


def _longest(name: str, starts: Sequence[str]) -> bool:
    """Whether the longest beginning of `name` that any part lists is one of `starts`."""
    known = [each for _, part in PARTS for each in part if name.startswith(each)]
    return bool(known) and max(known, key=len) in starts


def _table(rates: Iterable[Rate]) -> list[str]:
    return [*_HEAD, *(_row(rate) for rate in rates)]


def _row(rate: Rate) -> str:
    shares = " | ".join(shown(each) for each in (rate.precision, rate.lower if rate.cases else None, rate.recall))
    return f"| {rate.heuristic} | {rate.unit} | {rate.right:,} | {rate.wrong:,} | {shares} |"


def _curve(curve: Sequence[Rate], floor: int) -> list[str]:
    return [
        "## Change layer by its floor",
        "",
        "A person chooses how sure a change edge must be: the floor is the lowest measured precision (its lower bound)",
        f"of the combination of tests. Reports quote the layer at 0.{floor} unless another floor was chosen.",
        "",
        *_table(curve),
        "",
    ]


def _economies(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    names = ("seed", "for", "transactions", "addresses", "owners", "coinjoins", "payjoins", "data_digest")
    found = [f"| {' | '.join(names).replace('data_digest', 'SHA-256 of the data')} |", f"|{'---|' * len(names)}"]
    for row in rows:
        share = {each: f"{row[each]:,} ({100 * row[each] / row['transactions']:.1f} %)" for each in names[5:7]}
        cells = [str(share.get(name, row[name])) for name in names]
        found.append("| " + " | ".join([*cells[:-1], f"`{cells[-1][:16]}…`"]) + " |")
    return found


def _public(rates: Sequence[Rate], blocks: Sequence[Mapping[str, Any]]) -> list[str]:
    if not blocks:
        return []
    totals = {each: sum(int(row[each]) for row in blocks) for each in ("transactions", "addresses", "tagged")}
    return [
        "## What real blocks allow",
        "",
        f"{len(blocks)} public pieces of the Bitcoin chain ({', '.join(str(row['source']) for row in blocks)}):",
        f"{totals['transactions']:,} transactions, {totals['addresses']:,} addresses; {totals['tagged']:,} of the",
        "addresses that public TagPacks name stand in them. Change that later spending revealed: a test is right where",
        "it chose the revealed output, wrong where it chose another. The counts are small: they show the method.",
        "",
        *_table(rates),
        "",
    ]
