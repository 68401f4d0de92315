"""EVM chains as account ledgers: read by JSON-RPC, with swaps, internal transfers and balances."""

from amparo.ledger.accounts.evm import events
from amparo.ledger.accounts.evm.address import checksum, is_checksummed
from amparo.ledger.accounts.evm.node import EVM_NETWORKS, EvmNode, IngestReport, ingest
from amparo.ledger.accounts.evm.rpc import Rpc

__all__ = ["EVM_NETWORKS", "EvmNode", "IngestReport", "Rpc", "checksum", "events", "ingest", "is_checksummed"]
