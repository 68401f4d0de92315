"""What a report says of a kept trace over account ledgers: as of blocks, and each join with who accepted it and why."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from amparo.bundle import Cell, Grid, Section, Words
from amparo.bundle.words import TRACE
from amparo.ledger.accounts.join import JOIN_KINDS
from amparo.ledger.accounts.rules import ACCOUNT_RULES
from amparo.ledger.accounts.trace import ACCOUNT_NOTES, ACCOUNT_STOPS
from amparo.ledger.joins import REASONS
from amparo.ledger.picture import FLOW_WORDS
from amparo.ledger.statements import StatementNote
from amparo.web.common.skips import WORDS
from amparo.web.court.money import Lines, line_in_words, lines_of
from amparo.web.court.trace_sections import ROWS, cut, marks, moment, question, rules, say, whole_result
from amparo.web.traces.models import Book, TraceResult
from amparo.web.traces.show_accounts import LEAVES, PARTS, AccountView

PROBLEMS = 10  # of each book


def sections_of(found: TraceResult) -> tuple[Section, ...]:
    """Everything about a trace over accounts, in the order a court reads it. The scope must be active."""
    view = AccountView(found.result)
    every = (
        question(found, [(TRACE["books"], "; ".join(map(str, found.trace.books.all())))], ACCOUNT_RULES[found.rule]),
        Section(TRACE["assumptions"], lines=tuple(_notes(found))),
        _problems(list(found.trace.books.all())),
        _joins(found, view),
        _ends(found, view),
        _leaves(found, view),
        rules(found),
        marks(found),
        _steps(found, view),
        whole_result(found),
    )
    return tuple(each for each in every if not each.is_empty)


def _notes(found: TraceResult) -> Iterator[Words]:
    sentences = {**ACCOUNT_NOTES, StatementNote({}).name: StatementNote({}).sentence}
    last = {each["name"]: each["last_time"] for each in found.result["ledgers"]}
    for each in found.result["notes"]:
        facts = dict(each["facts"])
        if "tip" in facts and last.get(facts["ledger"]) is not None and "(" not in facts["tip"]:
            facts["tip"] = moment(datetime.fromtimestamp(last[facts["ledger"]], UTC))  # a place is no help to a reader
        yield Words(sentences[each["name"]], facts)
    yield say("opening " + found.trace.unknown)
    yield say("no proof of accounts")
    yield say("stores")


def _problems(books: list[Book]) -> Section:
    """What was wrong with the records behind it, line by line."""
    rows: list[tuple[Cell, ...]] = []
    for book in books:
        for each in book.problems[:PROBLEMS]:
            words: Cell = Words(WORDS[each["reason"]]) if each["reason"] in WORDS else str(each["reason"])
            rows.append((str(book), f"{each['file']}:{each['line']}", words, each["expected"], each["found"]))
    head = ("book", "line", "problem", "expected", "found")
    return Section(TRACE["problems"], table=Grid(tuple(TRACE[each] for each in head), tuple(rows), (2, 2, 3, 2, 2)))


def _joins(found: TraceResult, view: AccountView) -> Section:
    lines = lines_of(found.result)
    rows = tuple(
        (
            _side(each["out"], each["amount_out"], lines, view),
            _side(each["into"], each["amount_in"], lines, view),
            Words(JOIN_KINDS[each["kind"]]),
            say("level and confidence " + each["level"], confidence=each["confidence"]),
            Words(REASONS[each["reason"]]) if each["reason"] in REASONS else str(each["reason"]),
            f"{each['facts'].get('accepted_by', '-')}: {each['facts'].get('accepted_why', '-')}",
        )
        for each in found.result["joins"][:ROWS]
    )
    head = ("out", "into", "kind", "level", "joined because", "accepted by")
    table = Grid(tuple(TRACE[each] for each in head), rows, (3, 3, 2, 2, 4, 3))
    return Section(TRACE["joins"], table=table, after=tuple(cut(found, found.result["joins"])))


def _side(ref: Mapping[str, Any], amount: str, lines: Lines, view: AccountView) -> str:
    """`bank:DE89…, 2026-02-03, FT26034EX1, 250,000.00 KES`: one side of a join."""
    if "ledger" not in ref:
        return f"{ref['network']} {ref['txid']}:{ref['vout']}, {amount}"
    place = (ref["ledger"], tuple(ref["position"]))
    shown = view.money(amount, lines[place]["asset"]) if place in lines else amount
    return f"{line_in_words(*place, lines)}, {shown}"


def _ends(found: TraceResult, view: AccountView) -> Section:
    """The identity of every ledger and asset by itself."""
    rows: list[tuple[Cell, ...]] = []
    for each in found.result["totals"]:
        parts = [(words, int(each[name])) for name, words in PARTS.items()]
        parts.append((TRACE["part stopped"], sum(int(amount) for amount in each["stopped"].values())))
        shown = [(words, amount) for words, amount in parts if amount]
        rows += [(each["ledger"], Words(words), view.money(str(amount), each["asset"])) for words, amount in shown]
    table = Grid((TRACE["ledger"], TRACE["part"], TRACE["amount"]), tuple(rows), (3, 3, 2))
    return Section(TRACE["ends"], table=table, after=(say("adds up accounts"),) if found.result["conserves"] else ())


def _leaves(found: TraceResult, view: AccountView) -> Section:
    leaves = view.leaves
    rows = tuple(
        (each["ledger"], each["account"] or "-", each["money"], _state(each), each["to"] or "-")
        for each in leaves[:ROWS]
    )
    head = ("ledger", "account", "amount", "state", "goes to")
    table = Grid(tuple(TRACE[each] for each in head), rows, (3, 3, 2, 3, 2))
    return Section(TRACE["places reached"], table=table, after=tuple(cut(found, leaves)))


def _state(leaf: Mapping[str, Any]) -> Words:
    if leaf["stop"]:
        return Words(ACCOUNT_STOPS[leaf["stop"]])
    return Words(LEAVES.get(leaf["state"]) or FLOW_WORDS.get(leaf["state"], leaf["state"]))


def _steps(found: TraceResult, view: AccountView) -> Section:
    steps = view.outputs
    rows = tuple(
        (
            str(each["hop"]),
            each["time"],
            each["ledger"],
            each["sender"] or "-",
            each["receiver"] or "-",
            each["traced_money"],
            " · ".join(part for part in (each["ref"], each["source"]) if part),
        )
        for each in steps[:ROWS]
    )
    head = ("hop", "time", "ledger", "from", "to", "amount", "record")
    table = Grid(tuple(TRACE[each] for each in head), rows, (0, 2, 3, 3, 3, 3, 4))
    return Section(TRACE["steps"], table=table, after=tuple(cut(found, steps)))
