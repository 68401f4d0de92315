"""LISTS: the forms a hash list may come in."""

from typing import Final

from amparo.base import Registry
from amparo.media.lists.csv import CsvList
from amparo.media.lists.detect import HEAD_BYTES, detect, vics_profile
from amparo.media.lists.entry import Entry, EntryBatch, ListExample, ListFormat, Status
from amparo.media.lists.errors import BrokenList, NotKnownGood, TruncatedList
from amparo.media.lists.hashdeep import HashdeepList
from amparo.media.lists.ncmec import NcmecList
from amparo.media.lists.opening import opened
from amparo.media.lists.stopncii import StopNcii
from amparo.media.lists.sums import SumList
from amparo.media.lists.vics import Vics13, Vics20

LISTS: Final[Registry[ListFormat]] = Registry(
    "list format",
    CsvList(),
    Vics13(),
    Vics20(),
    NcmecList(),
    StopNcii(),
    HashdeepList(),
    SumList("md5", "md5sum"),
    SumList("sha1", "sha1sum"),
    SumList("sha256", "sha256sum"),
)

#: Forms each entry of which says that something is illegal: never a list of harmless files.
ILLEGAL: Final = frozenset({"vics-1.3", "vics-2.0", "ncmec-v2", "stopncii"})

__all__ = [
    "HEAD_BYTES",
    "ILLEGAL",
    "LISTS",
    "BrokenList",
    "CsvList",
    "Entry",
    "EntryBatch",
    "HashdeepList",
    "ListExample",
    "ListFormat",
    "NcmecList",
    "NotKnownGood",
    "Status",
    "StopNcii",
    "SumList",
    "TruncatedList",
    "Vics13",
    "Vics20",
    "detect",
    "opened",
    "vics_profile",
]
