"""Rule `fifo`: first in, first out. The first satoshis that came in are the first that go out.

Units:   satoshis as half-open intervals, exact.
Error:   none; every satoshi is followed.
Meaning: an accounting convention, not proof of who controls an output.
Source:  Devaynes v Noble (Clayton's case, 1816); Anderson, Shumailov, Ahmed (2018), "Making Bitcoin Legal".
"""

from amparo.base import gettext_noop
from amparo.ledger.taint.intervals import OrderedRule


class Fifo(OrderedRule):
    name = "fifo"
    meaning = gettext_noop("First in, first out: the first satoshis of the inputs become the first of the outputs.")
    legal = gettext_noop("The order of Clayton's case (1816), used for mixed running accounts in common-law courts.")

    def examples(self) -> tuple[dict[str, object], ...]:
        return ({"inputs": ((3, 3), (7, 0)), "outputs": (5, 4), "traced": (3, 0), "fee": 0},)
