"""A stored trace over accounts as a page shows it: totals by asset, where the money is, each transfer, joins."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

from django.utils.translation import gettext

from amparo.base import gettext_noop
from amparo.ledger.accounts.join import JOIN_KINDS
from amparo.ledger.accounts.trace import ACCOUNT_NOTES, ACCOUNT_STOPS
from amparo.ledger.joins import REASONS
from amparo.ledger.statements import StatementNote
from amparo.web.traces.books import shown_amount, when

PARTS: Final = {
    "claims": gettext_noop("Followed from the start"),
    "converted_in": gettext_noop("Arrived over joins"),
    "held": gettext_noop("Held in accounts"),
    "fee": gettext_noop("Paid as fees"),
    "absorbed": gettext_noop("Claimed before (absorbed)"),
    "left": gettext_noop("Left the known books"),
    "gap": gettext_noop("Lost where a balance is not known (gap)"),
    "converted_out": gettext_noop("Went on over joins"),
}
#: Where traced money ended, in words.
LEAVES: Final = {
    "held": gettext_noop("held in the account"),
    "stopped": gettext_noop("stopped by a rule"),
    "fee": gettext_noop("paid as fees"),
    "left": gettext_noop("left the known books"),
    "repaid": gettext_noop("paid back an overdraft"),
    "gap": gettext_noop("lost where a balance is not known"),
    "elsewhere": gettext_noop("went on in a book that is not loaded"),
    "opening": gettext_noop("came from the opening balance"),
    "entered": gettext_noop("came from outside the books"),
}


APART, TOGETHER = "\u2066", "\u2069"  # so that a day keeps its order among words from right to left
SECONDS: Final = 10  # digits of a time since 1970, until the year 2286


class AccountView:
    """Reads the JSON of an AccountTrace; nothing is computed here that the engine did not compute."""

    over_accounts = True

    def __init__(self, result: Mapping[str, Any]) -> None:
        self.result = result
        self.conserves = result["conserves"]
        self.rule = result["parameters"]["rule"]
        self.assets = dict(result["assets"])

    def money(self, amount: str, asset: str) -> str:
        known = self.assets.get(asset, {})
        return shown_amount(int(amount), int(known.get("decimals", 0)), str(known.get("symbol") or asset))

    @cached_property
    def totals(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """(ledger, (part, amount)...) for each asset of each ledger."""
        return [(total["ledger"], list(self._parts(total))) for total in self.result["totals"]]

    def _parts(self, total: Mapping[str, Any]) -> list[tuple[str, str]]:
        rows = [
            (gettext(words), self.money(total[name], total["asset"]))
            for name, words in PARTS.items()
            if name == "claims" or int(total[name])
        ]
        stopped = sum(int(each) for each in total["stopped"].values())
        return [*rows, (gettext("Stopped by a rule"), self.money(str(stopped), total["asset"]))] if stopped else rows

    @cached_property
    def outputs(self) -> list[dict[str, Any]]:
        """Every transfer passed, in the order of the walk."""
        return [
            {
                **step,
                "time": when(step["time"], precise=step["precise"]),
                "traced_money": self.money(step["traced"], step["asset"]),
                "amount_money": self.money(step["amount"], step["asset"]),
                "address": None,
                "mark_key": f"{step['ledger']}/{step['receiver'] or step['sender']}/{step['asset']}",
            }
            for step in self.result["steps"]
        ]

    @cached_property
    def leaves(self) -> list[dict[str, Any]]:
        """Where the money ended, the largest first in each asset."""
        rows = sorted(self.result["leaves"], key=lambda each: (each["ledger"], each["asset"], -int(each["amount"])))
        return [
            {
                **leaf,
                "money": self.money(leaf["amount"], leaf["asset"]),
                "state_words": gettext(LEAVES.get(leaf["state"], leaf["state"])),
                "stop_words": gettext(ACCOUNT_STOPS[leaf["stop"]]) if leaf["stop"] else "",
            }
            for leaf in rows
        ]

    @cached_property
    def joins(self) -> list[dict[str, Any]]:
        return [
            {
                **join,
                "reason_words": gettext(REASONS[join["reason"]]) if join["reason"] in REASONS else join["reason"],
                "kind_words": gettext(JOIN_KINDS[join["kind"]]),
                "out_name": join["out"].get("ledger") or join["out"]["network"],
                "into_name": join["into"].get("ledger") or join["into"]["network"],
                "who": join["facts"].get("accepted_by", "-"),
                "why": join["facts"].get("accepted_why", ""),
            }
            for join in self.result["joins"]
        ]

    @cached_property
    def notes(self) -> list[str]:
        sentences = {**ACCOUNT_NOTES, StatementNote({}).name: StatementNote({}).sentence}
        return [gettext(sentences[note["name"]]) % _readable(note["facts"]) for note in self.result["notes"]]


def _readable(facts: Mapping[str, Any]) -> dict[str, Any]:
    """A book without blocks ends at a place that begins with seconds since 1970: people read its time."""
    start = str(facts.get("tip", "")).partition(":")
    if not (start[1] and start[0].isdigit()):
        return dict(facts)
    seconds = int(start[0][:SECONDS])  # chains count thousandths
    return {**facts, "tip": f"{APART}{when(seconds, precise=True)} UTC{TOGETHER}"}
