"""A list's file read: what form it is in, whether it is one at all, and its index with all that was counted."""

import io
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final, cast

from amparo.base import Progress, Skipped, gettext_noop, silent
from amparo.media import LISTS, Entry, IndexReport, NotAHashList, build_index
from amparo.media.conflicts import conflicts_in
from amparo.media.lists import EntryBatch
from amparo.media.lists.detect import detect
from amparo.web.common.uploads import DiskFull
from amparo.web.matches.errors import ListRefused
from amparo.web.matches.files import sha256_of
from amparo.web.matches.harmless import LOOKED_UP, open_known_good
from amparo.web.matches.models import KNOWN_GOOD, HashList

HEAD: Final = 8192
Read = Entry | EntryBatch | Skipped
#: Records that are looked at before a list without any good one is refused at once.
FIRST: Final = 1000
EXAMPLES: Final = 50
#: Lists of these forms say what is illegal, each of its entries: never a list of harmless files.
ACCUSING: Final = ("vics-", "ncmec", "stopncii")


def look_at(path: Path, form: str, purpose: str) -> str:
    """Return the form of the list at `path` (`form`, if it is given). Raises NotAHashList, ListRefused, or what its
    reader raises over the first records."""
    found = form or _form_of(path)
    _check_purpose(found, purpose)
    if found in LOOKED_UP:
        open_known_good(found, path).close()
        return found
    with path.open("rb") as stream:
        for number, each in enumerate(LISTS[found].read(stream)):
            if not isinstance(each, Skipped) or number >= FIRST:
                return found
    raise ListRefused(why=gettext_noop("no line of it could be read"))


def _form_of(path: Path) -> str:
    with path.open("rb") as stream:
        found = detect(stream.read(HEAD))
    if found is None:
        raise NotAHashList(why="it begins like no form of list that Amparo knows")
    return found


def _check_purpose(form: str, purpose: str) -> None:
    if purpose == KNOWN_GOOD and form.startswith(ACCUSING):
        raise ListRefused(why=gettext_noop("a list of this form names illegal material, never harmless files"))
    if purpose != KNOWN_GOOD and form in LOOKED_UP:
        raise ListRefused(why=gettext_noop("a file of this form names harmless files only"))


def read_in(new: HashList, path: Path, place: Path, progress: Progress = silent) -> None:
    """Read the file into the new folder `place` and note in `new` what came of it; nothing is saved.

    `progress` counts bytes of the file. Raises what the reader raises: then there is no folder.
    """
    new.format = new.format or _form_of(path)
    _check_purpose(new.format, new.purpose)
    new.source_sha256 = sha256_of(path)
    try:
        if new.format in LOOKED_UP:
            _copy_in(new, path, place, progress)
        else:
            _note(new, _build(new, path, place, progress))
            size = path.stat().st_size
            new.conflicts, new.conflict_examples = conflicts_in(
                place, EXAMPLES, lambda *_: progress(size, size, "bytes")
            )
    except OSError as error:
        raise DiskFull(why=error.strerror or str(error)) from error


def _copy_in(new: HashList, path: Path, place: Path, progress: Progress) -> None:
    """A file that is looked up as it is: kept whole, under a name of our own."""
    with open_known_good(new.format, path) as checked:
        new.entries = checked.count
    partial = place.with_name(f".{place.name}.partial")
    partial.mkdir(parents=True, mode=0o700)
    try:
        with path.open("rb") as source, (partial / new.format).open("wb") as sink:
            shutil.copyfileobj(_counted(source, path.stat().st_size, progress), sink, 1 << 20)
        partial.rename(place)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    new.index_digest = new.source_sha256


def _build(new: HashList, path: Path, place: Path, progress: Progress) -> IndexReport:
    manifest = {
        "list": new.name, "version": new.version, "purpose": new.purpose, "source_sha256": new.source_sha256,
    }  # fmt: skip
    manifest |= {name: value for name, value in (("source", new.source), ("licence", new.licence)) if value}
    size = path.stat().st_size
    with path.open("rb") as stream:
        entries = _noting_withdrawn(new, LISTS[new.format].read(_counted(stream, size, progress)))
        # Sorting what was read counts entries; the page goes on showing bytes, and the job's lease is renewed.
        return build_index(entries, place, manifest, lambda *_: progress(stream.tell(), size, "bytes"))


def _noting_withdrawn(new: HashList, entries: Iterator[Read]) -> Iterator[Read]:
    """The same, counting what the source has taken back; forms that are read in columns know of no such thing."""
    for each in entries:
        new.taken_back += isinstance(each, Entry) and each.status == "withdrawn"
        yield each


def _note(new: HashList, report: IndexReport) -> None:
    new.entries, new.index_digest, new.odd_pdq = report.entries, report.digest, report.odd_pdq
    new.skipped = dict(report.skipped.counts)
    new.skipped_examples = [each._asdict() for each in report.skipped.examples[:EXAMPLES]]


class _Counted(io.RawIOBase):
    """A file that says how far it was read."""

    def __init__(self, stream: BinaryIO, tell: Callable[[int], None]) -> None:
        super().__init__()
        self._stream, self._tell, self._done = stream, tell, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview[int]") -> int:  # type: ignore[override]
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self._done += len(data)
        self._tell(self._done)
        return len(data)


def _counted(stream: BinaryIO, size: int, progress: Progress) -> BinaryIO:
    raw = _Counted(stream, lambda done: progress(done, size, "bytes"))
    return cast(BinaryIO, io.BufferedReader(raw, 1 << 20))
