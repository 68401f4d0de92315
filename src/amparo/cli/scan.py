"""`amparo scan`: are files in these folders on one of these hash lists, exactly or nearly?"""

import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from amparo.base import Blob, Progress, Skipped, WrongUse
from amparo.cli.files import blobs
from amparo.cli.teller import Teller, display, telling

if TYPE_CHECKING:
    from amparo.media import Index, Scanned
    from amparo.media.lists.known_good import OpenKnownGood
    from amparo.media.video import Segment

PATHS: Final = click.Path(path_type=Path)
THERE: Final = click.Path(path_type=Path, exists=True)
#: Forms of containers whose items are scanned; any other file is scanned as it is.
OPENED: Final = frozenset({"ewf", "raw", "zip", "tar", "gzip", "bzip2", "xz"})


@click.command("scan", short_help="Compare files with hash lists, exactly and nearly.")
@click.argument("paths", nargs=-1, required=True, type=PATHS)
@click.option(
    "--list", "lists", multiple=True, required=True, type=THERE,
    help="A hash list (CSV, VICS-shaped JSON, NCMEC XML, StopNCII JSON, hashdeep or md5sum text) or the folder of an "
    "index. May be given more than once.",
)  # fmt: skip
@click.option(
    "--known-good", "harmless", multiple=True, type=THERE,
    help="A list of harmless files (NSRL RDS or Sleuth Kit SQLite, hashlookup Bloom filter): what it holds is compared "
    "by digest only. May be given more than once.",
)  # fmt: skip
@click.option("--negative", type=THERE, help="An index of pictures that are not what the lists say.")
@click.option(
    "--threshold", default=31, show_default=True, type=click.IntRange(0, 256),
    help="Largest PDQ distance in bits of a near match.",
)  # fmt: skip
@click.option(
    "--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Decoder processes side by side."
)
@telling
def scan(
    teller: Teller,
    *,
    paths: tuple[Path, ...],
    lists: tuple[Path, ...],
    harmless: tuple[Path, ...],
    negative: Path | None,
    threshold: int,
    workers: int,
) -> None:
    """Compare every file in PATHS with hash lists, by digest, by what pictures show, and videos picture by picture.

    A folder is walked; a disk image (E01, raw) or an archive is opened and its items are compared, deleted ones too.
    Only hits are printed, and at the end a summary of what was not read and why. A hit is a lead to be looked at by an
    officer, not a conclusion.

        amparo scan laptop.E01 --list known.csv --workers 4
    """
    from amparo.media import Index
    from amparo.media import scan as scan_blobs

    with ExitStack() as open_things, tempfile.TemporaryDirectory(prefix="amparo-scan-") as scratch:
        indexes = {
            name: _index(teller, path, Path(scratch) / str(number))
            for number, (name, path) in enumerate(zip(_names(lists), lists, strict=True))
        }
        good = _Harmless([open_things.enter_context(_known_good(path)) for path in harmless])
        bank = Index.open(negative) if negative else None
        found = _Found(teller)
        with teller.progress("comparing") as progress:
            timed = _Timed(progress, _count(paths))
            results = scan_blobs(
                _readable(teller, paths, open_things), indexes, threshold=threshold, workers=workers,
                known_good=good if harmless else None, negative=bank, progress=timed,
            )  # fmt: skip
            for scanned in results:
                found.add(scanned)
        found.sum_up(timed.seconds)


class _Found:
    """What came of a scan so far."""

    def __init__(self, teller: Teller) -> None:
        self._teller = teller
        self._files = self._hits = 0
        self._passed: Counter[str] = Counter()

    def add(self, scanned: "Scanned") -> None:
        self._files += 1
        for skipped in scanned.skipped:
            if skipped.reason == "known-good":
                self._passed[skipped.reason] += 1  # by the thousand, and no fault of theirs
            else:
                self._teller.skip(skipped)
        self._hits += _tell(self._teller, scanned)

    def sum_up(self, seconds: float) -> None:
        reasons = {**self._passed, **self._teller.skipped.counts}
        rate = self._files / seconds if seconds else 0.0
        if self._teller.as_json:
            summary = {"files": self._files, "hits": self._hits, "seconds": round(seconds, 1), "not_compared": reasons}
            self._teller.row({"summary": summary}, "")
        self._teller.note(f"{self._files} files compared, {self._hits} hits, {rate:.0f} files a second")
        for reason, count in sorted(reasons.items(), key=lambda each: (-each[1], each[0])):
            self._teller.note(f"  not compared in full ({reason}): {count}")


