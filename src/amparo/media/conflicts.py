"""Digests that one list holds twice with different labels: both entries are kept, and this says so."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from amparo.base import Progress, silent
from amparo.media.index import EntryRef, Index, layout
from amparo.media.signals import SIGNALS

#: Rows compared at once.
_ROWS: Final = 1 << 20
Rows = npt.NDArray[np.uint8]


class Conflicts(NamedTuple):
    """`groups`: of entries with an equal exact digest and more than one label; each group once."""

    groups: int
    examples: list[dict[str, Any]]  # {"signal", "digest", "labels"}, the first few


def conflicts_in(folder: Path, most: int = 50, progress: Progress = silent) -> Conflicts:
    """Read the digests of the index at `folder` once. An entry without a label disagrees with nobody.

    Memory: some bytes for each conflict, and a million digests at a time. Raises IndexDamaged.
    """
    index = Index.open(folder)
    seen: set[int] = set()
    examples: list[dict[str, Any]] = []
    for signal in SIGNALS:
        if signal.exact and index.manifest["signals"].get(signal.name):
            for number, (digest, refs) in enumerate(_repeated(folder, signal.name, signal.octets)):
                if number % 1000 == 0:
                    progress(number, None, "entries")
                labels = sorted({label for ref in refs if (label := index.entry(EntryRef(ref)).label)})
                name = hash(tuple(refs))
                if len(labels) > 1 and name not in seen:
                    seen.add(name)
                    if len(examples) < most:
                        examples.append({"signal": signal.name, "digest": digest, "labels": labels})
    return Conflicts(len(seen), examples)


def _repeated(folder: Path, signal: str, octets: int) -> Iterator[tuple[str, list[int]]]:
    """Each digest that more than one entry has, with those entries: they stand side by side."""
    digests = np.memmap(folder / layout.column(signal, "digests"), np.uint8, "r").reshape(-1, octets)
    entries = np.memmap(folder / layout.column(signal, "entries"), "<u4", "r")
    begin = end = 0  # the run of equal digests that is open
    for pair in _equal_neighbours(digests):
        if pair == end and end > begin:
            end = pair + 1
            continue
        if end > begin:
            yield digests[begin].tobytes().hex(), entries[begin : end + 1].tolist()
        begin, end = pair, pair + 1
    if end > begin:
        yield digests[begin].tobytes().hex(), entries[begin : end + 1].tolist()


def _equal_neighbours(digests: Rows) -> Iterator[int]:
    """Numbers of the rows that equal the row after them."""
    for start in range(0, len(digests) - 1, _ROWS):
        part = digests[start : start + _ROWS + 1]
        same = (part[:-1] == part[1:]).all(axis=1)
        yield from (np.nonzero(same)[0] + start).tolist()
