"""A transaction's own bytes, read again from the files a store was loaded from, and held against its id."""

from pathlib import Path

from amparo.base import AmparoError
from amparo.ledger.blocks import Origin, read_tx
from amparo.ledger.hashes import shown
from amparo.ledger.sources.base import read_mask, unmask
from amparo.ledger.store import Store, TxRow
from amparo.ledger.store.errors import SourceGone


def read_raw(store: Store, source: Path, tx: int) -> bytes:
    """The bytes of transaction `tx`, witnesses included; `source` is the file or folder the store was loaded from.

    Raises SourceGone, naming file and byte, where the file is missing, or what stands there is not this transaction.
    """
    row = store.tx(tx)
    path = source / row.block.file if source.is_dir() else source
    gone = SourceGone(txid=row.txid, file=row.block.file or source.name, at=row.at)
    if not row.size or path.name != row.block.file or not path.is_file():
        raise gone
    with path.open("rb") as stream:
        stream.seek(row.at)
        data = unmask(stream.read(row.size), read_mask(path.parent), row.at)
    if _id_of(data, row) != row.txid:
        raise gone
    return data


def _id_of(data: bytes, row: TxRow) -> str | None:
    """The id of what was read, None where it is no transaction at all."""
    try:
        return shown(read_tx(data, Origin(row.block.file, row.at)).txid)
    except AmparoError:
        return None
