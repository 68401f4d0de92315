"""Compare blobs with hash lists: one result a blob, in order, whatever is wrong with any of them."""

from collections.abc import Iterable, Iterator, Mapping

from amparo.base import Blob, Progress, Skipped, silent
from amparo.media.decoder import Decoder
from amparo.media.decoder.video_client import VideoDecoder
from amparo.media.index import Index
from amparo.media.lists.known_good import KnownGood
from amparo.media.matching import Hit, Scanned, match, match_many
from amparo.media.pipeline import Examine, Hashed, Maker, hashed_in_order
from amparo.media.signals.pdq import MIN_QUALITY, NEAR_BITS
from amparo.media.video import examine_video
from amparo.media.video_hash import VideoHash

__all__ = ["Hit", "Scanned", "examining", "match", "match_many", "matched", "scan"]


def scan(
    blobs: Iterable[Blob],
    indexes: Mapping[str, Index],
    threshold: int = NEAR_BITS,
    min_quality: int = MIN_QUALITY,
    progress: Progress = silent,
    *,
    decoder: Decoder | None = None,
    workers: int = 1,
    known_good: KnownGood | None = None,
    negative: Index | None = None,
) -> Iterator[Scanned]:
    """Yield one Scanned for each of `blobs`, in order. `indexes`: list name -> open index.

    Depends on nothing but its arguments, so that a caller resumes by leaving out the blobs it has results for.
    Pictures are compared as they are, turned and mirrored (8 ways), if their quality is at least `min_quality`; videos
    by their key frames, and by one picture a second where those decide nothing.

    `workers`: decoder processes side by side; blobs are read in this thread, in order, up to 64 ahead for each worker.
    `decoder`: whose limits hold; the one that is used if there is one worker. `known_good`: what it holds is compared
    by exact digests only, and that is said. `negative`: see `match`. Closing the iterator ends all work.
    """
    maker = Maker(examining(indexes, threshold, min_quality, negative), known_good)
    done = 0
    for batch in hashed_in_order(blobs, maker, decoder=decoder, workers=workers):
        for scanned in matched(batch, indexes, threshold, min_quality, negative=negative):
            yield scanned
            done += 1
            progress(done, None, "files")


def examining(indexes: Mapping[str, Index], threshold: int, min_quality: int, negative: Index | None = None) -> Examine:
    """Return how a video is looked at: closely enough to decide whether these lists know it."""

    def examine(blob: Blob, decoder: VideoDecoder | None) -> VideoHash | Skipped:
        return examine_video(blob, indexes, threshold, min_quality, negative=negative, decoder=decoder).video

    return examine


def matched(
    batch: list[Hashed],
    indexes: Mapping[str, Index],
    threshold: int,
    min_quality: int,
    *,
    negative: Index | None = None,
) -> Iterator[Scanned]:
    """Compare what was made of some blobs; in order."""
    comparable = [(each.name, each.hashes) for each in batch if each.hashes is not None]
    found = iter(match_many(comparable, indexes, threshold, min_quality, negative=negative))
    for each in batch:
        scanned = Scanned(each.name, None, ()) if each.hashes is None else next(found)
        said = (each.skipped,) if each.skipped else ()
        yield Scanned(scanned.name, scanned.hashes, scanned.hits, (*said, *scanned.skipped))
