"""The proofs of one trace as files of a court bundle, one a transaction."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from amparo.base import canonical
from amparo.ledger.proof.make import NEXT_HEADERS, merkle_proofs
from amparo.ledger.proof.raw import SourceBlocks
from amparo.ledger.store import Store

MAX_BYTES: Final = 256 << 20  # of all proofs of one trace together


def proof_path(txid: str) -> str:
    """Where the proof of a transaction stands in a bundle's data folder."""
    return f"proofs/{txid}.json"


def bundle_proofs(
    store: Store, txids: Iterable[str], source: Path, *, headers: int = NEXT_HEADERS, limit: int = MAX_BYTES
) -> dict[str, bytes]:
    """Path below data/ -> bytes of the proof, for each of `txids` that the store holds, in chain order.

    `source`: the file the store was loaded from, or the folder of its files. Proofs beyond `limit` bytes are left
    out; what has no entry here has no proof, and the bundle says so. Raises NoRawBlocks, BlockNotThere,
    TreeForgeable or TransactionForgeable.
    """
    found: dict[str, bytes] = {}
    size = 0
    txs = [store.find_tx(txid).tx for txid in sorted(set(txids))]
    for proof in merkle_proofs(store, SourceBlocks(store, source), txs, headers=headers):
        data = f"{canonical(proof.as_dict())}\n".encode()
        size += len(data)
        if size > limit:
            break
        found[proof_path(proof.txid)] = data
    return found
