"""Rule `lifo`: last in, first out. The last satoshis that came in are the first that go out.

The queue is turned round as a whole, so the order inside a coin flips at each step.

Units:   satoshis as half-open intervals, exact.
Error:   none; every satoshi is followed.
Meaning: an accounting convention, not proof of who controls an output.
Source:  Tironsakkul, Maarek, Eross, Just (2019), "Probing the Mystery of Cryptocurrency Theft".
"""

from collections.abc import Sequence

from amparo.base import gettext_noop
from amparo.ledger.taint.intervals import Intervals, OrderedRule, Queue, in_order, turned
from amparo.ledger.taint.rule import Funding


class Lifo(OrderedRule):
    name = "lifo"
    meaning = gettext_noop("Last in, first out: the last satoshis of the inputs become the first of the outputs.")
    legal = gettext_noop("The reverse order; shown so that the effect of the order on the result can be seen.")

    def examples(self) -> tuple[dict[str, object], ...]:
        return ({"inputs": ((3, 3), (7, 0)), "outputs": (5, 4), "traced": (0, 2), "fee": 1},)

    def queue(self, inputs: Sequence[Funding[Intervals]]) -> Queue:
        return turned(in_order(inputs))
