"""STATEMENTS: the forms that statements come in."""

from typing import Final

from amparo.base import Registry
from amparo.ledger.statements.camt053 import Camt053
from amparo.ledger.statements.exchange import ExchangeRecords
from amparo.ledger.statements.goaml import GoAml
from amparo.ledger.statements.mt940 import Mt940
from amparo.ledger.statements.records import StatementForm
from amparo.ledger.statements.table import TableStatement
from amparo.ledger.statements.transactions import Transactions

STATEMENTS: Final[Registry[StatementForm]] = Registry(
    "statement form", Camt053(), Mt940(), GoAml(), ExchangeRecords(), Transactions(), TableStatement()
)


def form_of(head: bytes) -> StatementForm | None:
    """The form that the first bytes of a file look like; None: a table, whose profile a person must choose."""
    return next((form for form in STATEMENTS if form.recognises(head)), None)
