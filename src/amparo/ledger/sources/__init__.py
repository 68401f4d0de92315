"""SOURCES: where blocks come from. Each one finds the blocks of the active chain and reads them one by one."""

from pathlib import Path
from typing import Final

from amparo.base import Registry
from amparo.ledger.errors import NotABlockSource
from amparo.ledger.sources.base import BlockScan, Record, Scan, Source, SourceFile
from amparo.ledger.sources.block_file import BlockFile
from amparo.ledger.sources.explorer import Explorer
from amparo.ledger.sources.explorer_window import ExplorerFolder
from amparo.ledger.sources.family_file import FamilyFile
from amparo.ledger.sources.node import NodeFolder, NodeSource
from amparo.ledger.sources.raw_block import RawBlock
from amparo.ledger.sources.tables import Tables

SOURCES: Final[Registry[Source]] = Registry(
    "block source", NodeFolder(), ExplorerFolder(), FamilyFile(), BlockFile(), Tables(), RawBlock()
)


def source_of(path: Path) -> Source:
    """Return the first source that recognises `path`. Raises NotABlockSource."""
    for source in SOURCES:
        if source.recognises(path):
            return source
    raise NotABlockSource(path=path.name)


__all__ = [
    "SOURCES",
    "BlockFile",
    "BlockScan",
    "Explorer",
    "ExplorerFolder",
    "FamilyFile",
    "NodeFolder",
    "NodeSource",
    "RawBlock",
    "Record",
    "Scan",
    "Source",
    "SourceFile",
    "Tables",
    "source_of",
]
