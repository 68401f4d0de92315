"""TAINT_RULES: by which convention a transaction's inputs are said to reach its outputs. One file a rule.

None of them is proof of who controls an output; which one a court follows is a question of law. Show several.
"""

from typing import Any, Final

from amparo.base import Registry
from amparo.ledger.taint.fifo import Fifo
from amparo.ledger.taint.haircut import Haircut, haircut
from amparo.ledger.taint.lifo import Lifo
from amparo.ledger.taint.poison import Poison
from amparo.ledger.taint.rule import FEE_POLICIES, Funding, Moved, TaintRule, fee_policy
from amparo.ledger.taint.tiho import Tiho

TAINT_RULES: Final[Registry[TaintRule[Any]]] = Registry("taint rule", Fifo(), Lifo(), Tiho(), Haircut(), Poison())

__all__ = ["FEE_POLICIES", "TAINT_RULES", "Funding", "Moved", "TaintRule", "fee_policy", "haircut"]
