"""Merkle proofs of a chain's transactions, from the file that was kept beside its store."""

from collections.abc import Iterable

from amparo.ledger import bundle_proofs
from amparo.ledger.proof.errors import NoRawBlocks
from amparo.web.traces.actions import source_of, store_of
from amparo.web.traces.models import ChainWindow


def proofs_of(chain: ChainWindow, txids: Iterable[str]) -> dict[str, bytes]:
    """Path in a bundle's data folder -> proof; empty where the chain's source was not kept or holds no raw blocks.

    Raises the engine's error where the kept source is not what the store was loaded from.
    """
    source = source_of(chain)
    if not source.is_dir():
        return {}
    try:
        return bundle_proofs(store_of(chain), txids, source)
    except NoRawBlocks:
        return {}  # tables, explorers: the bundle says of each transaction that no proof is kept
