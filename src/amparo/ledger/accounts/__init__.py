"""Ledgers of accounts with balances: EVM and TRON chains, banks, mobile money."""

from amparo.ledger.accounts.books import Asset, Balance, Block, Opening
from amparo.ledger.accounts.bridges import BridgeRules, bridge_joins
from amparo.ledger.accounts.bridges import Side as BridgeSide
from amparo.ledger.accounts.check import check_balances
from amparo.ledger.accounts.deposits import (
    DepositAddress,
    DepositRules,
    HotWallet,
    deposit_addresses,
    hot_wallet_candidates,
    shared_users,
)
from amparo.ledger.accounts.join import (
    JOIN_KINDS,
    Join,
    JoinKind,
    JoinLevel,
    OutputRef,
    Ref,
    TransferRef,
    read_transfer_ref,
)
from amparo.ledger.accounts.rules import ACCOUNT_RULES
from amparo.ledger.accounts.store import AccountStore
from amparo.ledger.accounts.trace import (
    ACCOUNT_NOTES,
    ACCOUNT_STOPS,
    AccountLeaf,
    AccountNote,
    AccountSeed,
    AccountStep,
    AccountStop,
    AccountStops,
    AccountTrace,
    AssetTotals,
    Seed,
    Side,
    TransferSeed,
    rerun_account_trace,
    seed_from_dict,
    trace_accounts,
)
from amparo.ledger.accounts.transfer import Account, Kind, Position, Transfer

__all__ = [
    "ACCOUNT_NOTES",
    "ACCOUNT_RULES",
    "ACCOUNT_STOPS",
    "JOIN_KINDS",
    "Account",
    "AccountLeaf",
    "AccountNote",
    "AccountSeed",
    "AccountStep",
    "AccountStop",
    "AccountStops",
    "AccountStore",
    "AccountTrace",
    "Asset",
    "AssetTotals",
    "Balance",
    "Block",
    "BridgeRules",
    "BridgeSide",
    "DepositAddress",
    "DepositRules",
    "HotWallet",
    "Join",
    "JoinKind",
    "JoinLevel",
    "Kind",
    "Opening",
    "OutputRef",
    "Position",
    "Ref",
    "Seed",
    "Side",
    "Transfer",
    "TransferRef",
    "TransferSeed",
    "bridge_joins",
    "check_balances",
    "deposit_addresses",
    "hot_wallet_candidates",
    "read_transfer_ref",
    "rerun_account_trace",
    "seed_from_dict",
    "shared_users",
    "trace_accounts",
]
