"""`amparo media`: lists of a unit's own material; how well pictures are found and how often that errs."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from amparo.base import Blob, Progress, Skipped, WrongUse
from amparo.cli.files import blobs
from amparo.cli.teller import Teller, display, telling

if TYPE_CHECKING:
    from amparo.media import Entry


@click.group("media")
def media() -> None:
    """Make lists of a unit's own videos; measure how well copies of pictures are found."""


@media.command("video-list", short_help="Make a hash list of videos.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The list: a new CSV file.")
@click.option("--label", metavar="TEXT", help="What all of them are, in the list's own words.")
@click.option("--purpose", metavar="TEXT", help="What the list may be used for.")
@click.option(
    "--step", default=1.0, show_default=True, type=click.FloatRange(0.1, 60), help="Seconds between pictures hashed."
)
@telling
def video_list(
    teller: Teller, *, paths: tuple[Path, ...], out: Path, label: str | None, purpose: str | None, step: float
) -> None:
    """Write a hash list of every video in PATHS: its digests, and the PDQ of one picture a second.

    A copy is then found by `amparo scan` and on the desk even if it was compressed again, mirrored, turned or cut; with
    large logos or cropped it is not. A file that is no video is left out, counted and shown.

        amparo media video-list clips/ --out our-clips.csv --label "series 7" --purpose investigation
    """
    from amparo.media import LISTS

    if out.exists():
        raise WrongUse(what=f"{display(out)} is there already; a list is never written over")
    partial = out.with_name(f".{out.name}.part")
    try:
        with teller.progress("hashing") as progress, partial.open("wb") as sink:
            made = _Videos(teller, progress, label, purpose, step)
            written = LISTS["csv"].write(made.entries(paths), sink, {"name": out.name})
        partial.rename(out)
    finally:
        partial.unlink(missing_ok=True)
    teller.row(
        {"list": display(out), "videos": made.videos, "entries": written},
        f"{display(out)}: {made.videos} videos, {written} entries, {teller.skipped.total} skipped",
    )


class _Videos:
    """The entries of all videos below some paths. `videos`: how many there were so far."""

    def __init__(self, teller: Teller, progress: Progress, label: str | None, purpose: str | None, step: float) -> None:
        self.videos = 0
        self._teller, self._progress = teller, progress
        self._label, self._purpose, self._step = label, purpose, step

    def entries(self, paths: tuple[Path, ...]) -> "Iterator[Entry]":
        for number, blob in enumerate(blobs(paths), 1):
            if isinstance(blob, Skipped):
                self._teller.skip(blob)
            else:
                yield from self._of(blob)
            self._progress(number, None, "files")

    def _of(self, blob: Blob) -> "Iterator[Entry]":
        """The file's digests as one entry, its pictures as more; all name the video by the file's SHA-256."""
        from amparo.media import BlobUnreadable, Entry, hash_blob
        from amparo.media.video import hash_video, video_entries

        try:
            hashes = hash_blob(blob)
            if hashes.video is None:
                self._teller.skip(hashes.skipped or Skipped(blob.name, "not-a-video"))
                return
            with blob.open() as stream:
                video = hash_video(stream, blob.size, blob.name, deepen=True, step=self._step)
        except BlobUnreadable as error:
            self._teller.skip(Skipped(blob.name, "unreadable", str(error.facts["why"])))
            return
        if isinstance(video, Skipped):
            self._teller.skip(video)
            return
        cut = video.skipped(blob.name)
        if cut is not None:
            self._teller.skip(cut)
        self.videos += 1
        yield Entry(1, hashes.digests(), self._label, self._purpose, {"video": hashes.sha256})
        yield from video_entries(video, hashes.sha256, self._label, self._purpose)


@media.command("robustness", short_help="Measure how well changed copies are found.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--synthetic", default=0, type=click.IntRange(0), help="So many made pictures, changed like the others.")
@click.option("--pairs", default=0, type=click.IntRange(0), help="So many more, only compared with the others.")
@click.option("--flat", default=0, type=click.IntRange(0), help="So many made near-flat ones, compared too.")
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0), help="Of the made pictures.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write all figures here, as JSON.")
@click.option("--page", type=click.Path(path_type=Path, dir_okay=False), help="Write the tables here, as Markdown.")
@telling
def robustness(
    teller: Teller,
    *,
    paths: tuple[Path, ...],
    synthetic: int,
    pairs: int,
    flat: int,
    seed: int,
    out: Path | None,
    page: Path | None,
) -> None:
    """Change benign pictures in many ways and measure what PDQ still finds, and what it mistakes.

    The pictures of PATHS must all be different: a copy among them counts as a false match. Without PATHS and numbers,
    100 pictures are made and changed, and 400 more compared (some minutes).

        amparo media robustness photos/ --synthetic 300 --pairs 1200 --flat 300 --out measured.json --page table.md
    """
    from amparo.media.robustness.measuring import measure
    from amparo.media.robustness.page import markdown

    if not (paths or synthetic or pairs or flat):
        synthetic, pairs, flat = 100, 400, 100
    with teller.progress("measuring") as progress:
        made = measure(
            _pictures(teller, paths), scenes=synthetic, pairs_only=pairs, flats=flat, seed=seed, progress=progress
        )
    if out is not None:
        out.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if page is not None:
        page.write_text(markdown(made), encoding="utf-8")
    _say_measured(teller, made)


def _pictures(teller: Teller, paths: tuple[Path, ...]) -> Iterator[Blob]:
    for each in blobs(paths) if paths else ():
        if isinstance(each, Skipped):
            teller.skip(each)
        else:
            yield each


def _say_measured(teller: Teller, made: Mapping[str, Any]) -> None:
    from amparo.base import canonical_digest

    for name, each in made["transforms"].items():
        found = ", ".join(f"{count} within {bits}" for bits, count in each["in_all_ways"].items())
        teller.row({"transform": name, **each}, f"{name}: of {each['copies']} copies {found} bits")
    different = made["different"]
    digest = canonical_digest(made)
    teller.row(
        {"pairs": different["pairs"], "nearest": different["nearest"], "skipped": made["skipped"], "digest": digest},
        f"{different['pairs']} pairs of different pictures, the nearest {different['nearest']} bits apart\n{digest}",
    )
