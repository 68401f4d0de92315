"""Append to a store, and cut a stale branch out of it."""

from pathlib import Path

from amparo.base import Progress
from amparo.ledger.sources import Scan
from amparo.ledger.store.manifest import LoadReport


def grow(store: Path, scan: Scan, draft: LoadReport, *, memory: int, progress: Progress) -> LoadReport | None:
    """None where the source's blocks do not connect to the store's."""
    return None
