"""A stored trace result as a page shows it: outputs by hop, notes as sentences, satoshi exact beside BTC."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

from django.utils.translation import gettext

from amparo.base import gettext_noop
from amparo.ledger import NOTES, STOP_REASONS
from amparo.ledger.picture import row_anchor

STATES: Final = {
    "held": gettext_noop("unspent in the loaded blocks"),
    "spent": gettext_noop("spent further on"),
    "stopped": gettext_noop("stopped by a rule"),
    "absorbed": gettext_noop("claimed before"),
    "destroyed": gettext_noop("can never be spent"),
    "gap": gettext_noop("leaves the loaded blocks"),
    "minted": gettext_noop("newly made coins"),
}


def btc(satoshi: int) -> str:
    """`12.34500000 BTC`: exact, all eight places."""
    whole, rest = divmod(satoshi, 10**8)
    return f"{whole:,}.{rest:08d} BTC"


class ResultView:
    """Reads the JSON of a TraceResult; nothing is computed here that the engine did not compute."""

    over_accounts = False

    def __init__(self, result: Mapping[str, Any]) -> None:
        self.result = result
        self.conserves = result["conserves"]
        self.rule = result["parameters"]["rule"]

    @cached_property
    def addresses(self) -> list[str]:
        return sorted({each["address"] for each in self.result["outputs"] if each["address"]})

    @cached_property
    def outputs(self) -> list[dict[str, Any]]:
        return [
            {
                **each,
                "mark_key": each["ref"],
                "anchor": row_anchor(each["ref"]),
                "tainted_btc": btc(each["tainted"]),
                "value_btc": btc(each["value"]),
                "state_words": gettext(STATES.get(each["state"], each["state"])),
                "stop_words": gettext(STOP_REASONS[each["stop"]]) if each["stop"] else "",
            }
            for each in sorted(self.result["outputs"], key=lambda each: (each["hop"], each["ref"]))
        ]

    @cached_property
    def totals(self) -> list[tuple[str, int, str]]:
        """Label, satoshi, BTC of each part of the identity: claims = the sum of the others.

        A rule that conserves nothing has no identity: then what was claimed and what was reached.
        """
        totals = self.result["totals"]
        if not self.conserves:
            reached = [(gettext("Followed from the start"), totals["claims"]), (gettext("Reached"), totals["held"])]
            return [(label, satoshi, btc(satoshi)) for label, satoshi in reached]
        rows = [
            (gettext("Followed from the start"), totals["claims"]),
            (gettext("Held in unspent outputs"), totals["held"]),
            (gettext("Paid as fees"), totals["fee"]),
            (gettext("Claimed before (absorbed)"), totals["absorbed"]),
            (gettext("Stopped by a rule"), totals["stopped"]),
            (gettext("Destroyed"), totals["destroyed"]),
            (gettext("Outside the loaded blocks (gap)"), totals["gap"]),
        ]
        return [(label, satoshi, btc(satoshi)) for label, satoshi in rows]

    @cached_property
    def notes(self) -> list[str]:
        return [gettext(NOTES[note["name"]]) % note["facts"] for note in self.result["notes"]]
