"""All hashes of one blob, from one reading of its bytes (a video is read a second time, for its pictures)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from amparo.base import AmparoError, Blob, Skipped
from amparo.media.decoder import (
    HEAD_BYTES,
    Decoder,
    Look,
    is_heic,
    look,
    named_like_a_picture,
    named_like_a_video,
    shared_decoder,
)
from amparo.media.errors import BlobUnreadable, NoPreview
from amparo.media.hashes import Hashes, Seen
from amparo.media.signals import SIGNALS, ByteSignal
from amparo.media.video import hash_video

CHUNK: Final = 1 << 20
#: What is made of a file, as recipes name it. 1: no HEIC, no video, no picture that ends early, no negative of CMYK.
RULES: Final = 2


def hash_blob(blob: Blob, decoder: Decoder | None = None, *, rules: int = RULES) -> Hashes:
    """Read `blob` and return its size, digests and, for a picture or video, its PDQ hashes or why there are none.

    Memory: a picture's file up to the decoder's limit (64 MiB), one MiB for all else. Skip reasons: not-a-picture,
    picture-too-large, broken-picture, decoder-crashed, decoder-timeout, and those of `hash_video`. Raises
    BlobUnreadable. `rules`: see RULES.
    """
    decoder = decoder or shared_decoder()
    taken = take(blob, decoder.limits.file_bytes)
    made = exact_hashes(taken.size, taken.digests())
    return with_video(blob, with_picture(taken, made, decoder, rules), taken, rules)


def preview(
    blob: Blob, side: int = 256, *, grey: bool = True, blur: bool = True, decoder: Decoder | None = None
) -> bytes:
    """Return a PNG of at most side x side pixels, without metadata. Raises NoPreview or BlobUnreadable.

    Whether a person may see it is decided by the caller, before this is called.
    """
    decoder = decoder or shared_decoder()
    kept = _Kept(decoder.limits.file_bytes)
    for chunk in _chunks(blob):
        kept.add(chunk)
        if not kept.whole:
            break
    if kept.look not in {Look.PICTURE, Look.MAYBE}:
        raise NoPreview(name=blob.name, reason="not-a-picture")
    if not kept.whole:
        raise NoPreview(name=blob.name, reason="picture-too-large")
    made = decoder.preview(b"".join(kept.chunks), side=side, grey=grey, blur=blur)
    if isinstance(made, Skipped):
        raise NoPreview(name=blob.name, reason=made.reason)
    return made


@dataclass(slots=True)
class Taken:
    """What one reading of a blob left: all its bytes, or else its digests."""

    name: str
    size: int
    look: Look
    chunks: list[bytes] | None
    made: dict[str, str] | None

    def digests(self) -> dict[str, str]:
        """MD5, SHA-1 and SHA-256; made now if the bytes were kept. May be called in another thread."""
        if self.made is None:
            self.made = _hexdigests(iter(self.chunks or []), self)
        return self.made

    @property
    def is_picture(self) -> bool:
        return self.look in {Look.PICTURE, Look.MAYBE}

    @property
    def held(self) -> int:
        """Bytes of memory it holds on to."""
        return self.size if self.chunks is not None else 0


def take(blob: Blob, limit: int) -> Taken:
    """Read `blob` once. A picture's bytes are kept up to `limit`, those of anything else up to CHUNK; beyond that its
    digests are made on the way. Raises BlobUnreadable.
    """
    kept = _Kept(limit)
    taken = Taken(blob.name, 0, Look.NONE, None, None)
    chunks = _chunks(blob)
    for chunk in chunks:
        kept.add(chunk)
        if not kept.whole:
            taken.made = _hexdigests(_joined(kept.spilled, chunks), taken)
            break
    else:
        taken.size, taken.chunks = kept.size, kept.chunks
    taken.look = kept.look or Look.NONE
    return taken


def exact_hashes(size: int, digests: Mapping[str, str]) -> Hashes:
    return Hashes(size=size, md5=digests["md5"], sha1=digests["sha1"], sha256=digests["sha256"])


def with_picture(taken: Taken, made: Hashes, decoder: Decoder, rules: int = RULES) -> Hashes:
    """Add the hash of what a picture shows, or why there is none. May be called in another thread."""
    found = _picture(taken, decoder, rules)
    if isinstance(found, Seen):
        return replace(made, pdq=found.pdq, camera=found.camera)
    return replace(made, skipped=found) if found else made


def with_video(blob: Blob, made: Hashes, taken: Taken, rules: int = RULES) -> Hashes:
    """Add the hash of what a video shows, or why there is none. Reads `blob` again. Raises BlobUnreadable."""
    if taken.look is not Look.VIDEO or rules < 2:
        return made
    try:
        with blob.open() as stream:
            found = hash_video(stream, taken.size, blob.name)
    except OSError as error:
        raise BlobUnreadable(name=blob.name, why=error.strerror or str(error)) from error
    return replace(made, skipped=found) if isinstance(found, Skipped) else replace(made, video=found)


class _Kept:
    """The bytes of a file while they are few, or of a picture up to a limit."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.chunks: list[bytes] = []
        self.spilled: list[bytes] = []  # what was held when it became too much
        self.size = 0
        self.look: Look | None = None
        self.whole = True

    def add(self, chunk: bytes) -> None:
        if self.look is None:
            self.look = look(chunk[:HEAD_BYTES])
        self.size += len(chunk)
        self.chunks.append(chunk)
        limit = self._limit if self.look in {Look.PICTURE, Look.MAYBE} else CHUNK
        if self.size > limit:
            self.spilled, self.chunks, self.whole = self.chunks, [], False


