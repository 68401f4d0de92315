"""Evidence: exhibits of any form opened, checked, walked, stored and catalogued. Nothing in them is ever changed."""

from amparo.evidence.catalogue import (
    CatalogueReport,
    CatalogueRow,
    catalogue_length,
    catalogue_row,
    catalogue_rows,
    read_catalogue,
    write_catalogue,
)
from amparo.evidence.container import Container, ContainerFormat
from amparo.evidence.deposit import FolderDeposit, FolderManifest, deposit_folder, folder_manifest
from amparo.evidence.errors import (
    CannotOpen,
    CatalogueBroken,
    ChunkDamaged,
    DiskFull,
    ExhibitAltered,
    FormatNotRead,
    ImageBroken,
    ImagePartMissing,
    NotInStore,
    ResumePointMissing,
    StoreDamaged,
)
from amparo.evidence.item import Item
from amparo.evidence.nested import READ_ERRORS
from amparo.evidence.registry import CONTAINERS, open_container
from amparo.evidence.sniff import sniff
from amparo.evidence.store import Store, Stored
from amparo.evidence.verification import State, Verification

__all__ = [
    "CONTAINERS",
    "READ_ERRORS",
    "CannotOpen",
    "CatalogueBroken",
    "CatalogueReport",
    "CatalogueRow",
    "ChunkDamaged",
    "Container",
    "ContainerFormat",
    "DiskFull",
    "ExhibitAltered",
    "FolderDeposit",
    "FolderManifest",
    "FormatNotRead",
    "ImageBroken",
    "ImagePartMissing",
    "Item",
    "NotInStore",
    "ResumePointMissing",
    "State",
    "Store",
    "StoreDamaged",
    "Stored",
    "Verification",
    "catalogue_length",
    "catalogue_row",
    "catalogue_rows",
    "deposit_folder",
    "folder_manifest",
    "open_container",
    "read_catalogue",
    "sniff",
    "write_catalogue",
]
