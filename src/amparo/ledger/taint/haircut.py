"""Rule `haircut`: share traced value over the outputs of one transaction in proportion.

Each output, and the fee, carries the same fraction of taint as the inputs did.

Units:   integers in the chain's smallest unit (satoshi, wei); never floats.
Error:   rounding moves less than one unit per output and step; the total is conserved.
Meaning: an accounting convention, not proof of who controls an output.
Source:  Moeser, Boehme, Breuker (2014), "Towards Risk Scoring of Bitcoin
         Transactions", doi 10.1007/978-3-662-44774-1_2.
"""

from collections.abc import Sequence
from typing import NamedTuple

from amparo.base import gettext_noop
from amparo.ledger.errors import TaintExceedsValue
from amparo.ledger.taint.rule import FeePolicy, Funding, Moved


class Shares(NamedTuple):
    outputs: tuple[int, ...]  # tainted units per output, in the order given
    fee: int  # tainted units paid to the miner; the trace ends there


def haircut(tainted: int, outputs: Sequence[int], fee: int = 0) -> Shares:
    """Return the tainted units that land on each output and on the fee.

    Raises TaintExceedsValue if `tainted` is not within 0..sum(outputs) + fee.
    """
    values = (*outputs, fee)
    total = sum(values)
    if not 0 <= tainted <= total:
        raise TaintExceedsValue(tainted=tainted, total=total)
    if total == 0:
        return Shares((0,) * len(outputs), 0)
    shares = [tainted * value // total for value in values]
    # Whole units lost to rounding go to the largest remainders; ties to the first output.
    by_remainder = sorted(range(len(values)), key=lambda i: -(tainted * values[i] % total))
    for i in by_remainder[: tainted - sum(shares)]:
        shares[i] += 1
    return Shares(tuple(shares[:-1]), shares[-1])


class Haircut:
    """The fee always takes its proportion, whatever the fee policy says: that is what this rule means."""

    name = "haircut"
    meaning = gettext_noop("In proportion: every output and the fee carry the same fraction of traced value.")
    legal = gettext_noop("Sharing in proportion (pari passu), used where claimants to a mixed fund rank equally.")
    conserves = True
    clean = 0

    def examples(self) -> tuple[dict[str, object], ...]:
        return ({"inputs": ((50, 50), (50, 0)), "outputs": (60, 40), "traced": (30, 20), "fee": 0},)

    def claim(self, value: int, amount: int) -> int:
        return min(amount, value)

    def amount(self, mark: int, value: int) -> int:
        return mark

    def move(self, inputs: Sequence[Funding[int]], outputs: Sequence[int], fee: FeePolicy) -> Moved[int]:
        paid = sum(each.value for each in inputs) - sum(outputs)
        return Moved(*haircut(sum(each.mark for each in inputs), outputs, paid))

    def merge(self, claimed: int, arriving: int, *, whole: bool) -> tuple[int, int] | None:
        """On a partial claim nobody can say which part arrives: refuse."""
        return (claimed, arriving) if whole or not arriving else None
