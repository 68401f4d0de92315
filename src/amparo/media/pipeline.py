"""Hash blobs in order, several at a time: one thread reads, others make digests, processes look at what they show.

The thread that asks for results does all the reading, because what stands behind a blob (a disk image, a database
connection) may allow no other. Results come in the order of the blobs; memory is bounded by the files in flight.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BufferedReader, FileIO
from queue import SimpleQueue
from typing import Final

from amparo.base import Blob, Skipped
from amparo.media.decoder import DEFAULT, Decoder, Look, shared_decoder
from amparo.media.decoder.video_client import VideoDecoder
from amparo.media.errors import BlobUnreadable
from amparo.media.hashes import Hashes
from amparo.media.hashing import RULES, Taken, exact_hashes, take, with_picture
from amparo.media.lists.known_good import KnownGood
from amparo.media.matching import KNOWN_GOOD
from amparo.media.video_hash import VideoHash

#: Blobs in flight for each worker, and the bytes they may hold together.
_WINDOW: Final = 64
_BYTES: Final = 256 << 20
#: Results wait for one another up to so many or so long, because an index answers many at once quicker.
_BATCH: Final = 64
_SECONDS: Final = 0.5

#: Looks at one video; the list of what is known decides how closely.
Examine = Callable[[Blob, VideoDecoder | None], VideoHash | Skipped]


@dataclass(frozen=True, slots=True)
class Hashed:
    """What was made of one blob. `hashes` None: it could not be read, and `skipped` says why."""

    name: str
    hashes: Hashes | None
    skipped: Skipped | None = None


@dataclass(frozen=True, slots=True)
class Maker:
    """How one blob is hashed, step by step; `rules` as in `hash_blob`."""

    examine: Examine
    known_good: KnownGood | None = None
    rules: int = RULES

    def one(self, blob: Blob, decoder: Decoder) -> Hashed:
        """All steps, one after the other."""
        try:
            return self.whole(blob, decoder)
        except BlobUnreadable as error:
            return unreadable(blob.name, error)

    def whole(self, blob: Blob, decoder: Decoder) -> Hashed:
        """As `one`. Raises BlobUnreadable."""
        taken = take(blob, decoder.limits.file_bytes)
        hashed = self.digested(taken, taken.digests())
        if hashed.skipped or hashed.hashes is None:
            return hashed
        if taken.look is Look.VIDEO and self.rules >= 2:
            return self.with_video(blob, hashed.hashes, None)
        return Hashed(blob.name, with_picture(taken, hashed.hashes, decoder, self.rules))

    def digested(self, taken: Taken, digests: dict[str, str]) -> Hashed:
        """The exact digests; `skipped` says known-good where nothing more is to be made."""
        made = exact_hashes(taken.size, digests)
        if self.known_good is not None and self.known_good.holds(md5=made.md5, sha1=made.sha1, sha256=made.sha256):
            return Hashed(taken.name, made, Skipped(taken.name, KNOWN_GOOD, "only exact digests were compared"))
        return Hashed(taken.name, made)

    def with_video(self, blob: Blob, made: Hashes, decoder: VideoDecoder | None) -> Hashed:
        try:
            found = self.examine(blob, decoder)
        except BlobUnreadable as error:
            found = Skipped(blob.name, "unreadable", str(error.facts["why"]))
        changed = replace(made, skipped=found) if isinstance(found, Skipped) else replace(made, video=found)
        return Hashed(blob.name, changed)


def unreadable(name: str, error: BlobUnreadable) -> Hashed:
    return Hashed(name, None, Skipped(name, "unreadable", str(error.facts["why"])))


def hashed_in_order(
    blobs: Iterable[Blob], maker: Maker, *, decoder: Decoder | None = None, workers: int = 1
) -> Iterator[list[Hashed]]:
    """Yield what was made of each blob, in order, some at a time. `workers`: decoder processes side by side.

    With one worker each blob is done before the next is taken from `blobs`.
    """
    if workers <= 1:
        single = decoder or shared_decoder()
        for blob in blobs:
            yield [maker.one(blob, single)]
        return
    with _Crew.at_work(workers, decoder) as crew:
        yield from _Line(maker, crew, _WINDOW * workers).run(blobs)


class _Crew:
    """Threads and decoder processes. Two threads keep a process busy: one waits for its answer, one has sent on."""

    def __init__(self, workers: int, decoder: Decoder | None) -> None:
        limits = decoder.limits if decoder else DEFAULT
        self.pool = ThreadPoolExecutor(2 * workers, "amparo-scan")
        self.decoders = [Decoder(limits) for _ in range(workers)]
        self.video_decoders = [VideoDecoder() for _ in range(workers)]
        self.file_bytes = limits.file_bytes
        self._free: SimpleQueue[Decoder] = SimpleQueue()
        self._free_video: SimpleQueue[VideoDecoder] = SimpleQueue()
        for each in [*self.decoders, *self.decoders]:
            self._free.put(each)
        for video in self.video_decoders:
            self._free_video.put(video)

    @classmethod
    @contextmanager
    def at_work(cls, workers: int, decoder: Decoder | None) -> Iterator["_Crew"]:
        crew = cls(workers, decoder)
        try:
            yield crew
        except BaseException:
            for each in crew.decoders:
                each.abandon()
            raise
        finally:
            crew.pool.shutdown(wait=True, cancel_futures=True)
            for each in crew.decoders:
                each.close()
            for video in crew.video_decoders:
                video.close()

    def picture(self, taken: Taken, made: Hashes, rules: int) -> Hashes:
        decoder = self._free.get()
        try:
            return with_picture(taken, made, decoder, rules)
        finally:
            self._free.put(decoder)

    def video(self, blob: Blob, made: Hashes, maker: Maker) -> Hashed:
        decoder = self._free_video.get()
        try:
            return maker.with_video(blob, made, decoder)
        finally:
            self._free_video.put(decoder)


@dataclass(slots=True)
class _Work:
    """One blob on its way. Either `result` is there, or one of the futures leads to it."""

    blob: Blob
    taken: Taken | None = None
    digests: "Future[dict[str, str]] | None" = None
    result: "Hashed | Future[Hashes] | Future[Hashed] | None" = None

    def digested(self) -> bool:
        return self.result is not None or self.digests is None or self.digests.done()

    def ready(self) -> bool:
        return isinstance(self.result, Hashed) or (isinstance(self.result, Future) and self.result.done())

    def get(self) -> Hashed:
        """Wait for the result."""
        made = self.result.result() if isinstance(self.result, Future) else self.result
        if isinstance(made, Hashes):
            return Hashed(self.blob.name, made)
        if made is None:
            raise AssertionError("a blob came to its end without a result")
        return made


class _Line:
    """Blobs in order: read, waiting for digests, then waiting for what they show."""

    def __init__(self, maker: Maker, crew: _Crew, window: int) -> None:
        self._maker, self._crew, self._window = maker, crew, window
        self._first: deque[_Work] = deque()
        self._second: deque[_Work] = deque()
        self._held = 0

    def run(self, blobs: Iterable[Blob]) -> Iterator[list[Hashed]]:
        batch: list[Hashed] = []
        since = time.monotonic()
        for blob in blobs:
            self._read(blob)
            batch += self._finished()
            if batch and (len(batch) >= _BATCH or time.monotonic() - since >= _SECONDS):
                yield batch
                batch, since = [], time.monotonic()
        while self._first or self._second:
            batch.append(self._next())
            if len(batch) >= _BATCH or time.monotonic() - since >= _SECONDS:
                yield batch
                batch, since = [], time.monotonic()
        if batch:
            yield batch

    def _read(self, blob: Blob) -> None:
        work = _Work(blob)
        try:
            work.taken = take(blob, self._crew.file_bytes)
        except BlobUnreadable as error:
            work.result = unreadable(blob.name, error)
        else:
            self._held += work.taken.held
            work.digests = self._crew.pool.submit(work.taken.digests)
        self._first.append(work)

    def _finished(self) -> Iterator[Hashed]:
        """What is done; waits only while too much is in flight."""
        while self._first and self._first[0].digested():
            self._begin_second()
        while (self._second and self._second[0].ready()) or self._crowded():
            yield self._next()

    def _crowded(self) -> bool:
        return len(self._first) + len(self._second) > self._window or self._held > _BYTES

    def _next(self) -> Hashed:
        """Wait for the oldest blob's result."""
        while not self._second:
            self._begin_second()
        work = self._second.popleft()
        hashed = work.get()
        self._held -= work.taken.held if work.taken else 0
        return hashed

    def _begin_second(self) -> None:
        """Send the oldest blob that has its digests on to be looked at."""
        work = self._first.popleft()
        if work.taken is not None and work.digests is not None:
            work.result = self._second_step(work.blob, work.taken, work.digests.result())
        self._second.append(work)

    def _second_step(
        self, blob: Blob, taken: Taken, digests: dict[str, str]
    ) -> "Hashed | Future[Hashes] | Future[Hashed]":
        hashed = self._maker.digested(taken, digests)
        if hashed.skipped or hashed.hashes is None:
            return hashed
        if taken.look is Look.VIDEO:
            if _any_thread_may_read(blob):
                return self._crew.pool.submit(self._crew.video, blob, hashed.hashes, self._maker)
            return self._maker.with_video(blob, hashed.hashes, None)
        if taken.is_picture:
            return self._crew.pool.submit(self._crew.picture, taken, hashed.hashes, self._maker.rules)
        return Hashed(blob.name, with_picture(taken, hashed.hashes, self._crew.decoders[0], self._maker.rules))


def _any_thread_may_read(blob: Blob) -> bool:
    """Whether it is a plain file of this machine, and not a view into something shared."""
    try:
        with blob.open() as stream:
            return type(stream) is BufferedReader and type(stream.raw) is FileIO
    except OSError:
        return False
