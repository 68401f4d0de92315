"""ACCOUNT_RULES: by which convention an account's inflows are said to reach its outflows.

None of them is proof of who controls an account; which one a court follows is a question of law. Show several.
"""

from typing import Final

from amparo.base import Registry
from amparo.ledger.accounts.rules.ordered import Fifo, Lifo, LowestBalance, Tiho
from amparo.ledger.accounts.rules.rule import AccountRule, Mark, Queue
from amparo.ledger.accounts.rules.shares import Haircut, Poison

ACCOUNT_RULES: Final[Registry[AccountRule]] = Registry(
    "account taint rule", Fifo(), Lifo(), Tiho(), Haircut(), LowestBalance(), Poison()
)

__all__ = ["ACCOUNT_RULES", "AccountRule", "Mark", "Queue"]
