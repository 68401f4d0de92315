"""AccountStore: open a published store of account ledgers, look things up, walk it; build, append and roll back.

A build goes into a new generation folder; the manifest that names it is published last, so a power cut leaves
either the old state or the new one. Two writers of one store must not run at once.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from amparo.base import Progress, silent
from amparo.ledger.accounts.books import Asset, Block, Opening
from amparo.ledger.accounts.build import Cut
from amparo.ledger.accounts.errors import AccountStoreDamaged, UnknownBlock, UnknownLedgerPlace
from amparo.ledger.accounts.join import Join, TransferRef
from amparo.ledger.accounts.layout import ARRAYS, KINDS, NOBODY, balance_of
from amparo.ledger.accounts.manifest import LedgerSpan, Manifest
from amparo.ledger.accounts.publish import Input, file_sha256, publish
from amparo.ledger.accounts.rows import PurseName, read_transfer
from amparo.ledger.accounts.transfer import Account, Kind, Position, Transfer


class AccountStore:
    """Rows (transfers) and purses (one asset of one account) are dense numbers, see `layout`."""

    def __init__(self, folder: Path, manifest: Manifest, arrays: Mapping[str, NDArray[Any]]) -> None:
        self.folder = folder
        self.manifest = manifest
        self.generation = folder / manifest.generation
        self.arrays = arrays
        self.spans: dict[str, LedgerSpan] = {span.name: span for span in manifest.ledgers}
        with pa.memory_map(str(self.generation / "purse.arrow")) as source:
            table = pa.ipc.open_file(source).read_all()
        self._purse = {name: table.column(name) for name in table.column_names}
        self._table = pq.ParquetFile(self.generation / "transfer.parquet", memory_map=True)
        self._group = lru_cache(maxsize=16)(self._read_group)
        self._group_rows = _group_starts(self._table)

    # Making a store.

    @classmethod
    def build(
        cls,
        folder: Path,
        transfers: Iterable[Transfer],
        openings: Iterable[Opening] = (),
        assets: Mapping[str, Asset] | None = None,
        *,
        blocks: Iterable[Block] = (),
        joins: Iterable[Join] = (),
        sources: Iterable[str] = (),
        progress: Progress = silent,
    ) -> "AccountStore":
        """Write a new store; `transfers` and the rest may come in any order and are read once, transfers first.

        `sources` names the files or nodes (with their digests) it was made from. Raises L5xx errors that name the
        transfer; then `folder` is as it was before.
        """
        new = Input(transfers, openings, blocks, joins, {} if assets is None else assets, tuple(sources))
        publish(folder, new, progress)
        return cls.open(folder)

    @classmethod
    def open(cls, folder: Path) -> "AccountStore":
        """File sizes are checked now, digests by `verify`. Raises NoAccountStore, AccountStoreVersion or Damaged."""
        manifest = Manifest.read(folder)
        generation = folder / manifest.generation
        arrays: dict[str, NDArray[Any]] = {}
        for name, kind in ARRAYS.items():
            path = generation / f"{name}.bin"
            rows = manifest.files[path.name][0] or 0
            if not path.is_file() or path.stat().st_size != np.dtype(kind.dtype).itemsize * kind.width * rows:
                raise AccountStoreDamaged(store=folder.name, file=path.name)
            data = np.asarray(np.memmap(path, dtype=kind.dtype, mode="r")) if rows else np.zeros(0, dtype=kind.dtype)
            arrays[name] = data.reshape(-1, kind.width) if kind.width > 1 else data
        try:
            return cls(folder, manifest, arrays)
        except (OSError, pa.ArrowInvalid):
            raise AccountStoreDamaged(store=folder.name, file="transfer.parquet, purse.arrow") from None

    def verify(self) -> None:
        """Hash every file against the manifest. Raises AccountStoreDamaged, naming the first that differs."""
        for name, (_, sha256) in self.manifest.files.items():
            path = self.generation / name
            if not path.is_file() or file_sha256(path) != sha256:
                raise AccountStoreDamaged(store=self.folder.name, file=name)

    def append(
        self,
        transfers: Iterable[Transfer] = (),
        openings: Iterable[Opening] = (),
        assets: Mapping[str, Asset] | None = None,
        *,
        blocks: Iterable[Block] = (),
        joins: Iterable[Join] = (),
        sources: Iterable[str] = (),
        progress: Progress = silent,
    ) -> "AccountStore":
        """Add to the store and return it as it is now; this object keeps showing the old state.

        The whole store is written anew (streamed, bounded memory), so append many blocks at once.
        """
        new = Input(transfers, openings, blocks, joins, {} if assets is None else assets, tuple(sources))
        publish(self.folder, new, progress, old=self.manifest)
        return AccountStore.open(self.folder)

    def with_assets(self, assets: Mapping[str, Asset]) -> "AccountStore":
        """Say how assets are shown; nothing else changes."""
        replace(self.manifest, assets={**self.assets, **assets}).publish(self.folder)
        return AccountStore.open(self.folder)

    def rollback(self, ledger: str, height: int, block_hash: str, *, progress: Progress = silent) -> "AccountStore":
        """Drop all of `ledger` above the block `height`, whose hash must be `block_hash`. Raises UnknownBlock."""
        held = next((each for each in self.blocks(ledger) if each.height == height), None)
        if held is None or held.hash != block_hash:
            raise UnknownBlock(ledger=ledger, height=height, hash=block_hash)
        publish(self.folder, Input(), progress, old=self.manifest, cut=Cut(ledger, height))
        return AccountStore.open(self.folder)

    # What it holds.

    @property
    def ledgers(self) -> tuple[str, ...]:
        return tuple(self.spans)

    @property
    def assets(self) -> Mapping[str, Asset]:
        return self.manifest.assets

    @property
    def sources(self) -> tuple[str, ...]:
        return self.manifest.sources

    @property
    def data_digest(self) -> str:
        """One digest of the transfers, openings and blocks: equal wherever the same were loaded."""
        return self.manifest.data_digest

    def __len__(self) -> int:
        return len(self.arrays["height"])

    def blocks(self, ledger: str) -> Iterator[Block]:
        """The blocks that were loaded of a chain, in order; none for other books."""
        table = pq.read_table(self.generation / "block.parquet", filters=[("ledger", "=", ledger)])
        for row in table.to_pylist():
            yield Block(row["ledger"], row["height"], row["hash"], row["parent"], row["time"])

    def joins(self) -> Iterator[Join]:
        """The joins its sources saw (swaps, wrapping); a caller may add others to them."""
        for batch in pq.ParquetFile(self.generation / "join.parquet").iter_batches(columns=["text"]):
            for text in batch.column("text").to_pylist():
                yield Join.from_dict(json.loads(text))

    def tip(self, ledger: str) -> Block | None:
        return max(self.blocks(ledger), key=lambda block: block.height, default=None)

    def accounts(self, ledger: str) -> Iterator[str]:
        """Accounts of a ledger in the order of their names, each once."""
        span, last = self.spans.get(ledger), None
        for purse in range(*(span[3:] if span else (0, 0))):
            account = self._purse["account"][purse].as_py()
            if account != last:
                yield account
            last = account

    def transfers(
        self,
        *,
        ledger: str | None = None,
        account: Account | None = None,
        asset: str | None = None,
        limit: int | None = 10_000,
    ) -> Iterator[Transfer]:
        """Transfers in order of ledger and position: all, of one ledger, or those that pay or are paid by `account`."""
        for count, row in enumerate(self.rows(ledger=ledger, account=account, asset=asset)):
            if count == limit:
                return
            yield self.row(row)

    def rows(
        self, *, ledger: str | None = None, account: Account | None = None, asset: str | None = None
    ) -> Iterator[int]:
        """The numbers of those transfers."""
        if account is not None:
            yield from sorted(set(self._rows_of(account, asset)))
            return
        spans = list(self.spans.values()) if ledger is None else filter(None, [self.spans.get(ledger)])
        for span in spans:
            for row in range(span.first, span.end):
                if asset is None or self.purse_name(self.side(row)).asset == asset:
                    yield row

    def _rows_of(self, account: Account, asset: str | None) -> Iterator[int]:
        for purse in self.purses(account):
            if asset is None or self.purse_name(purse).asset == asset:
                yield from (line >> 1 for line in self.lines(purse).tolist())

    def row(self, row: int) -> Transfer:
        group = int(np.searchsorted(self._group_rows, row, side="right")) - 1
        return read_transfer(self._group(group), row - int(self._group_rows[group]))

    def transfer(self, ref: TransferRef) -> Transfer:
        """Raises UnknownLedgerPlace."""
        return self.row(self.row_of(ref))

    def row_of(self, ref: TransferRef) -> int:
        """Binary search. Raises UnknownLedgerPlace."""
        span = self.spans.get(ref.ledger)
        low, high = (span.first, span.end) if span else (0, 0)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self.position(middle) < ref.position else (low, middle)
        if span is None or low == span.end or self.position(low) != ref.position:
            raise UnknownLedgerPlace(place=str(ref))
        return low

    # The numbers a walk needs.

    def position(self, row: int) -> Position:
        arrays = self.arrays
        return Position(int(arrays["height"][row]), int(arrays["tx"][row]), int(arrays["log"][row]))

    def time(self, row: int) -> int:
        return int(self.arrays["time"][row])

    def kind(self, row: int) -> Kind:
        return KINDS[int(self.arrays["kind"][row])]

    def amount(self, row: int) -> int:
        return int.from_bytes(self.arrays["amount"][row].tobytes(), "big")

    def sender(self, row: int) -> int | None:
        purse = int(self.arrays["sender"][row])
        return None if purse == NOBODY else purse

    def receiver(self, row: int) -> int | None:
        purse = int(self.arrays["receiver"][row])
        return None if purse == NOBODY else purse

    def side(self, row: int) -> int:
        """The purse of a side that is there."""
        sender = int(self.arrays["sender"][row])
        return sender if sender != NOBODY else int(self.arrays["receiver"][row])

    def ledger_of(self, row: int) -> LedgerSpan:
        return next(span for span in self.manifest.ledgers if span.first <= row < span.end)

    def lines(self, purse: int) -> NDArray[np.uint64]:
        """The lines of a purse in order: row * 2, + 1 where it receives."""
        start, end = self.arrays["purse_start"][purse : purse + 2].tolist()
        return np.asarray(self.arrays["purse_row"][start:end])

    def balance_after(self, purse: int, line: int) -> int:
        """Balance after the purse's line number `line` (0 = its first), from 0 where the opening is unknown."""
        start = int(self.arrays["purse_start"][purse])
        return balance_of(self.arrays["purse_after"][start + line].tobytes())

    def purse_name(self, purse: int) -> PurseName:
        return PurseName(*(self._purse[name][purse].as_py() for name in ("ledger", "account", "asset")))

    def purse_opening(self, purse: int) -> int | None:
        found = self._purse["opening"][purse].as_py()
        return None if found is None else balance_of(found)

    def purses(self, account: Account) -> range:
        """All purses of an account: they stand together."""
        low = self._first_purse((account.ledger, account.id, ""))
        end = low
        while end < len(self._purse["ledger"]) and self.purse_name(end)[:2] == (account.ledger, account.id):
            end += 1
        return range(low, end)

    def purse(self, account: Account, asset: str) -> int | None:
        wanted = PurseName(account.ledger, account.id, asset)
        found = self._first_purse(wanted)
        return found if found < len(self._purse["ledger"]) and self.purse_name(found) == wanted else None

    def _first_purse(self, wanted: tuple[str, str, str]) -> int:
        low, high = 0, len(self._purse["ledger"])
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self.purse_name(middle) < wanted else (low, middle)
        return low

    def opening(self, account: Account, asset: str) -> int | None:
        """Balance before the first line; None where no source says it."""
        purse = self.purse(account, asset)
        return None if purse is None else self.purse_opening(purse)

    def balance(self, account: Account, asset: str, at: Position | None = None) -> int | None:
        """Balance after the transaction or line `at` (default: at the end); None where the opening is unknown."""
        purse = self.purse(account, asset)
        opening = None if purse is None else self.purse_opening(purse)
        if purse is None or opening is None:
            return None
        line = len(self.lines(purse)) if at is None else self.lines_until(purse, at)
        return opening if line == 0 else self.balance_after(purse, line - 1)

    def lines_until(self, purse: int, at: Position) -> int:
        """How many lines of the purse stand in transactions up to that of `at`."""
        lines = self.lines(purse)
        low, high = 0, len(lines)
        while low < high:
            middle = (low + high) // 2
            before = self.position(int(lines[middle]) >> 1)[:2] <= at[:2]
            low, high = (middle + 1, high) if before else (low, middle)
        return low

    def _read_group(self, group: int) -> Mapping[str, Any]:
        table = self._table.read_row_group(group)
        return {name: table.column(name) for name in table.column_names}


def _group_starts(table: pq.ParquetFile) -> NDArray[np.int64]:
    rows = [table.metadata.row_group(number).num_rows for number in range(table.metadata.num_row_groups)]
    return np.concatenate([[0], np.cumsum(rows, dtype=np.int64)[:-1]]) if rows else np.zeros(0, dtype=np.int64)
