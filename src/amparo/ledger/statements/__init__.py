"""Statements of banks, mobile money and exchanges, read into transfers, opening balances and problems.

STATEMENTS: the forms they come in. Every defect is said with file and line; nothing is guessed silently.
"""

from typing import Final

from amparo.base import Registry
from amparo.ledger.statements.camt053 import Camt053
from amparo.ledger.statements.exchange import ExchangeRecords
from amparo.ledger.statements.goaml import GoAml
from amparo.ledger.statements.guess import Guess, guess_profile
from amparo.ledger.statements.mt940 import Mt940
from amparo.ledger.statements.profile import Profile, profiles, read_profile
from amparo.ledger.statements.records import Options, Place, Problem, Read, StatementExample, StatementForm
from amparo.ledger.statements.table import TableStatement
from amparo.ledger.statements.transactions import Transactions

STATEMENTS: Final[Registry[StatementForm]] = Registry(
    "statement form", Camt053(), Mt940(), GoAml(), ExchangeRecords(), Transactions(), TableStatement()
)

__all__ = [
    "STATEMENTS",
    "Guess",
    "Options",
    "Place",
    "Problem",
    "Profile",
    "Read",
    "StatementExample",
    "StatementForm",
    "form_of",
    "guess_profile",
    "profiles",
    "read_profile",
]


def form_of(head: bytes) -> StatementForm | None:
    """The form that the first bytes of a file look like; None: a table, whose profile a person must choose."""
    return next((form for form in STATEMENTS if form.recognises(head)), None)
