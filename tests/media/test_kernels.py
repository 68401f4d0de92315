"""The native kernels against their plain twins, the golden file, and pdqhash, on every path this machine has."""

import csv
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pdqhash
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.reference import pdq as plain

from amparo import _kernels

GOLDEN_VARIANTS = ("orig", "r90", "r180", "r270", "flipx", "flipy", "plus1", "minus1")


@pytest.fixture(params=["baseline", "avx2", "avx512"])
def path(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param not in _kernels.cpu_paths():
        pytest.skip(f"this machine has no {request.param}")
    before = _kernels.cpu()
    _kernels.use_cpu(request.param)
    yield request.param
    _kernels.use_cpu(before)


def native(pixels: np.ndarray) -> tuple[tuple[str, ...], int]:
    hashes, quality = _kernels.pdq(np.ascontiguousarray(pixels))
    return tuple(each.hex() for each in hashes), quality


def apart(a: str, b: str) -> int:
    return (int(a, 16) ^ int(b, 16)).bit_count()


def picture(height: int, width: int, seed: int) -> np.ndarray:
    """Smooth hills and a little noise: a picture with structure, of any size."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    planes = [
        127 + 90 * np.sin(y * rng.uniform(0.01, 0.2) + rng.uniform(0, 6)) * np.cos(x * rng.uniform(0.01, 0.2))
        for _ in range(3)
    ]
    return np.clip(np.stack(planes, -1) + rng.normal(0, 9, (height, width, 3)), 0, 255).astype(np.uint8)


def golden(shared: Path) -> list[dict[str, str]]:
    with (shared / "pdq/vectors/golden-pdqhash-0.2.8.csv").open() as lines:
        return list(csv.DictReader(lines))


def test_golden_file_plain_hash_and_quality_are_equal(shared: Path, path: str) -> None:
    rows = golden(shared)
    assert len(rows) == 40
    for row in rows:
        hashes, quality = native(np.asarray(Image.open(shared / "pdq" / row["path"]).convert("RGB")))
        assert (hashes[0], quality) == (row["pdq"], int(row["quality"])), row["path"]
        for name, got in zip(GOLDEN_VARIANTS, hashes, strict=True):
            # Below quality 50 a variant may lie at a near-tie of the median, which flips with any build.
            assert apart(got, row[f"dih_{name}"]) <= (0 if quality >= 50 else 2), (row["path"], name)


def test_twin_is_equal_on_golden_pictures(shared: Path, path: str) -> None:
    for row in golden(shared)[12:20] + golden(shared)[-6:]:
        pixels = np.asarray(Image.open(shared / "pdq" / row["path"]).convert("RGB"))
        assert native(pixels) == plain.pdq(pixels), row["path"]


SIZES = [(5, 5), (5, 400), (400, 7), (63, 65), (64, 64), (128, 129), (127, 1000), (640, 481), (1023, 517)]


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_twin_is_equal_on_odd_sizes(path: str, height: int, width: int) -> None:
    pixels = picture(height, width, height * 7919 + width)
    assert native(pixels) == plain.pdq(pixels)
    grey = np.ascontiguousarray(pixels[..., 1])
    assert native(grey) == plain.pdq(grey)


def test_pdqhash_agrees_on_fifty_odd_sizes(path: str) -> None:
    sizes = np.random.default_rng(11).integers(64, 700, (50, 2)).tolist()
    sizes += [[5, 90], [63, 300], [33, 47], [700, 21], [5, 5], [6, 4000], [4000, 7], [5, 3999], [1999, 9]]
    # Sides of exactly 8, 16 or 32 repeat their samples, so many frequencies are zero but for rounding: not compared.
    for height, width in sizes:
        pixels = picture(height, width, height * 1009 + width)
        vector, quality = pdqhash.compute(pixels)
        peer = f"{int(''.join(str(int(bit)) for bit in vector), 2):064x}"
        got, got_quality = native(pixels)
        assert (got[0], got_quality) == (peer, quality), (height, width)


def test_a_turned_photo_lies_near_one_variant_and_far_from_the_rest(shared: Path, path: str) -> None:
    files = sorted((shared / "pdq/dih").glob("bridge-*.jpg"))
    assert len(files) == 8
    first, *_ = [native(np.asarray(Image.open(file).convert("RGB")))[0] for file in files[:1]]
    for number, file in enumerate(files):
        got = native(np.asarray(Image.open(file).convert("RGB")))[0][0]
        distances = sorted((apart(got, each), which) for which, each in enumerate(first))
        assert distances[0][0] <= 8, file.name
        assert distances[0][1] == number, file.name
        assert distances[1][0] >= 100, file.name


@settings(max_examples=30, deadline=None)
@given(st.integers(5, 90), st.integers(5, 90), st.integers(0, 2**32 - 1))
def test_twin_is_equal_on_noise(height: int, width: int, seed: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    assert native(pixels) == plain.pdq(pixels)


@pytest.mark.parametrize("size", [(4, 900), (1, 100_000), (100_000, 1), (1, 1)])
def test_under_five_pixels_gives_zeros_as_the_peer_does(path: str, size: tuple[int, int]) -> None:
    pixels = picture(*size, 3)
    assert native(pixels) == (("0" * 64,) * 8, 0)
    vector, quality = pdqhash.compute(pixels)
    assert (vector.sum(), quality) == (0, 0)


def test_blank_picture_has_quality_zero(path: str) -> None:
    assert native(np.full((200, 300, 3), 77, np.uint8))[1] == 0


@pytest.mark.parametrize("shape", [(3, 3, 4), (7,), (2, 2, 2, 2)])
def test_pdq_refuses_other_shapes(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="height, width"):
        _kernels.pdq(np.zeros(shape, np.uint8))


def test_pdq_refuses_other_types() -> None:
    with pytest.raises(TypeError):
        _kernels.pdq(np.zeros((9, 9), np.float32))


def test_hamming_worked_by_hand(path: str) -> None:
    bank = np.zeros((3, 32), np.uint8)
    bank[1, 0] = 0b111
    bank[2] = 0xFF
    query = np.zeros((1, 32), np.uint8)
    assert _kernels.hamming(bank, query, 3).tolist() == [[0, 0, 0], [0, 1, 3]]
    assert _kernels.hamming(bank, query, 2).tolist() == [[0, 0, 0]]
    assert len(_kernels.hamming(bank, query, 256)) == 3
    assert len(_kernels.hamming(bank[:0], query, 256)) == 0


def test_hamming_is_brute_force_on_real_hashes(shared: Path, path: str) -> None:
    def rows(name: str) -> np.ndarray:
        lines = (shared / "pdq/vectors" / name).read_text().split()
        return np.array([list(bytes.fromhex(line[:64])) for line in lines if len(line.split(",")[0]) == 64], np.uint8)

    haystack, needles = rows("haystack.txt"), rows("needles.txt")
    assert (len(haystack), len(needles)) == (1350, 100)
    distances = np.bitwise_count(haystack[:, None, :] ^ needles[None]).sum(-1)
    expected = {(int(q), int(i), int(distances[i, q])) for i, q in np.argwhere(distances <= 31)}
    got = {(q, i, d) for q, i, d in _kernels.hamming(haystack, needles, 31).tolist()}
    assert got == expected
    assert len(got) == 250


def test_environment_names_the_path() -> None:
    for name in _kernels.cpu_paths():
        run = ask_cpu(name)
        assert (run.returncode, run.stdout.strip()) == (0, name)


def test_an_absent_path_is_a_clear_error() -> None:
    run = ask_cpu("abacus")
    assert run.returncode != 0
    assert "this machine has no path called 'abacus'; it has: baseline" in run.stderr


def ask_cpu(name: str) -> "subprocess.CompletedProcess[str]":
    code = "import amparo._kernels as k; print(k.cpu())"
    env = dict(os.environ, AMPARO_CPU=name)
    return subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
