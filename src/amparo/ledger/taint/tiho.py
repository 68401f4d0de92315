"""Rule `tiho`: taint in, highest out. All traced satoshis go first, and the largest output takes first.

Units:   satoshis as half-open intervals, exact.
Error:   none; every satoshi is followed. Results depend on the whole set of seeds: runs do not add up.
Meaning: an accounting convention, not proof of who controls an output.
Source:  Tironsakkul, Maarek, Eross, Just (2019), "Probing the Mystery of Cryptocurrency Theft".
"""

from collections.abc import Sequence

from amparo.base import gettext_noop
from amparo.ledger.taint.intervals import Intervals, OrderedRule, Queue, in_order, joined, size
from amparo.ledger.taint.rule import Funding


class Tiho(OrderedRule):
    name = "tiho"
    meaning = gettext_noop("Taint in, highest out: traced satoshis go first, into the largest output first.")
    legal = gettext_noop("An investigator's assumption: a payer's change is small and the payment is large.")

    def examples(self) -> tuple[dict[str, object], ...]:
        return ({"inputs": ((3, 3), (7, 0)), "outputs": (4, 5), "traced": (0, 3), "fee": 0},)

    def queue(self, inputs: Sequence[Funding[Intervals]]) -> Queue:
        queue = in_order(inputs)
        return Queue(queue.length, joined([(0, size(queue.marked))]))

    def order(self, outputs: Sequence[int]) -> Sequence[int]:
        """Largest value first; of equal ones the lower output number."""
        return sorted(range(len(outputs)), key=lambda number: (-outputs[number], number))