def _joined(first: list[bytes], rest: Iterator[bytes]) -> Iterator[bytes]:
    while first:
        yield first.pop(0)
    yield from rest


def _hexdigests(chunks: Iterator[bytes], taken: Taken) -> dict[str, str]:
    """All exact digests by name; the size is counted on the way."""
    running = {signal.name: signal.start() for signal in SIGNALS if isinstance(signal, ByteSignal)}
    taken.size = 0
    for chunk in chunks:
        taken.size += len(chunk)
        for hasher in running.values():
            hasher.update(chunk)
    return {name: hasher.hexdigest() for name, hasher in running.items()}


def _chunks(blob: Blob) -> Iterator[bytes]:
    """Yield the blob's bytes; the first chunk is whole if there is enough, so that its kind can be seen."""
    try:
        with blob.open() as stream:
            head = b""
            while len(head) < HEAD_BYTES and (part := stream.read(CHUNK)):
                head += part
            yield head
            while chunk := stream.read(CHUNK):
                yield chunk
    except OSError as error:
        raise BlobUnreadable(name=blob.name, why=error.strerror or str(error)) from error
    except AmparoError as error:
        raise BlobUnreadable(name=blob.name, why=str(error)) from error


def _picture(taken: Taken, decoder: Decoder, rules: int) -> Seen | Skipped | None:
    if not taken.is_picture:
        return _no_picture(taken, rules)
    if taken.chunks is None:
        return Skipped(taken.name, "picture-too-large", f"{taken.size} bytes; the limit is {decoder.limits.file_bytes}")
    data = taken.chunks[0] if len(taken.chunks) == 1 else b"".join(taken.chunks)
    if rules < 2 and is_heic(data[:HEAD_BYTES]):
        return Skipped(taken.name, "unread-picture-kind", "HEIC pictures are not decoded by these rules")
    made = decoder.see(data)
    if isinstance(made, Seen):
        return made if rules >= 2 else _by_first_rules(taken.name, made)
    if taken.look is Look.MAYBE and made.reason == "broken-picture" and not named_like_a_picture(taken.name):
        return None  # text may begin with "BM" or "P3"
    return made._replace(what=taken.name)


def _by_first_rules(name: str, seen: Seen) -> Seen | Skipped:
    if "broken-tail" in seen.pdq.notes:
        return Skipped(name, "broken-picture", "it ends early")
    pdq = seen.pdq
    return Seen(type(pdq)(pdq.hex, pdq.quality, pdq.variants[:8], pdq.decoder), None)


def _no_picture(taken: Taken, rules: int) -> Skipped | None:
    name = taken.name
    if named_like_a_picture(name) and (taken.look is Look.NONE or rules < 2):
        return Skipped(name, "not-a-picture", "it is named like a picture but does not begin like one")
    if named_like_a_video(name) and taken.look is Look.NONE and rules >= 2:
        return Skipped(name, "not-a-video", "it is named like a video but does not begin like one")
    return None
