"""PDQ kernel, pixels in memory, against pdqhash: at least 30 times as quick with AVX2, 10 times without."""

from collections.abc import Iterator
from importlib.metadata import version

import pdqhash

from amparo import _kernels
from bench.media_pictures import jpegs, pixels
from bench.result import Result, best_of

GOALS = {"baseline": 10.0, "avx2": 30.0, "avx512": 30.0}


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


def _ours(picture: object) -> tuple[int, int]:
    hashes, quality = _kernels.pdq(picture)  # type: ignore[arg-type]
    return int.from_bytes(hashes[0], "big"), quality


def _peer(picture: object) -> tuple[int, int]:
    bits, quality = pdqhash.compute(picture)
    return int("".join(str(int(bit)) for bit in bits), 2), quality
