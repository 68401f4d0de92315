"""The manifest of a store: what was loaded, from which bytes, with which digests. Also the report of a load."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from amparo.base import SkipCount, Skipped, canonical, canonical_digest
from amparo.ledger.errors import NoStore, StoreVersion
from amparo.ledger.store.layout import CHAIN_ARRAYS, FORMAT, MANIFEST


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What one load found. `inputs` leaves coinbases out: they spend nothing. Hashes in their shown form.

    `window` is None where the chain was loaded from its first block on, else its declared name. Heights are
    None where the window's blocks do not say theirs. `new` is False when the store held this source already.
    `given`: how many of the unresolved inputs the source itself tells (amount and script). `cut`: blocks of a
    stale branch that this load took out of the store.
    """

    source: str
    network: str
    window: str | None
    blocks: int
    transactions: int
    inputs: int
    outputs: int
    resolved: int
    unresolved: int
    tip: str
    first_height: int | None
    last_height: int | None
    skipped: SkipCount
    new: bool = True
    given: int = 0
    cut: int = 0

    def as_dict(self) -> dict[str, Any]:
        plain = {name: getattr(self, name) for name in self.__slots__ if name not in ("skipped", "new", "cut")}
        examples = [list(each) for each in self.skipped.examples]
        return {**plain, "skipped": dict(self.skipped.counts), "skipped_examples": examples}

    @classmethod
    def from_dict(cls, value: Mapping[str, Any], *, new: bool) -> "LoadReport":
        skipped = SkipCount(counts=Counter(value["skipped"]))
        skipped.examples.extend(Skipped(*each) for each in value["skipped_examples"])
        plain = {name: part for name, part in value.items() if not name.startswith("skipped")}
        return cls(**plain, skipped=skipped, new=new)


class StoredFile(NamedTuple):
    """`name`: the file in the folder; an array may lie there with more rows than count."""

    rows: int
    sha256: str
    name: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """`files`: an array's `NAME.bin` or a table's file -> where it lies. `source_files`: in reading order.

    `generation` counts the loads and appends that made the store.
    """

    report: LoadReport
    source_digest: str
    source_files: tuple[tuple[str, int, str], ...]
    files: Mapping[str, StoredFile]
    generation: int = 1

    @property
    def data_digest(self) -> str:
        """One digest of the chain data: equal wherever the same blocks were loaded."""
        return canonical_digest({name: self.files[f"{name}.bin"].sha256 for name in CHAIN_ARRAYS})

    def array(self, name: str) -> StoredFile | None:
        return self.files.get(f"{name}.bin")

    def tables(self, name: str) -> tuple[str, ...]:
        """The Parquet files of one table, in order."""
        parts = [key for key in self.files if key.split(".")[0] == name and key.endswith(".parquet")]
        return tuple(sorted(parts, key=lambda part: int(part.split(".")[1]) if part.count(".") == 2 else 1))

    def write(self, folder: Path, name: str = MANIFEST) -> None:
        value = {
            "format": FORMAT,
            "generation": self.generation,
            "report": self.report.as_dict(),
            "source_digest": self.source_digest,
            "source_files": [list(each) for each in self.source_files],
            "files": {key: list(each) for key, each in self.files.items()},
        }
        (folder / name).write_text(canonical(value) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        path = folder / MANIFEST
        if not path.is_file():
            raise NoStore(store=folder.name)
        try:
            value = json.loads(path.read_text(encoding="utf-8"))
            found = value["format"]
        except (ValueError, KeyError, TypeError):
            raise NoStore(store=folder.name) from None
        if found != FORMAT:
            raise StoreVersion(store=folder.name, found=found, known=FORMAT)
        return cls(
            report=LoadReport.from_dict(value["report"], new=False),
            source_digest=value["source_digest"],
            source_files=tuple((name, size, sha256) for name, size, sha256 in value["source_files"]),
            files={key: StoredFile(*each) for key, each in value["files"].items()},
            generation=value["generation"],
        )
