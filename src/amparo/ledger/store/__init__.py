"""The ledger store: one chain window as Parquet tables and memory-mapped arrays, published in one step."""

from amparo.ledger.store.manifest import LoadReport, Manifest
from amparo.ledger.store.rows import BlockRow, OutputRow, TxRow
from amparo.ledger.store.store import Store

__all__ = ["BlockRow", "LoadReport", "Manifest", "OutputRow", "Store", "TxRow"]
