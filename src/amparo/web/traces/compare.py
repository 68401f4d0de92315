"""All rules of a trace side by side: what each says is held, paid, stopped, and how many places it reaches."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.utils.translation import gettext

from amparo.ledger import TAINT_RULES
from amparo.ledger.accounts.rules import ACCOUNT_RULES
from amparo.ledger.statements import StatementReport, notes_on
from amparo.web.common.home import folder
from amparo.web.common.skips import in_words
from amparo.web.traces.actions.chains import store_of
from amparo.web.traces.models import TraceResult
from amparo.web.traces.picture import is_over_accounts
from amparo.web.traces.show import ResultView, btc
from amparo.web.traces.show_accounts import AccountView


def view_of(found: TraceResult) -> ResultView | AccountView:
    return AccountView(found.result) if is_over_accounts(found) else ResultView(found.result)


def statement_notes(found: TraceResult) -> list[str]:
    """What is wrong with the statements a trace over accounts went through, in sentences."""
    if not is_over_accounts(found):
        return []
    ledgers = {step["ledger"] for step in found.result["steps"]}
    books = [book for book in found.trace.books.all() if book.folder]
    reports = {book.folder: StatementReport.read(folder("ledger") / book.folder) for book in books}
    notes = notes_on(reports, ledgers)
    return [gettext(note.sentence) % {**note.facts, "reason": in_words(note.facts["reason"])} for note in notes]


def age_note(found: TraceResult) -> str:
    """Whether the chain went on since, or the block the result stands on was cut out of it; "" for neither."""
    chain = found.trace.chain
    if chain is None or found.result["chain"]["tip"] == chain.tip:
        return ""
    if store_of(chain).holds(found.result["chain"]["tip"]):
        return gettext("Blocks were added since: what this trace calls unspent may be spent by now. Trace again.")
    return gettext("This trace is stale: its last block is no longer in the chain. Trace again.")


class Row(NamedTuple):
    """One rule. `amounts`: held, fees, stopped, gap, each as text; "" where the rule conserves nothing."""

    rule: str
    meaning: str
    legal: str
    preferred: bool
    conserves: bool
    reached: int
    ends: int
    amounts: tuple[str, str, str, str]


def compared(results: Iterable[TraceResult], preferred: str) -> list[Row]:
    return [_row(each, preferred) for each in results]


def _row(found: TraceResult, preferred: str) -> Row:
    over_accounts = is_over_accounts(found)
    rule: Any = (ACCOUNT_RULES if over_accounts else TAINT_RULES)[found.rule]
    ends = _account_ends(found) if over_accounts else _output_ends(found)
    return Row(
        rule=found.rule,
        meaning=rule.meaning,
        legal=rule.legal,
        preferred=found.rule == preferred,
        conserves=rule.conserves,
        reached=len(found.result["steps"]) if over_accounts else len(found.result["outputs"]),
        ends=ends,
        amounts=_amounts(found) if rule.conserves else ("", "", "", ""),
    )


def _output_ends(found: TraceResult) -> int:
    return sum(1 for each in found.result["outputs"] if each["state"] == "held")


def _account_ends(found: TraceResult) -> int:
    return sum(1 for each in found.result["leaves"] if each["state"] == "held")


def _amounts(found: TraceResult) -> tuple[str, str, str, str]:
    if not is_over_accounts(found):
        totals = found.totals
        return btc(totals["held"]), btc(totals["fee"]), btc(totals["stopped"]), btc(totals["gap"])
    view = AccountView(found.result)
    stopped = [(total["asset"], sum(map(int, total["stopped"].values()))) for total in found.totals]
    return (
        _sum(view, [(total["asset"], int(total["held"])) for total in found.totals]),
        _sum(view, [(total["asset"], int(total["fee"])) for total in found.totals]),
        _sum(view, stopped),
        _sum(view, [(total["asset"], int(total["gap"])) for total in found.totals]),
    )


def _sum(view: AccountView, amounts: Iterable[tuple[str, int]]) -> str:
    """One text for several assets: they are never added to each other."""
    sums: dict[str, int] = {}
    for asset, amount in amounts:
        sums[asset] = sums.get(asset, 0) + amount
    return " · ".join(view.money(str(amount), asset) for asset, amount in sums.items() if amount) or "0"
