"""`amparo media`: lists of a unit's own material."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from amparo.base import Blob, Progress, Skipped, WrongUse
from amparo.cli.files import blobs
from amparo.cli.teller import Teller, display, telling

if TYPE_CHECKING:
    from amparo.media import Entry


@click.group("media")
def media() -> None:
    """Make lists of a unit's own pictures and videos."""


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
