"""Rule `poison`: any traced input marks every output whole.

Units:   yes or no; the amounts shown are whole outputs.
Error:   none as reach; value is NOT conserved, so its sums are never a loss or a claim.
Meaning: what could have been reached at all: the outer bound of every other rule.
Source:  Moeser, Boehme, Breuker (2014), "Towards Risk Scoring of Bitcoin
         Transactions", doi 10.1007/978-3-662-44774-1_2.
"""

from collections.abc import Sequence

from amparo.base import gettext_noop
from amparo.ledger.taint.rule import FeePolicy, Funding, Moved


class Poison:
    name = "poison"
    meaning = gettext_noop("Reach only: every output of a transaction with any traced input counts in full.")
    legal = gettext_noop("An outer bound for searching; its sums exceed what was lost and are no measure of it.")
    conserves = False
    clean = False

    def examples(self) -> tuple[dict[str, object], ...]:
        return ({"inputs": ((3, 3), (7, 0)), "outputs": (5, 4), "traced": (5, 4), "fee": 0},)

    def claim(self, value: int, amount: int) -> bool:
        return amount > 0

    def amount(self, mark: bool, value: int) -> int:
        return value if mark else 0

    def move(self, inputs: Sequence[Funding[bool]], outputs: Sequence[int], fee: FeePolicy) -> Moved[bool]:
        reached = any(each.mark for each in inputs)
        return Moved(tuple(reached and value > 0 for value in outputs), 0)

    def merge(self, claimed: bool, arriving: bool, *, whole: bool) -> tuple[bool, int] | None:
        return claimed or arriving, 0
