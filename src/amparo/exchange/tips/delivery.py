"""Reads a delivery: a folder, an archive with one tip or hundreds, or a single report; each tip with its files.

Reports are known by what is in them, never by their name. What stands together belongs together: with one report in a
folder, the folder's files are its files; with several, each takes those it names and those whose name begins with its
number. Archives inside are opened to a limited depth and cost (decoders' limits), and never one that a report names as
a file. Memory grows with the names in one folder or archive, not with the bytes.
"""

import os
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from amparo.base import Blob, Skipped
from amparo.decoders import Budget, Limits
from amparo.evidence.containers.folder import files_in
from amparo.exchange.tips.claiming import Pool, claim, names_in
from amparo.exchange.tips.names import plain_name
from amparo.exchange.tips.reports import Documents
from amparo.exchange.tips.same import content_digest, report_key
from amparo.exchange.tips.scopes import LIMITS, Entry, Kept, Scope, archive_decoder, archive_scope
from amparo.exchange.tips.tip import Tip


class LooseFile(NamedTuple):
    """A file of the delivery that belongs to no report: kept and counted, never dropped."""

    path: str
    blob: Blob


Found = Tip | LooseFile | Skipped
Walk = Generator[Found, None, list[Entry]]


def read_delivery(source: Path | Blob, limits: Limits = LIMITS) -> Iterator[Found]:
    """Yield every tip of a delivery with its files, and what could not be read, in an order that never changes.

    `source`: a folder, an archive, or one report. A tip's `files` have their bytes as blobs, which stay readable while
    the delivery is where it is. A report that comes again carries the problem "duplicate-report", or "second-version"
    where its content differs. Raises OSError where the source itself cannot be read.
    """
    reader = _Reader(limits)
    if isinstance(source, Path) and source.is_dir():
        rest = yield from reader.folder(source)
    else:
        blob = Blob.from_path(source, source.name) if isinstance(source, Path) else source
        rest = yield from reader.single(Entry(blob.name, blob))
    for entry in rest:
        yield LooseFile(entry.path, entry.blob)


class _Reader:
    """One pass over one delivery."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._kept = Kept()
        self._seen: dict[str, tuple[str, str]] = {}  # report key -> (content digest, where)

    def folder(self, root: Path) -> Walk:
        """Walk a folder depth first; each folder is finished when the walk leaves it."""
        open_scopes = [Scope("")]
        loose: dict[str, list[Entry]] = {}
        for found in files_in(os.fsencode(root)):
            if isinstance(found, Skipped):
                yield found
                continue
            yield from self._leave(open_scopes, loose, found.path.rpartition("/")[0])
            open_scopes[-1].entries.append(Entry(found.path, found.blob))
        yield from self._leave(open_scopes, loose, "")
        return (yield from self._scope(_Group(open_scopes[0], loose.pop("", []))))

    def _leave(self, open_scopes: list[Scope], loose: dict[str, list[Entry]], folder: str) -> Iterator[Found]:
        """Finish the folders that the walk has left; open `folder` and those it lies in."""
        while open_scopes[-1].path and not f"{folder}/".startswith(f"{open_scopes[-1].path}/"):
            scope = open_scopes.pop()
            rest = yield from self._scope(_Group(scope, loose.pop(scope.path, [])))
            loose.setdefault(open_scopes[-1].path, []).extend(rest)
        at = open_scopes[-1].path
        for part in folder.removeprefix(at).strip("/").split("/"):
            if part:
                at = f"{at}/{part}" if at else part
                open_scopes.append(Scope(at))

    def single(self, entry: Entry) -> Walk:
        if archive_decoder(entry) is None:
            return (yield from self._scope(_Group(Scope("", [entry]), [])))
        return (yield from self._archive(entry, None, 0))

    def _archive(self, entry: Entry, budget: Budget | None, depth: int) -> Walk:
        """Walk an archive; `budget` is shared by all archives inside one another. Any other file is returned."""
        decoder = archive_decoder(entry)
        if decoder is None:
            return [entry]
        budget = budget or Budget.for_size(entry.blob.size or 0, self._limits)
        # An archive that shows nothing (too deep, broken, encrypted) is kept as the file it is.
        rest = [entry]
        for found in archive_scope(entry, decoder, budget, depth + 1, self._kept):
            if isinstance(found, Skipped):
                yield found
            elif found.entries or found.inner:
                rest = yield from self._tree(found, budget, depth + 1)
        return rest

    def _tree(self, scope: Scope, budget: Budget, depth: int) -> Walk:
        loose: list[Entry] = []
        for name in sorted(scope.inner):
            loose.extend((yield from self._tree(scope.inner[name], budget, depth)))
        return (yield from self._scope(_Group(scope, loose, budget, depth)))

    def _scope(self, group: "_Group") -> Walk:
        """Find the reports of one scope and give them their files; return what nobody claimed."""
        about = Documents()
        reports = about.reports(group.scope.entries)
        first, second = next(reports, None), next(reports, None)
        if first is not None and second is not None:
            rest = yield from self._many(group, chain((first, second), reports), about)
        else:
            rest = yield from self._one(group, first, about)
        yield from about.skipped
        return rest

    def _one(self, group: "_Group", tip: Tip | None, about: Documents) -> Walk:
        """A scope with one report, whose files are all its files, or with none."""
        own = [entry for entry in group.scope.entries if entry.path not in about.read]
        entries = [*(yield from self._opened(own, tip, group)), *group.loose]
        if tip is None:
            return entries
        yield self._noted(claim(about.complete(tip), Pool.of(entries), entries, about.renderings))
        return []

    def _many(self, group: "_Group", tips: Iterable[Tip], about: Documents) -> Walk:
        """A scope with several reports: each takes what it names, and what begins with its number."""
        pool = Pool.of([*group.scope.entries, *group.loose])
        about.claimed = pool.used
        for tip in tips:
            pool.used |= about.read
            own = pool.of_report(tip)
            extra = yield from self._opened(own, tip, group)
            pool.used |= {entry.path for entry in own}
            near = Pool.of(extra, pool)
            yield self._noted(claim(about.complete(tip), near, extra, about.renderings))
        about.skipped.extend(about.left_over())
        rest = [entry for entry in pool.rest() if entry.path not in about.read]
        return (yield from self._opened(rest, None, group))

    def _opened(self, entries: Iterable[Entry], tip: Tip | None, group: "_Group") -> Walk:
        """Replace archives by what is in them, except those that the report names: these are files of it."""
        named = names_in(tip) if tip is not None else frozenset()
        found: list[Entry] = []
        for entry in entries:
            if plain_name(entry.name) in named:
                found.append(entry)
            else:
                found.extend((yield from self._archive(entry, group.budget, group.depth)))
        return found

    def _noted(self, tip: Tip) -> Tip:
        """Say of a report that it came before in this delivery."""
        key, digest = report_key(tip), content_digest(tip)
        before = self._seen.get(key)
        if before is None:
            self._seen[key] = (digest, tip.path)
            return tip
        reason = "duplicate-report" if before[0] == digest else "second-version"
        return replace(tip, problems=(*tip.problems, Skipped(tip.path, reason, before[1])))


@dataclass(frozen=True, slots=True)
class _Group:
    """A scope, what its inner scopes left over, and the limits it stands under."""

    scope: Scope
    loose: list[Entry]
    budget: Budget | None = None
    depth: int = 0
