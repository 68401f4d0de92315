"""PDQ kernel, pixels in memory, against pdqhash: at least 30 times as quick with AVX2, 10 times without.

The same bits are wanted on every photo, and on 500 made pictures of odd sizes: sides of 5 to 4000 pixels, strips,
extreme ratios.
"""

from collections.abc import Iterator
from importlib.metadata import version

import numpy as np
import pdqhash

from amparo import _kernels
from bench.media_pictures import jpegs, pixels
from bench.result import Result, best_of

GOALS = {"baseline": 10.0, "avx2": 30.0, "avx512": 30.0}
ODD = 500
LARGEST = 4_000_000  # pixels, so that 500 of them do not take an hour


def run(scale: float) -> Iterator[Result]:
    pictures = [pixels(data) for data in jpegs(scale)]
    times = 3 if scale >= 1 else 1
    peer_seconds = best_of(times, lambda: [pdqhash.compute(each) for each in pictures])
    expected = [_peer(each) for each in pictures]
    before = _kernels.cpu()
    for path in _kernels.cpu_paths():
        _kernels.use_cpu(path)
        seconds = best_of(times * 3, lambda: [_kernels.pdq(each) for each in pictures])
        yield Result(
            target=f"PDQ of pixels in memory, 8 variants, {len(pictures)} photos",
            ours=round(1000 * seconds / len(pictures), 3),
            unit="ms a picture",
            peer="pdqhash.compute (1 variant)",
            peer_version=version("pdqhash"),
            ratio=round(peer_seconds / seconds, 1),
            goal=GOALS[path],
            equal=[_ours(each) for each in pictures] == expected,
            cpu=path,
        )
    _kernels.use_cpu(before)
    yield from _odd_sizes(max(10, round(ODD * scale)))


def _odd_sizes(count: int) -> Iterator[Result]:
    """How many bits of hash and quality differ from the peer's, over all paths."""
    differing = dict.fromkeys(_kernels.cpu_paths(), 0)
    before = _kernels.cpu()
    for number in range(count):
        picture = odd_picture(number)
        expected = _peer(picture)
        for path in differing:
            _kernels.use_cpu(path)
            hashed, quality = _ours(picture)
            differing[path] += (hashed ^ expected[0]).bit_count() + (quality != expected[1])
    _kernels.use_cpu(before)
    for path, bits in differing.items():
        yield Result(
            target=f"bits that differ on {count} made pictures of odd sizes",
            ours=bits,
            unit="bits",
            peer="pdqhash.compute",
            peer_version=version("pdqhash"),
            ratio=None,
            goal=None,
            equal=bits == 0,
            cpu=path,
        )


def odd_picture(number: int) -> np.ndarray:
    """Hills and noise; the size is any, often a strip.

    Sides of 8, 16 and 32 are left out: their samples repeat, so that many frequencies are zero but for rounding.
    """
    rng = np.random.default_rng(number)
    while True:
        height, width = (int(5 * 800 ** rng.uniform()) for _ in range(2))
        if number % 5 == 0:
            height, width = sorted((height, 5 + height % 7)) if number % 2 else (5 + width % 7, width)
        if height * width <= LARGEST and not {height, width} & {8, 16, 32}:
            break
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    waves = [
        np.sin(y * rng.uniform(0.01, 0.3)) * np.cos(x * rng.uniform(0.01, 0.3) + rng.uniform(0, 6)) for _ in range(3)
    ]
    noise = rng.normal(0, 9, (height, width, 3)).astype(np.float32)
    return np.clip(127 + 90 * np.stack(waves, -1) + noise, 0, 255).astype(np.uint8)


def _ours(picture: np.ndarray) -> tuple[int, int]:
    hashes, quality = _kernels.pdq(picture)
    return int.from_bytes(hashes[0], "big"), quality


def _peer(picture: np.ndarray) -> tuple[int, int]:
    bits, quality = pdqhash.compute(picture)
    return int.from_bytes(np.packbits(bits).tobytes(), "big"), quality
