"""TRON as an account ledger, TRC-20 tokens above all: TronGrid-shaped answers and tables of transfers."""

from amparo.ledger.accounts.tron.address import tron_address
from amparo.ledger.accounts.tron.grid import PageState, TronGrid
from amparo.ledger.accounts.tron.rows import KNOWN_ASSETS, LEDGER, TRX, USDT
from amparo.ledger.accounts.tron.tables import read_tron_table

__all__ = ["KNOWN_ASSETS", "LEDGER", "TRX", "USDT", "PageState", "TronGrid", "read_tron_table", "tron_address"]
