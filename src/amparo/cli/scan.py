"""`amparo scan`: are files in these folders on one of these hash lists, exactly or nearly?"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from amparo.base import Blob, Skipped
from amparo.cli.files import blobs
from amparo.cli.teller import Teller, telling

if TYPE_CHECKING:
    from amparo.media import Index, Scanned
    from amparo.media.video import Segment


@click.command("scan", short_help="Compare files with hash lists, exactly and nearly.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--list", "lists", multiple=True, required=True, type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A hash list (CSV: md5, sha1, sha256, pdq, label, purpose). May be given more than once.",
)  # fmt: skip
@click.option("--threshold", default=31, show_default=True, help="Largest PDQ distance in bits of a near match.")
@telling
def scan(teller: Teller, paths: tuple[Path, ...], lists: tuple[Path, ...], threshold: int) -> None:
    """Compare every file in PATHS with hash lists, by digest and, for pictures, by similarity.

    Only hits are printed. A hit is a lead to be looked at by an officer, not a conclusion. Lines of a list that can't
    be read are left out, counted and shown.

        amparo scan photos/ --list known.csv
    """
    from amparo.media import scan as scan_blobs

    with tempfile.TemporaryDirectory(prefix="amparo-scan-") as scratch:
        indexes = {path.name: _index(teller, path, Path(scratch) / str(number)) for number, path in enumerate(lists)}
        seen = hits = 0
        with teller.progress("comparing") as progress:
            for scanned in scan_blobs(_readable(teller, paths), indexes, threshold=threshold):
                seen += 1
                progress(seen, None, "files")
                for skipped in scanned.skipped:
                    teller.skip(skipped)
                hits += _tell(teller, scanned, indexes)
        teller.note(f"{seen} files compared, {hits} hits, {teller.skipped.total} skipped")


def _index(teller: Teller, path: Path, folder: Path) -> "Index":
    """Read a list into a throw-away index; bad lines are said."""
    from amparo.media import LISTS, Index, build_index

    with path.open("rb") as stream:
        report = build_index(LISTS["csv"].read(stream), folder, {"name": path.name})
    for skipped in report.skipped.examples:
        teller.skip(skipped)
    return Index.open(folder)


def _readable(teller: Teller, paths: tuple[Path, ...]) -> Iterator[Blob]:
    for blob in blobs(paths):
        if isinstance(blob, Skipped):
            teller.skip(blob)
        else:
            yield blob


def _tell(teller: Teller, scanned: "Scanned", indexes: "dict[str, Index]") -> int:
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
