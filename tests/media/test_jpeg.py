"""Our JPEG decoder against libjpeg-turbo: the same hash for every kind of file it takes, and nothing for all others."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import simplejpeg
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.media.helpers import encoded, jpeg_claiming, rings

from amparo import _kernels

LIMIT = 100_000_000
PATHS = [name for name in ("baseline", "avx2", "avx512") if name in _kernels.cpu_paths()]


@pytest.fixture(params=["baseline", "avx2", "avx512"])
def path(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param not in PATHS:
        pytest.skip(f"this machine has no {request.param}")
    before = _kernels.cpu()
    _kernels.use_cpu(request.param)
    yield request.param
    _kernels.use_cpu(before)


def scene(height: int, width: int, seed: int = 1) -> Image.Image:
    """Hills, edges and noise in all colours, to the ends of their range."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    planes = [127 + 150 * np.sin(y / rng.uniform(3, 40) + x / rng.uniform(3, 40)) for _ in range(3)]
    noisy = np.stack(planes, -1) + rng.normal(0, 12, (height, width, 3))
    return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))


def by_turbo(data: bytes) -> tuple[tuple[bytes, ...], int]:
    return _kernels.pdq(simplejpeg.decode_jpeg(data, "RGB", fastdct=False, fastupsample=False))


SIZES = [(5, 5), (8, 8), (16, 16), (17, 33), (64, 64), (63, 5), (5, 400), (127, 129), (240, 321), (481, 640)]


@pytest.mark.parametrize("progressive", [False, True], ids=["baseline", "progressive"])
@pytest.mark.parametrize("subsampling", ["4:4:4", "4:2:2", "4:2:0"])
def test_every_size_and_sampling_gives_what_turbo_gives(path: str, subsampling: str, progressive: bool) -> None:
    for height, width in SIZES:
        for quality in (35, 92, 97):
            options = {"quality": quality, "subsampling": subsampling, "progressive": progressive}
            data = encoded(scene(height, width, height + quality), "JPEG", **options)
            assert _kernels.jpeg_pdq(data, LIMIT) == by_turbo(data), (height, width, quality)


RARE = [{"restart_marker_rows": 1}, {"restart_marker_blocks": 3}, {"optimize": True}, {"qtables": [[1] * 64] * 2}]


@pytest.mark.parametrize("progressive", [False, True])
def test_grey_restarts_and_optimised_codes(path: str, progressive: bool) -> None:
    for options in RARE:
        data = encoded(scene(211, 173), "JPEG", progressive=progressive, quality=88, **options)
        assert _kernels.jpeg_pdq(data, LIMIT) == by_turbo(data), options
    grey = encoded(scene(199, 301).convert("L"), "JPEG", progressive=progressive)
    assert _kernels.jpeg_pdq(grey, LIMIT) == by_turbo(grey)


def test_every_shared_photo_gives_what_turbo_gives(shared: Path, path: str) -> None:
    taken = 0
    for file in sorted((shared / "pdq").glob("*/*.jp*g")):
        data = file.read_bytes()
        made = _kernels.jpeg_pdq(data, LIMIT)
        if made is None:
            assert file.name == "CMYK.jpg"
            continue
        assert made == by_turbo(data), file.name
        taken += 1
    assert taken == 31


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\xff\xd8", id="start-only"),
        pytest.param(b"\xff\xd8\xff\xd9", id="start-and-end"),
        pytest.param(b"\xff\xd8" + b"\xff" * 400, id="fill-bytes"),
        pytest.param(encoded(rings(), "PNG"), id="png"),
        pytest.param(encoded(rings().convert("CMYK"), "JPEG"), id="cmyk"),
        pytest.param(encoded(rings(), "JPEG")[:-40], id="cut"),
        pytest.param(encoded(rings(), "JPEG", progressive=True)[:-40], id="progressive-cut"),
        pytest.param(jpeg_claiming(60_000, 60_000), id="huge"),
        pytest.param(jpeg_claiming(129, 400), id="other-size"),
        pytest.param(jpeg_claiming(0, 0), id="no-size"),
    ],
)
def test_what_is_not_plain_and_whole_is_left_to_others(data: bytes) -> None:
    assert _kernels.jpeg_pdq(data, LIMIT) is None


def test_the_limit_of_pixels_holds() -> None:
    data = encoded(rings(128), "JPEG")
    assert _kernels.jpeg_pdq(data, 128 * 128) is not None
    assert _kernels.jpeg_pdq(data, 128 * 128 - 1) is None


def test_progressive_with_a_scan_missing_is_left_to_others() -> None:
    data = encoded(rings(), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    assert data.count(b"\xff\xda") > 4
    assert _kernels.jpeg_pdq(data[:last] + b"\xff\xd9", LIMIT) is None


def test_progressive_with_tables_changed_between_scans_is_left_to_others() -> None:
    data = encoded(rings().convert("RGB"), "JPEG", progressive=True)
    at = data.index(b"\xff\xda", data.index(b"\xff\xda") + 2)
    tables = b"\xff\xdb\x00\x43\x00" + bytes([9] * 64)
    assert _kernels.jpeg_pdq(data[:at] + tables + data[at:], LIMIT) is None


def test_a_comment_between_scans_changes_nothing() -> None:
    data = encoded(scene(63, 95), "JPEG", progressive=True)
    at = data.rindex(b"\xff\xda")
    assert _kernels.jpeg_pdq(data[:at] + b"\xff\xfe\x00\x05abc" + data[at:], LIMIT) == by_turbo(data)


def test_fewer_bytes_than_a_scan_needs_and_more_are_left_to_others() -> None:
    data = encoded(scene(63, 95), "JPEG", progressive=True)
    first = data.index(b"\xff\xda")
    after = data.index(b"\xff\xc4", first)
    assert _kernels.jpeg_pdq(data[: after - 2] + data[after:], LIMIT) is None
    assert _kernels.jpeg_pdq(data[:after] + b"\x15\x15" + data[after:], LIMIT) is None


BASES = [
    encoded(scene(70, 90), "JPEG", quality=85),
    encoded(scene(70, 90), "JPEG", quality=85, progressive=True),
    encoded(scene(70, 90), "JPEG", quality=85, subsampling="4:4:4", restart_marker_blocks=4),
]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(BASES), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_damaged_files_give_nothing_or_what_turbo_gives(base: bytes, changes: list[tuple[float, int]]) -> None:
    data = bytearray(base)
    for place, value in changes:
        data[int(place * (len(data) - 1))] = value
    made = _kernels.jpeg_pdq(bytes(data), 1_000_000)
    if made is None:
        return
    try:
        expected = by_turbo(bytes(data))
    except ValueError:  # turbo warns of what changes no sample, such as the kind of a marker it does not know
        image = Image.open(BytesIO(bytes(data)))
        expected = _kernels.pdq(np.ascontiguousarray(np.asarray(image.convert("RGB"))))
    assert made == expected