class _Timed:
    """Progress with the rate in its unit; how long it will take is seen where the number of files is known."""

    def __init__(self, progress: Progress, total: int | None) -> None:
        self._progress, self._total = progress, total
        self._start = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._start

    def __call__(self, done: int, total: int | None, unit: str) -> None:
        rate = done / max(self.seconds, 0.001)
        self._progress(done, self._total, f"{unit}, {rate:.0f} a second")


class _Harmless:
    """Several lists of harmless files as one."""

    def __init__(self, lists: "Sequence[OpenKnownGood]") -> None:
        self._lists = lists

    def holds(self, *, md5: str | None = None, sha1: str | None = None, sha256: str | None = None) -> bool:
        return any(each.holds(md5=md5, sha1=sha1, sha256=sha256) for each in self._lists)


def _names(lists: tuple[Path, ...]) -> list[str]:
    """Each list's name, by which its hits are told; the whole path where two have the same."""
    often = Counter(path.name for path in lists)
    return [path.name if often[path.name] == 1 else display(path) for path in lists]


def _index(teller: Teller, path: Path, folder: Path) -> "Index":
    """Open an index, or read a list into a throw-away one; bad lines are said."""
    from amparo.media import Index, build_index
    from amparo.media.lists import HEAD_BYTES, LISTS, detect

    if path.is_dir():
        return Index.open(path)
    with path.open("rb") as stream:
        form = detect(stream.read(HEAD_BYTES)) or "csv"  # a CSV says best what is wrong with it
        stream.seek(0)
        report = build_index(LISTS[form].read(stream), folder, {"name": path.name})
    for skipped in report.skipped.examples:
        teller.skip(skipped)
    return Index.open(folder)


def _known_good(path: Path) -> "OpenKnownGood":
    from amparo.media.lists import HEAD_BYTES, detect
    from amparo.media.lists.known_good import KNOWN_GOOD

    with path.open("rb") as stream:
        form = detect(stream.read(HEAD_BYTES))
    if form not in KNOWN_GOOD:
        raise WrongUse(what=f"{display(path)} is no list of harmless files; those are: {', '.join(KNOWN_GOOD.names())}")
    return KNOWN_GOOD[str(form)].open(path)


def _count(paths: tuple[Path, ...]) -> int | None:
    """How many files there are, None where only reading an image tells."""
    if any(path.is_file() for path in paths):
        return None
    return sum(isinstance(each, Blob) for each in blobs(paths))


def _readable(teller: Teller, paths: tuple[Path, ...], open_things: ExitStack) -> Iterator[Blob]:
    for path in paths:
        for found in _inside(path, open_things) if path.is_file() else blobs([path]):
            if isinstance(found, Skipped):
                teller.skip(found)
            else:
                yield found


def _inside(path: Path, open_things: ExitStack) -> Iterator[Blob | Skipped]:
    """The items of an image or archive, or the file itself. An item's name is the file's, a bar, and its own."""
    from amparo.evidence import Item, open_container

    container = open_things.enter_context(open_container(path))
    if container.kind not in OPENED:
        yield from blobs([path])
        return
    for found in container.walk():
        if isinstance(found, Item):
            yield Blob(f"{display(path)} | {found.display}", found.size, found.blob.opener)
        else:
            yield found


def _tell(teller: Teller, scanned: "Scanned") -> int:
    for hit in scanned.hits:
        row = {
            "name": scanned.name,
            "list": hit.list_name,
            "signal": hit.signal,
            "distance": hit.distance,
            "variant": hit.variant,
            "quality": hit.quality,
            "also": list(hit.also),
            "row": hit.entry.row,
            "label": hit.entry.label,
            "purpose": hit.entry.purpose,
        }
        if scanned.hashes is not None and scanned.hashes.pdq is not None and scanned.hashes.pdq.notes:
            row["notes"] = list(scanned.hashes.pdq.notes)
        how = "same bytes" if hit.distance == 0 and hit.signal != "pdq" else f"{hit.distance} bits apart"
        if hit.verdict is not None:
            row |= {"verdict": str(hit.verdict), "segments": [segment.as_dict() for segment in hit.segments]}
            how = f"{hit.verdict}, {_stretches(hit.segments)}"
        teller.row(row, f"{scanned.name}: {hit.list_name}, {hit.entry.label} ({hit.signal}, {how})")
    return len(scanned.hits)


def _stretches(segments: "tuple[Segment, ...]") -> str:
    """As in "0.0-21.0 s is 3.0-24.0 s": which stretch of the file is which of the listed video."""
    told = [
        f"{each.query_start:.1f}-{each.query_end:.1f} s is {each.bank_start:.1f}-{each.bank_end:.1f} s"
        for each in segments
    ]
    return "; ".join(told)
