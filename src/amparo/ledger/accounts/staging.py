"""Stage what sources give: transfers, openings and blocks go to Parquet parts in batches, in any order."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from amparo.base import NotCanonical, canonical
from amparo.ledger.accounts.books import Block, Opening
from amparo.ledger.accounts.errors import BadTransfer
from amparo.ledger.accounts.join import Join, Ref, TransferRef
from amparo.ledger.accounts.layout import (
    BLOCK_TABLE,
    JOIN_TABLE,
    MAX_AMOUNT,
    OPENING_TABLE,
    TRANSFER_TABLE,
    amount_bytes,
    balance_bytes,
)
from amparo.ledger.accounts.transfer import Position, Transfer

BATCH: Final = 1 << 14
_EMPTY_EXTRA: Final = "{}"


class Part:
    """One Parquet file, written batch by batch; rows are tuples in the schema's order."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.path = path
        self.schema = schema
        self.rows: list[tuple[Any, ...]] = []
        self.writer = pq.ParquetWriter(path, schema, compression="zstd")

    def add(self, row: tuple[Any, ...]) -> None:
        self.rows.append(row)
        if len(self.rows) >= BATCH:
            self.flush()

    def flush(self) -> None:
        if not self.rows:
            return
        columns: Sequence[Sequence[Any]] = list(zip(*self.rows, strict=True))
        arrays = [pa.array(column, type=field.type) for column, field in zip(columns, self.schema, strict=True)]
        self.writer.write_table(pa.Table.from_arrays(arrays, schema=self.schema))
        self.rows = []

    def close(self) -> None:
        if self.writer.is_open:
            self.flush()
            self.writer.close()


class Staging:
    """`transfer`, `opening` and `block` parts in one folder. Memory stays at one batch of each."""

    def __init__(self, folder: Path) -> None:
        self.transfers = Part(folder / "transfer.part.parquet", TRANSFER_TABLE)
        self.openings = Part(folder / "opening.part.parquet", OPENING_TABLE)
        self.blocks = Part(folder / "block.part.parquet", BLOCK_TABLE)
        self.joins = Part(folder / "join.part.parquet", JOIN_TABLE)

    def add(
        self,
        transfers: Iterable[Transfer] = (),
        openings: Iterable[Opening] = (),
        blocks: Iterable[Block] = (),
        joins: Iterable[Join] = (),
    ) -> None:
        """They are read in this order, so the later ones may depend on the earlier. Raises BadTransfer."""
        for transfer in transfers:
            self.transfers.add(_transfer_row(transfer))
        for each in openings:
            row = (each.ledger, each.account, each.asset, balance_bytes(each.amount), each.source)
            self.openings.add(row)
        for block in blocks:
            self.blocks.add(tuple(block))
        for join in joins:
            self.joins.add((*_place(join.out), *_place(join.into), canonical(join.as_dict())))

    def close(self) -> None:
        for part in (self.transfers, self.openings, self.blocks, self.joins):
            part.close()


def _place(ref: Ref) -> tuple[str | None, int | None]:
    return (ref.ledger, ref.position.height) if isinstance(ref, TransferRef) else (None, None)


def _transfer_row(each: Transfer) -> tuple[Any, ...]:
    position = each.position
    if not 0 <= each.amount <= MAX_AMOUNT or (each.sender is None and each.receiver is None) or not _fits(position):
        raise BadTransfer(position=tuple(position), ledger=each.ledger, source=each.source, why=_why(each))
    return (
        *(each.ledger, *position, each.time, each.precise, each.kind.value, each.asset),
        *(each.sender, each.receiver, amount_bytes(each.amount), each.ref, each.source, each.remarks),
        _EMPTY_EXTRA if not each.extra else _extra(each),
    )


def _fits(position: Position) -> bool:
    return 0 <= position.height < 1 << 48 and 0 <= position.tx < 1 << 32 and 0 <= position.log < 1 << 32


def _why(each: Transfer) -> str:
    if not _fits(each.position):
        return "its place is out of range"
    if each.sender is None and each.receiver is None:
        return "it has neither payer nor payee"
    return f"its amount is {each.amount}"


def _extra(each: Transfer) -> str:
    try:
        return canonical(dict(each.extra))
    except NotCanonical as error:
        why = str(error.facts["why"])
        raise BadTransfer(position=tuple(each.position), ledger=each.ledger, source=each.source, why=why) from None
