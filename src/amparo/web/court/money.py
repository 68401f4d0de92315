"""Amounts of a trace as a court reads them: exact, each asset by itself, never added to another."""

from collections.abc import Iterable, Mapping
from typing import Any

from amparo.ledger.picture import Unit
from amparo.ledger.picture.of_trace import BITCOIN, UNITS
from amparo.web.traces.books import when
from amparo.web.traces.models import TraceResult
from amparo.web.traces.show_accounts import AccountView


def in_blocks(found: TraceResult) -> Unit:
    """The unit of the chain a result is about."""
    return UNITS.get(found.result["chain"]["network"], BITCOIN)


#: Ledger and position -> the step that passed there, as the result has it.
Lines = Mapping[tuple[str, tuple[int, ...]], Mapping[str, Any]]


def lines_of(result: Mapping[str, Any]) -> Lines:
    return {(each["ledger"], tuple(each["position"])): each for each in result["steps"]}


def line_in_words(ledger: str, position: tuple[int, ...], lines: Lines) -> str:
    """`bank:DE89…, 2026-02-03, FT26034EX1`; where the walk did not pass, by position."""
    step = lines.get((ledger, position))
    if step is None:
        return f"{ledger} @ {':'.join(map(str, position))}"
    return ", ".join(part for part in (ledger, when(step["time"], precise=step["precise"]), step["ref"]) if part)


class Amounts:
    """Reads the sums of an account trace's result."""

    def __init__(self, result: Mapping[str, Any]) -> None:
        self.result = result
        self.money = AccountView(result).money

    def total(self, part: str) -> str:
        """One part of the identity: the sum of each asset over all ledgers."""
        return self._text((each["asset"], int(each[part])) for each in self.result["totals"])

    def stopped(self) -> str:
        return self._text(
            (each["asset"], sum(int(amount) for amount in each["stopped"].values())) for each in self.result["totals"]
        )

    def ended(self, *states: str) -> str:
        """What ended in one of these states."""
        rows = (each for each in self.result["leaves"] if each["state"] in states)
        return self._text((each["asset"], int(each["amount"])) for each in rows)

    def _text(self, amounts: Iterable[tuple[str, int]]) -> str:
        sums: dict[str, int] = {}
        for asset, amount in amounts:
            sums[asset] = sums.get(asset, 0) + amount
        return " · ".join(self.money(str(amount), asset) for asset, amount in sums.items() if amount) or "0"
