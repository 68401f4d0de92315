"""Follow money through account ledgers: seeds, stop rules, the walk, and its result."""

from amparo.ledger.accounts.trace.notes import ACCOUNT_NOTES, AccountNote
from amparo.ledger.accounts.trace.result import AccountLeaf, AccountStep, AccountTrace
from amparo.ledger.accounts.trace.run import rerun_account_trace, trace_accounts
from amparo.ledger.accounts.trace.seeds import AccountSeed, Seed, Side, TransferSeed, seed_from_dict
from amparo.ledger.accounts.trace.stops import ACCOUNT_STOPS, AccountStop, AccountStops
from amparo.ledger.accounts.trace.totals import AssetTotals

__all__ = [
    "ACCOUNT_NOTES",
    "ACCOUNT_STOPS",
    "AccountLeaf",
    "AccountNote",
    "AccountSeed",
    "AccountStep",
    "AccountStop",
    "AccountStops",
    "AccountTrace",
    "AssetTotals",
    "Seed",
    "Side",
    "TransferSeed",
    "rerun_account_trace",
    "seed_from_dict",
    "trace_accounts",
]
