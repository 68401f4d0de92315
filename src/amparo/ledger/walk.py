"""Many blocks' bytes -> columns, by the native walk; the same errors as `read_block`, which reads one block alone."""

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from amparo import _kernels
from amparo.base import AmparoError
from amparo.ledger.columns import BlockColumns, TxBatch
from amparo.ledger.errors import (
    BlockCut,
    BytesLeftOver,
    CoinbaseMisplaced,
    CountBeyondBytes,
    EmptyTransaction,
    LongCompactSize,
    MerkleMismatch,
    NoProofOfWork,
    SourceChanged,
    ValueOutOfRange,
    WitnessMismatch,
)
from amparo.ledger.hashes import shown

NO_MASK: Final = bytes(8)
_PARTS: Final = ("transactions", "inputs", "outputs", "bytes", "witness parts")


class BlockBytes(NamedTuple):
    """Whole blocks in `data` (writable; a mask is undone there): where each lies, and where it came from.

    `hashes` (b, 32) = the headers expected, None = any mined ones. `names`: file name by file number.
    """

    data: npt.NDArray[np.uint8]
    start: npt.NDArray[np.uint64]
    length: npt.NDArray[np.uint64]
    at: npt.NDArray[np.uint64]
    file: npt.NDArray[np.uint16]
    names: Sequence[str]
    hashes: npt.NDArray[np.uint8] | None = None
    mask: bytes = NO_MASK


def walk_blocks(blocks: BlockBytes) -> TxBatch:
    """Parse whole blocks and hold transactions and witnesses against their headers.

    `blocks.height` of the batch is what the coinbase claims (BIP 34), -1 in older blocks. Raises an L01x error that
    names file and byte position for the first thing a valid block cannot hold, SourceChanged where a header is not
    the expected one. The interpreter lock is free meanwhile.
    """
    columns, fault = _kernels.walk_blocks(
        blocks.data, blocks.start, blocks.length, blocks.at, blocks.hashes, blocks.mask
    )
    if fault is not None:
        raise _error(fault, columns, blocks.names[int(blocks.file[fault[1]])])
    about = BlockColumns(
        **{name: columns.pop(name) for name in ("hash", "prev", "time", "height", "n_tx")},
        file=blocks.file,
        at=blocks.at,
        length=blocks.length.astype(np.uint32),
    )
    return TxBatch(about, **columns)


def walk_block(data: bytes, name: str, at: int = 0) -> TxBatch:
    """One block alone, which begins at byte `at` of the file `name`."""
    one = np.zeros(1, dtype=np.uint64)
    size = np.array([len(data)], dtype=np.uint64)
    place = np.array([at], dtype=np.uint64)
    whole = np.frombuffer(bytearray(data), dtype=np.uint8)
    return walk_blocks(BlockBytes(whole, one, size, place, np.zeros(1, dtype=np.uint16), [name]))


def _error(fault: tuple[int, int, int, int, int, int], columns: dict[str, Any], name: str) -> AmparoError:
    kind, _, at, *facts = fault
    place = {"file": name, "at": at}
    return _FAULTS[kind](place, facts, columns)


def _block(error: type[AmparoError]) -> Callable[[Any, Any, Any], AmparoError]:
    """An error that names the block; its hash is the last the walk wrote."""
    return lambda place, facts, columns: error(**place, block=shown(columns["hash"][-1].tobytes()))


def _signed(number: int) -> int:
    return number - (1 << 64) if number >> 63 else number


#: BlockFault (native/blocks_walk.hpp) -> the error.
_FAULTS: Final[dict[int, Callable[[Any, Any, Any], AmparoError]]] = {
    1: lambda place, facts, _: BlockCut(**place, wanted=facts[0], left=facts[1]),
    2: lambda place, *_: LongCompactSize(**place),
    3: lambda place, facts, _: CountBeyondBytes(**place, count=facts[0], what=_PARTS[facts[1]], left=facts[2]),
    4: lambda place, facts, _: ValueOutOfRange(**place, value=_signed(facts[0])),
    5: lambda place, facts, _: EmptyTransaction(**place, what=_PARTS[facts[0]]),
    6: lambda place, facts, _: BytesLeftOver(**place, left=facts[0]),
    7: _block(MerkleMismatch),
    8: _block(WitnessMismatch),
    9: lambda place, *_: NoProofOfWork(**place),
    10: lambda place, *_: CoinbaseMisplaced(**place),
    11: lambda place, *_: SourceChanged(file=place["file"]),
}
