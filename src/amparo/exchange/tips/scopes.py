"""Folders and archives of a delivery as scopes: the files that stand together, and the scopes inside them."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from amparo.base import Blob, Skipped
from amparo.decoders import HEAD, Budget, Decoder, Limits, Spool, decoder_for
from amparo.evidence import READ_ERRORS
from amparo.exchange.tips.names import folders_of, last_name

#: Archives that a delivery may come in; documents that are zips inside (docx …) and PDFs are files.
ARCHIVES: Final = ("zip", "tar", "gzip", "bzip2", "xz")
_ARCHIVE_NAMES: Final = frozenset({"", ".zip", ".tar", ".gz", ".tgz", ".bz2", ".tbz2", ".xz", ".txz"})
#: Nested archives whose scratch copies are kept while later files of theirs may be asked for.
_KEPT: Final = 16
#: Files in one delivery, over all levels.
LIMITS: Final = Limits(members=250_000)


@dataclass(frozen=True, slots=True)
class Entry:
    """One file. `path`: in the delivery, "a.zip|b/c.jpg". `within`: the path of the archive it lies in, "" for none."""

    path: str
    blob: Blob
    within: str = ""

    @property
    def name(self) -> str:
        return last_name(self.path)


@dataclass(slots=True)
class Scope:
    """Files that stand together: one folder, or one folder inside an archive."""

    path: str
    entries: list[Entry] = field(default_factory=list)
    inner: dict[str, "Scope"] = field(default_factory=dict)


@dataclass(slots=True)
class Kept:
    """Scratch copies of nested archives, the newest kept open so that reading their files does not copy again."""

    spools: list[Spool] = field(default_factory=list)

    def add(self, spool: Spool) -> None:
        self.spools.append(spool)
        if len(self.spools) > _KEPT:
            self.spools.pop(0).release()


def archive_decoder(entry: Entry) -> Decoder | None:
    """Return the decoder of an entry that is an archive, by name and signature; None for any other file."""
    if os.path.splitext(entry.name)[1].casefold() not in _ARCHIVE_NAMES:  # noqa: PTH122 - no path of this machine
        return None
    try:
        decoder = decoder_for(entry.blob.read(HEAD))
    except READ_ERRORS:
        # Whoever reads the file itself gets this error and counts it.
        return None
    return decoder if decoder is not None and decoder.name in ARCHIVES else None


def archive_scope(entry: Entry, decoder: Decoder, budget: Budget, depth: int, kept: Kept) -> Iterator[Skipped | Scope]:
    """Yield what of an archive is not read, then one Scope with all its folders."""
    if depth > budget.limits.depth:
        yield Skipped(entry.path, "too-deep", f"more than {budget.limits.depth} archives inside each other")
        return
    source = entry.blob
    if depth > 1:
        spool = Spool(entry.blob, budget.limits.spool)
        kept.add(spool)
        source = Blob(entry.blob.name, entry.blob.size, spool.open)
    root = Scope(entry.path)
    try:
        for found in decoder.members(source, budget):
            if isinstance(found, Skipped):
                yield Skipped(f"{entry.path}|{found.what}" if found.what else entry.path, found.reason, found.detail)
                continue
            name = found.name or found.step
            folders = folders_of(name)
            path = f"{entry.path}|{'/'.join((*folders, last_name(name)))}"
            _inside(root, folders).entries.append(Entry(path, _named(found.blob, path), entry.path))
    except READ_ERRORS as error:
        yield Skipped(entry.path, "unreadable", str(error))
    yield root


def _named(blob: Blob, path: str) -> Blob:
    return Blob(path, blob.size, blob.opener)


def _inside(scope: Scope, folders: tuple[str, ...]) -> Scope:
    for folder in folders:
        scope = scope.inner.setdefault(folder, Scope(f"{scope.path}/{folder}"))
    return scope
