"""Which delivered file is which of those a report names: by name, by number, and by digest where names fail."""

import hashlib
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from amparo.base import Skipped
from amparo.evidence import READ_ERRORS
from amparo.exchange.tips.names import plain_name, tokens_of
from amparo.exchange.tips.scopes import Entry
from amparo.exchange.tips.tip import Tip, TipFile

#: Bytes that are hashed to find one tip's files whose names are missing from the delivery.
_MOST_HASHED: Final = 512 * 1024 * 1024
#: Shorter numbers are too common in file names.
_SHORTEST_NUMBER: Final = 3
_STRONG: Final = ("sha256", "sha1", "md5")
_CHUNK: Final = 1024 * 1024


@dataclass(slots=True)
class Pool:
    """The files among which reports find theirs. `outer`: where to look if they are not here. Reports may share."""

    by_name: dict[str, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    by_token: dict[str, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    outer: "Pool | None" = None
    used: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, entries: Iterable[Entry], outer: "Pool | None" = None) -> "Pool":
        pool = cls(outer=outer, used=outer.used if outer is not None else set())
        for entry in entries:
            pool.by_name[plain_name(entry.name)].append(entry)
            for token in tokens_of(entry.path):
                pool.by_token[token].append(entry)
        return pool

    def named(self, file: TipFile) -> list[Entry]:
        """The entries that `file` may be: by its name, its original name, its place, or its number."""
        for name in (file.name, file.original_name, file.location, file.id):
            if name and (found := self.by_name.get(plain_name(name))):
                return found
        by_id = self.by_token.get(file.id.casefold(), []) if file.id else []
        if len(by_id) == 1:
            return by_id
        return self.outer.named(file) if self.outer is not None else []

    def of_report(self, tip: Tip) -> list[Entry]:
        """What begins with the report's number, or lies in a folder called so, and nobody has taken."""
        number = (tip.provider_report_id or "").casefold()
        if len(number) < _SHORTEST_NUMBER:
            return []
        return [entry for entry in self.by_token.get(number, []) if entry.path not in self.used]

    def rest(self) -> list[Entry]:
        return [entry for entries in self.by_name.values() for entry in entries if entry.path not in self.used]


def names_in(tip: Tip) -> frozenset[str]:
    """The names of files in a report, for comparing."""
    return frozenset(
        plain_name(name) for file in tip.files for name in (file.name, file.original_name, file.location) if name
    )


def claim(tip: Tip, pool: Pool, extra: Iterable[Entry], renderings: Container[str] = ()) -> Tip:
    """Give the tip its files. `extra`: what came with it and may be named or not; `renderings`: the report again."""
    problems: list[Skipped] = []
    chosen = {at: _choose(file, pool.named(file), problems) for at, file in enumerate(tip.files)}
    spare = {entry.path: entry for entry in extra}
    taken = {entry.path for entry in chosen.values() if entry is not None}
    for at, entry in _by_digest(tip, chosen, [each for each in spare.values() if each.path not in taken]):
        problems.append(Skipped(tip.files[at].shown_name, "other-name", f"delivered as {entry.name}"))
        chosen[at] = entry
    files = [_with(file, chosen[at], problems) for at, file in enumerate(tip.files)]
    taken = {entry.path for entry in chosen.values() if entry is not None}
    pool.used |= taken | spare.keys()
    problems.extend(_shared(tip, chosen))
    for path, entry in spare.items():
        if path not in taken:
            files.append(_unnamed(entry, path in renderings))
    unnamed = sum(not file.named and file.relevance is None for file in files)
    if unnamed:
        problems.append(Skipped(tip.path, "not-named", str(unnamed)))
    return replace(tip, files=tuple(files), problems=(*tip.problems, *problems))


def _unnamed(entry: Entry, is_report: bool) -> TipFile:
    return TipFile(
        name=entry.name, size=entry.blob.size, named=False, blob=entry.blob, relevance="report" if is_report else None
    )


def _with(file: TipFile, entry: Entry | None, problems: list[Skipped]) -> TipFile:
    if entry is None:
        problems.append(Skipped(file.shown_name, "missing-file", ""))
        return file
    if file.size is not None and entry.blob.size is not None and file.size != entry.blob.size:
        problems.append(Skipped(file.shown_name, "size-differs", f"{file.size} declared, {entry.blob.size} delivered"))
    return replace(file, blob=entry.blob)


def _choose(file: TipFile, found: list[Entry], problems: list[Skipped]) -> Entry | None:
    """Of several files with one name, the one with the declared digest or size; else the first, and say so."""
    if len(found) <= 1:
        return found[0] if found else None
    declared = dict(file.digests)
    for entry in found[:50]:
        if declared and _matches(declared, entry):
            return entry
    sized = [entry for entry in found if file.size is not None and entry.blob.size == file.size]
    problems.append(Skipped(file.shown_name, "ambiguous-name", f"{len(found)} files have this name"))
    return (sized or found)[0]


def _by_digest(tip: Tip, chosen: dict[int, Entry | None], spare: list[Entry]) -> Iterator[tuple[int, Entry]]:
    """Find files that are missing by name among the spare ones by their digest; reads no more than `_MOST_HASHED`."""
    wanted = {
        digest: at
        for at, file in enumerate(tip.files)
        if chosen[at] is None
        for digest in file.digests
        if digest[0] in _STRONG
    }
    left = _MOST_HASHED
    for entry in spare:
        size = entry.blob.size or 0
        if not wanted or size > left:
            continue
        left -= size
        at = next((wanted[digest] for digest in _digests(entry) if digest in wanted), None)
        if at is not None:
            wanted = {digest: other for digest, other in wanted.items() if other != at}
            yield at, entry


def _matches(declared: dict[str, str], entry: Entry) -> bool:
    return any(declared.get(kind) == value for kind, value in _digests(entry))


def _digests(entry: Entry) -> list[tuple[str, str]]:
    """SHA-256, SHA-1 and MD5 of one file, in one read; nothing where it cannot be read."""
    digests = [hashlib.new(kind, usedforsecurity=False) for kind in _STRONG]
    try:
        with entry.blob.open() as stream:
            while chunk := stream.read(_CHUNK):
                for digest in digests:
                    digest.update(chunk)
    except READ_ERRORS:
        # The file itself is delivered all the same; whoever reads it counts this error.
        return []
    return [(kind, digest.hexdigest()) for kind, digest in zip(_STRONG, digests, strict=True)]


def _shared(tip: Tip, chosen: dict[int, Entry | None]) -> Iterator[Skipped]:
    """One delivered file that the report names twice."""
    names: dict[str, list[str]] = defaultdict(list)
    for at, entry in chosen.items():
        if entry is not None:
            names[entry.path].append(tip.files[at].shown_name)
    for path, several in names.items():
        if len(several) > 1:
            yield Skipped(path, "two-names", ", ".join(several[:10]))
