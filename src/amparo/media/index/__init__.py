"""Hash lists as immutable, memory-mapped files: built once, shared by every worker."""

from amparo.media.index.build import IndexReport, build_index
from amparo.media.index.index import EntryRef, Index, Near

__all__ = ["EntryRef", "Index", "IndexReport", "Near", "build_index"]
