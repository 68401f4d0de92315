"""KNOWN_GOOD: lists of harmless files, looked up in the files they come in, without importing them.

They say that a file is known, which is not the same as good: NSRL lists break-in tools too. Lists of illegal material
(VICS, NCMEC, StopNCII) are none of these forms and never serve as one.
"""

from typing import Final

from amparo.base import Registry
from amparo.media.lists.known_good.bloom import Bloom, BloomFilter, write_bloom
from amparo.media.lists.known_good.form import GoodExample, KnownGood, KnownGoodForm, OpenKnownGood
from amparo.media.lists.known_good.nsrl import NsrlRds
from amparo.media.lists.known_good.sleuthkit import SleuthKit

KNOWN_GOOD: Final[Registry[KnownGoodForm]] = Registry("known-good list", NsrlRds(), SleuthKit(), Bloom())

__all__ = [
    "KNOWN_GOOD",
    "Bloom",
    "BloomFilter",
    "GoodExample",
    "KnownGood",
    "KnownGoodForm",
    "NsrlRds",
    "OpenKnownGood",
    "SleuthKit",
    "write_bloom",
]
