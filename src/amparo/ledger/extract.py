"""A source's blocks straight into Parquet tables, without a store: ids, amounts, scripts, as each block says them.

What needs the whole chain (which output an input spends, addresses' numbers, what spends an output) is null here;
`load` finds it. Walking and encoding run on several threads; a few batches are in memory at a time.
"""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from amparo.base import Progress, silent
from amparo.ledger.columns import TxBatch
from amparo.ledger.sources import Scan
from amparo.ledger.store.builder import Counts
from amparo.ledger.store.tables import TableFile, block_table, input_table, output_table, tx_table

_AHEAD: Final = 2  # batches that wait for the encoders


def extract(scan: Scan, folder: Path, *, progress: Progress = silent) -> Counts:
    """Write block.parquet, tx.parquet, input.parquet and output.parquet into `folder`, which is made.

    Returns the rows written. Raises what the scan's batches raise; then no table is whole.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables = {name: TableFile(folder / f"{name}.parquet", name) for name in _MAKERS}
    pools = [ThreadPoolExecutor(1) for _ in tables]  # a table's batches stay in order
    waiting: deque[list[Future[None]]] = deque()
    counts = Counts()
    try:
        for batch in scan.batches(progress):
            height = scan.first_height
            made = zip(pools, tables.items(), strict=True)
            waiting.append([pool.submit(_write, table, name, batch, counts, height) for pool, (name, table) in made])
            counts = _after(counts, batch)
            while len(waiting) > _AHEAD:
                _settle(waiting.popleft())
        while waiting:
            _settle(waiting.popleft())
        _settle([pool.submit(table.close) for pool, table in zip(pools, tables.values(), strict=True)])
    finally:
        for pool in pools:
            pool.shutdown(cancel_futures=True)
        for table in tables.values():
            table.close()
    return counts


def _settle(futures: list[Future[None]]) -> None:
    for each in futures:
        each.result()


def _write(table: TableFile, name: str, batch: TxBatch, before: Counts, first_height: int | None) -> None:
    table.write(_MAKERS[name](batch, before, first_height))


def _after(before: Counts, batch: TxBatch) -> Counts:
    rows = (len(batch.blocks.hash), len(batch.txid), len(batch.value), len(batch.sequence))
    return Counts(*(old + new for old, new in zip(before, rows, strict=True)))


def _starts(counts: npt.NDArray[np.uint32], before: int) -> npt.NDArray[np.uint64]:
    """First row of each transaction, and one more at the end."""
    return np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(counts, dtype=np.uint64)]) + np.uint64(before)


def _input(batch: TxBatch, before: Counts, _: int | None) -> pa.Table:
    return input_table(
        _starts(batch.n_in, before.inputs),
        before.txs,
        prev_txid=batch.prev_txid,
        prev_vout=batch.prev_vout,
        sequence=batch.sequence,
        prev_out=None,
    )


def _output(batch: TxBatch, before: Counts, _: int | None) -> pa.Table:
    first = _starts(batch.n_out, before.outputs)
    return output_table(first, before.txs, value=batch.value, stype=batch.stype, payload=batch.payload, found=None)


_MAKERS: Final[dict[str, Callable[[TxBatch, Counts, int | None], pa.Table]]] = {
    "block": lambda batch, before, height: block_table(batch, before.blocks, height),
    "tx": lambda batch, before, _: tx_table(batch, before),
    "input": _input,
    "output": _output,
}
