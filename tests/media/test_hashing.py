"""hash_blob and preview: equal to the golden file, and a reason for each picture that gives no hash."""

import csv
import hashlib
import io
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.media.helpers import encoded, jpeg_claiming, png_claiming, rings

from amparo.base import Blob
from amparo.media import SIGNALS, BlobUnreadable, Decoder, Limits, NoPreview, hash_blob, preview


def blob(data: bytes, name: str = "file") -> Blob:
    return Blob.from_bytes(data, name)


@pytest.mark.parametrize("signal", [each for each in SIGNALS if each.computed], ids=lambda signal: signal.name)
def test_published_examples(signal: Any) -> None:
    assert signal.examples()
    for example in signal.examples():
        assert hash_blob(blob(example.data)).digests()[signal.name] == example.digest
        assert signal.valid(example.digest)
    assert not signal.valid(example.digest.upper() + "0")
    assert not signal.valid(example.digest[:-1] + "g")


def test_golden_file_is_equal_for_every_mode(shared: Path) -> None:
    with (shared / "pdq/vectors/golden-pdqhash-0.2.8.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 40
    for row in rows:
        path = shared / "pdq" / row["path"]
        hashes = hash_blob(Blob.from_path(path))
        assert hashes.pdq is not None, (row["path"], hashes.skipped)
        assert (hashes.pdq.hex, hashes.pdq.quality) == (row["pdq"], int(row["quality"])), row["path"]
        assert hashes.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        assert hashes.size == path.stat().st_size


def test_bytes_are_read_once() -> None:
    opened = []

    def opener() -> BinaryIO:
        opened.append(1)
        return io.BytesIO(encoded(rings()))

    assert hash_blob(Blob("a.png", None, opener)).pdq is not None
    assert opened == [1]


@given(st.binary(max_size=4000))
@settings(max_examples=40, deadline=None)
def test_exact_digests_are_those_of_hashlib(data: bytes) -> None:
    hashes = hash_blob(blob(data))
    assert hashes.size == len(data)
    for name in ("md5", "sha1", "sha256"):
        assert hashes.digests()[name] == hashlib.new(name, data).hexdigest()


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        pytest.param(png_claiming(60_000, 60_000), "a.png", "picture-too-large", id="huge-png"),
        pytest.param(jpeg_claiming(60_000, 60_000), "a.jpg", "picture-too-large", id="huge-jpeg"),
        pytest.param(b"only some words", "a.jpg", "not-a-picture", id="text-named-jpg"),
        pytest.param(b"", "a.PNG", "not-a-picture", id="empty"),
        pytest.param(encoded(rings(), "JPEG")[:900], "a.jpg", "broken-picture", id="mostly-missing-jpeg"),
        pytest.param(encoded(rings())[:900], "a", "broken-picture", id="truncated-png"),
        pytest.param(b"\xff\xd8\xff" + b"x" * 99, "a", "broken-picture", id="jpeg-start-only"),
        pytest.param(b"BM and so on", "a.bmp", "broken-picture", id="text-named-bmp"),
        pytest.param(b"\0\0\0\x18ftypheic" + bytes(40), "a", "broken-picture", id="heic"),
        pytest.param(b"no film", "a.mp4", "not-a-video", id="text-named-mp4"),
    ],
)
def test_a_picture_that_gives_no_hash_says_why(data: bytes, name: str, reason: str) -> None:
    hashes = hash_blob(blob(data, name))
    assert hashes.pdq is None
    assert hashes.skipped is not None
    assert (hashes.skipped.what, hashes.skipped.reason) == (name, reason)
    assert hashes.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("data", [b"BM and so on", b"P5 is a road", b"plain", b""])
def test_what_is_no_picture_is_not_skipped(data: bytes) -> None:
    hashes = hash_blob(blob(data, "notes.txt"))
    assert (hashes.pdq, hashes.skipped) == (None, None)


def test_a_truncated_photo_of_the_shared_set(shared: Path) -> None:
    data = (shared / "pdq/bridge-mods/aaa-orig.jpg").read_bytes()
    skipped = hash_blob(blob(data[: len(data) // 2], "half.jpg")).skipped
    assert skipped is not None
    assert skipped.reason == "broken-picture"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F"])
def test_every_mode_is_hashed_as_pillow_converts_it(mode: str) -> None:
    image = Image.new(mode, (90, 70), 1) if mode in {"I;16", "I", "F"} else rings(90).convert(mode)
    kind = "PNG" if mode in {"1", "L", "LA", "P", "RGB", "RGBA", "I;16"} else "TIFF"
    hashes = hash_blob(blob(encoded(image, kind), f"a.{kind.lower()}"))
    assert hashes.pdq is not None, hashes.skipped


def test_a_stream_that_breaks_is_a_coded_error() -> None:
    class Breaks(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(BlobUnreadable, match="Input/output error"):
        hash_blob(Blob("a", None, Breaks))  # type: ignore[arg-type]


def test_dribbled_bytes_are_still_seen_as_a_picture() -> None:
    class Dribbles(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(3)

    assert hash_blob(Blob("a", None, lambda: Dribbles(encoded(rings())))).pdq is not None


def test_a_file_over_the_byte_limit_is_not_decoded() -> None:
    with Decoder(Limits(file_bytes=1000)) as small:
        hashes = hash_blob(blob(encoded(rings(), "BMP"), "a.bmp"), small)
    assert hashes.skipped is not None
    assert hashes.skipped.reason == "picture-too-large"


def test_preview_is_small_grey_and_bare() -> None:
    exif = Image.Exif()
    exif[0x010E] = "a description"
    made = preview(blob(encoded(rings(600), "JPEG", exif=exif), "a.jpg"), side=100)
    image = Image.open(io.BytesIO(made))
    assert (image.format, image.size, image.mode) == ("PNG", (100, 100), "L")
    assert b"description" not in made
    assert not image.info


def test_preview_blurs_unless_told_not_to() -> None:
    data = encoded(rings(200))
    sharp = np.asarray(Image.open(io.BytesIO(preview(blob(data), grey=False, blur=False)))).astype(int)
    soft = np.asarray(Image.open(io.BytesIO(preview(blob(data), grey=False)))).astype(int)
    assert sharp.shape == soft.shape == (200, 200, 3)
    assert np.abs(np.diff(soft, axis=1)).sum() < 0.7 * np.abs(np.diff(sharp, axis=1)).sum()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"words", "not-a-picture"),
        (png_claiming(60_000, 60_000), "picture-too-large"),
        (b"\xff\xd8\xff", "broken-picture"),
    ],
)
def test_no_preview_is_a_coded_error(data: bytes, reason: str) -> None:
    with pytest.raises(NoPreview, match=reason):
        preview(blob(data, "a.jpg"))
