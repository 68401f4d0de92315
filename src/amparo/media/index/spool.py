"""Digests of one signal on their way into an index: spooled as they come, read back sorted, in bounded memory."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
import numpy.typing as npt

from amparo import _kernels

Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.uint32]

#: Records of a part that are sorted in memory at once; a larger part is divided again.
_PART_BYTES: Final = 64 << 20
_BLOCK: Final = 1 << 16


class DigestSpool:
    """Records (digest, entry number) in sixteen files by their first four bits, in the order they come."""

    def __init__(self, folder: Path, signal: str, octets: int) -> None:
        self.count = 0
        self.octets = octets
        self._parts = _Parts(folder, f"{signal}.spool", 0)

    def add(self, digests: Bytes, numbers: Numbers) -> None:
        """`digests`: (k, octets). `numbers`: (k,), the entry of each."""
        if not len(digests):
            return
        records = np.empty((len(digests), self.octets + 4), np.uint8)
        records[:, : self.octets] = digests
        records[:, self.octets :] = numbers.astype("<u4").view(np.uint8).reshape(-1, 4)
        self._parts.add(records)
        self.count += len(digests)

    def sorted_blocks(self) -> Iterator[tuple[Bytes, Numbers]]:
        """Yield the digests in order, equal ones as they came, with their numbers; the spool is used up."""
        for path in self._parts.close():
            yield from _sorted(path, self.octets, 1)

    def discard(self) -> None:
        for path in self._parts.close():
            path.unlink()


class _Parts:
    """Sixteen files by the half-byte `depth` of a record; those without a record are never made."""

    def __init__(self, folder: Path, name: str, depth: int) -> None:
        self._paths = [folder / f"{name}.{half:x}" for half in range(16)]
        self._files: dict[int, BinaryIO] = {}
        self._depth = depth

    def add(self, records: Bytes) -> None:
        halves = records[:, self._depth // 2] & 15 if self._depth % 2 else records[:, self._depth // 2] >> 4
        order = np.argsort(halves, kind="stable")
        records = records[order]
        borders = np.searchsorted(halves[order], np.arange(17)).tolist()
        for half in range(16):
            if borders[half] < borders[half + 1]:
                if half not in self._files:
                    self._files[half] = self._paths[half].open("wb", buffering=1 << 18)
                self._files[half].write(records[borders[half] : borders[half + 1]].data)

    def close(self) -> list[Path]:
        """Close the files and return those there are, in order."""
        for each in self._files.values():
            each.close()
        return [self._paths[half] for half in sorted(self._files)]


def _sorted(path: Path, octets: int, depth: int) -> Iterator[tuple[Bytes, Numbers]]:
    width = octets + 4
    if path.stat().st_size <= _PART_BYTES:
        records = np.fromfile(path, np.uint8).reshape(-1, width)
        path.unlink()
        yield _kernels.sort_records(records)
    elif depth == 2 * octets:  # one digest, over and over: in order as it is
        for records in _records(path, width):
            yield np.ascontiguousarray(records[:, :octets]), records[:, octets:].copy().view("<u4").reshape(-1)
        path.unlink()
    else:
        parts = _Parts(path.parent, path.name, depth)
        for records in _records(path, width):
            parts.add(records)
        path.unlink()
        for part in parts.close():
            yield from _sorted(part, octets, depth + 1)


def _records(path: Path, width: int) -> Iterator[Bytes]:
    with path.open("rb") as stream:
        while data := stream.read(_BLOCK * width):
            yield np.frombuffer(data, np.uint8).reshape(-1, width)
