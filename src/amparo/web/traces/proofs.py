"""Merkle proofs of a chain's transactions, from the file that was kept beside its store."""

from collections.abc import Iterable

from amparo.ledger import bundle_proofs
from amparo.web.traces.actions import source_of, store_of
from amparo.web.traces.models import ChainWindow


def proofs_of(chain: ChainWindow, txids: Iterable[str]) -> dict[str, bytes]:
    """Path in a bundle's data folder -> proof; empty where the chain's source was not kept.

    Raises the engine's error where the kept source is not what the store was loaded from.
    """
    source = source_of(chain)
    return bundle_proofs(store_of(chain), txids, source) if source.is_dir() else {}
