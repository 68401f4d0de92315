"""The store's transforms as sets: on this machine by DuckDB, beyond it by Spark, with equal tables.

Needs only the store's Parquet tables. One machine does not need this room: the arrays answer faster. It is for the
day when a chain outgrows the machine; docs/how-to/beyond-one-machine.md says when that is.
"""

from amparo.ledger.transforms.compare import TableDifference, compare
from amparo.ledger.transforms.engine import ENGINES, Engine
from amparo.ledger.transforms.run import TABLES, TransformReport, transform

__all__ = ["ENGINES", "TABLES", "Engine", "TableDifference", "TransformReport", "compare", "transform"]
