"""All hashes of one blob, from one reading of its bytes."""

from collections.abc import Iterator
from typing import Final

from amparo.base import AmparoError, Blob, Skipped
from amparo.media.decoder import HEAD_BYTES, Decoder, Look, look, named_like_a_picture, shared_decoder
from amparo.media.errors import BlobUnreadable, NoPreview
from amparo.media.hashes import Hashes, PdqHash
from amparo.media.signals import SIGNALS, ByteSignal

CHUNK: Final = 1 << 20


def hash_blob(blob: Blob, decoder: Decoder | None = None) -> Hashes:
    """Read `blob` once and return its size, digests and, for a picture, its PDQ hash or why there is none.

    Memory: a picture's file up to the decoder's limit (64 MiB), one MiB for all else. Skip reasons: not-a-picture,
    unread-picture-kind, picture-too-large, broken-picture, decoder-crashed, decoder-timeout. Raises BlobUnreadable.
    """
    decoder = decoder or shared_decoder()
    running = {signal.name: signal.start() for signal in SIGNALS if isinstance(signal, ByteSignal)}
    kept = _Kept(decoder.limits.file_bytes)
    size = 0
    for chunk in _chunks(blob):
        size += len(chunk)
        kept.add(chunk)
        for hasher in running.values():
            hasher.update(chunk)
    picture = _picture(blob.name, size, kept, decoder)
    return Hashes(
        size=size,
        md5=running["md5"].hexdigest(),
        sha1=running["sha1"].hexdigest(),
        sha256=running["sha256"].hexdigest(),
        pdq=picture if isinstance(picture, PdqHash) else None,
        skipped=picture if isinstance(picture, Skipped) else None,
    )


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
        if kept.overflowed:
            break
    if kept.look is Look.NONE:
        raise NoPreview(name=blob.name, reason="not-a-picture")
    if kept.overflowed:
        raise NoPreview(name=blob.name, reason="picture-too-large")
    made = decoder.preview(kept.data(), side=side, grey=grey, blur=blur)
    if isinstance(made, Skipped):
        raise NoPreview(name=blob.name, reason=made.reason)
    return made


class _Kept:
    """The bytes of what begins like a picture, up to a limit; nothing of anything else."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._chunks: list[bytes] = []
        self._size = 0
        self.look: Look | None = None
        self.overflowed = False

    def add(self, chunk: bytes) -> None:
        if self.look is None:
            self.look = look(chunk)
        self._size += len(chunk)
        if self.look not in {Look.PICTURE, Look.MAYBE} or self._size > self._limit:
            self.overflowed = self.overflowed or self._size > self._limit
            self._chunks.clear()
        else:
            self._chunks.append(chunk)

    def data(self) -> bytes:
        return b"".join(self._chunks)


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


def _picture(name: str, size: int, kept: _Kept, decoder: Decoder) -> PdqHash | Skipped | None:
    if kept.look not in {Look.PICTURE, Look.MAYBE}:
        return _no_picture(name, kept.look)
    if kept.overflowed:
        return Skipped(name, "picture-too-large", f"{size} bytes; the limit is {decoder.limits.file_bytes}")
    made = decoder.pdq(kept.data())
    if isinstance(made, PdqHash):
        return made
    if kept.look is Look.MAYBE and made.reason == "broken-picture" and not named_like_a_picture(name):
        return None  # text may begin with "BM" or "P3"
    return made._replace(what=name)


def _no_picture(name: str, found: Look | None) -> Skipped | None:
    if found is Look.UNREAD:
        return Skipped(name, "unread-picture-kind", "HEIC pictures are not decoded yet")
    if named_like_a_picture(name):
        return Skipped(name, "not-a-picture", "it is named like a picture but does not begin like one")
    return None
