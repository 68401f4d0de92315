"""Ledgers of accounts with balances: EVM and TRON chains, banks, mobile money."""

from amparo.ledger.accounts.transfer import Account, Kind, Position, Transfer

__all__ = ["Account", "Kind", "Position", "Transfer"]
