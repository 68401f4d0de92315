"""What a search for joins may take for the same money, and the reasons it gives."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from amparo.base import gettext_noop
from amparo.ledger.accounts import Join

DAY: Final = 86_400
#: Books of these kinds see one customer's side only, so what leaves one may enter another.
STATEMENT_BOOKS: Final = ("bank:", "mobile:", "exchange:", "goaml:")

#: Why two transfers are held to be one passage; the keys are permanent and stand in `Join.reason`.
REASONS: Final[Mapping[str, str]] = {
    "exchange-trade": gettext_noop("The exchange's own record books both sides as one trade."),
    "exchange-record": gettext_noop("The exchange's own record names the transaction or payment on the other side."),
    "same-receipt": gettext_noop("The operator's own receipt number stands in both statements, with the same amount."),
    "same-reference": gettext_noop("The same reference stands on both sides, with amounts and times that fit."),
    "named-account": gettext_noop("One side names the account of the other; the amount is equal and the time fits."),
    "amount-and-time": gettext_noop("Amounts are equal and times fit; nothing else ties the two together."),
    "amount-less-fee": gettext_noop("The amount is equal but for a fee and the time fits; nothing else ties them."),
    "by-hand": gettext_noop("A person laid this join."),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """`hours`: how long money may be under way. `days`: the same where a side gives a date and no hour.

    `fee_permille`: how much less may arrive by amount alone. `most`: proposals at all; transfers looked at per book.
    """

    hours: int = 72
    days: int = 4
    fee_permille: int = 30
    most: int = 10_000
    most_transfers: int = 500_000

    def window(self, precise: bool) -> tuple[int, int]:
        """Seconds before and after: an inflow is never before its outflow, but a date may stand for a later hour."""
        return (0, self.hours * 3600) if precise else (DAY, self.days * DAY)

    def as_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


class Proposal(NamedTuple):
    """One candidate. `rivals`: other candidates for the same money out, or the same money in; 0 = the only one."""

    join: Join
    rivals: int

    @property
    def ambiguous(self) -> bool:
        return self.rivals > 0
