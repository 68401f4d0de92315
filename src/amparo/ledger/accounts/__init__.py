"""Ledgers of accounts with balances: EVM and TRON chains, banks, mobile money."""

from amparo.ledger.accounts.books import Asset, Balance, Block, Opening
from amparo.ledger.accounts.check import check_balances
from amparo.ledger.accounts.join import JOIN_KINDS, Join, JoinKind, JoinLevel, OutputRef, Ref, TransferRef
from amparo.ledger.accounts.store import AccountStore
from amparo.ledger.accounts.transfer import Account, Kind, Position, Transfer

__all__ = [
    "JOIN_KINDS",
    "Account",
    "AccountStore",
    "Asset",
    "Balance",
    "Block",
    "Join",
    "JoinKind",
    "JoinLevel",
    "Kind",
    "Opening",
    "OutputRef",
    "Position",
    "Ref",
    "Transfer",
    "TransferRef",
    "check_balances",
]
