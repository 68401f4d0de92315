"""The manifest of an account store: which generation holds, its ledgers, assets, sources and digests."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from amparo.base import canonical, canonical_digest
from amparo.ledger.accounts.books import Asset
from amparo.ledger.accounts.errors import AccountStoreVersion, NoAccountStore
from amparo.ledger.accounts.layout import FORMAT, MANIFEST


class LedgerSpan(NamedTuple):
    """One ledger's rows [first, end) and purses [first_purse, end_purse)."""

    name: str
    first: int
    end: int
    first_purse: int
    end_purse: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """`files`: name -> (rows or None, sha256). `data`: what the data digest is made of, on any machine the same."""

    generation: str
    ledgers: tuple[LedgerSpan, ...]
    assets: Mapping[str, Asset]
    sources: tuple[str, ...]
    files: Mapping[str, tuple[int | None, str]]
    data: Mapping[str, str]

    @property
    def data_digest(self) -> str:
        return canonical_digest(dict(self.data))

    def publish(self, folder: Path) -> None:
        """Write the manifest in one step: before it the old generation holds, after it this one."""
        value = {
            "format": FORMAT,
            "generation": self.generation,
            "ledgers": [list(each) for each in self.ledgers],
            # A list, because a name of an asset may be any text and keys of canonical JSON may not.
            "assets": [[name, a.decimals, a.symbol, a.contract] for name, a in sorted(self.assets.items())],
            "sources": list(self.sources),
            "files": {name: list(each) for name, each in self.files.items()},
            "data": dict(self.data),
        }
        partial = folder / f".{MANIFEST}.{self.generation}"
        with partial.open("w", encoding="utf-8") as stream:
            stream.write(canonical(value) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(folder / MANIFEST)

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        try:
            value = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            found = value["format"]
            if found == FORMAT:
                return cls._from(value)
        except (OSError, ValueError, KeyError, TypeError):
            raise NoAccountStore(store=folder.name) from None
        raise AccountStoreVersion(store=folder.name, found=found, known=FORMAT)

    @classmethod
    def _from(cls, value: Mapping[str, Any]) -> "Manifest":
        return cls(
            generation=value["generation"],
            ledgers=tuple(LedgerSpan(*each) for each in value["ledgers"]),
            assets={name: Asset(*rest) for name, *rest in value["assets"]},
            sources=tuple(value["sources"]),
            files={name: (rows, sha256) for name, (rows, sha256) in value["files"].items()},
            data=value["data"],
        )
