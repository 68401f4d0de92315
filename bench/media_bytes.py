"""JPEG bytes to PDQ hash, as a scan does it (decoder process included), against Pillow + pdqhash in one process.

The peer is what threatexchange's pdq_from_bytes does, without its imports.
"""

from collections.abc import Iterator
from importlib.metadata import version

import numpy as np
import pdqhash

from amparo import _kernels
from amparo.base import Skipped
from amparo.media import Decoder
from bench.media_pictures import jpegs, pixels
from bench.result import Result, best_of


def run(scale: float) -> Iterator[Result]:
    files = jpegs(scale)
    times = 3 if scale >= 1 else 1
    peer = [_peer(data) for data in files]
    peer_seconds = best_of(times, lambda: [_peer(data) for data in files])
    with Decoder() as decoder:
        ours = [_ours(decoder, data) for data in files]
        seconds = best_of(times, lambda: [decoder.pdq(data) for data in files])
    yield Result(
        target=f"JPEG bytes to PDQ through the decoder process, {len(files)} photos",
        ours=round(len(files) / seconds, 1),
        unit="pictures a second",
        peer="Pillow full decode + pdqhash",
        peer_version=f"{version('pillow')} + {version('pdqhash')}",
        ratio=round(peer_seconds / seconds, 2),
        goal=7.0,
        equal=ours == peer,
        cpu=_kernels.cpu(),
    )


def _ours(decoder: Decoder, data: bytes) -> tuple[str, int] | None:
    made = decoder.pdq(data)
    return None if isinstance(made, Skipped) else (made.hex, made.quality)


def _peer(data: bytes) -> tuple[str, int]:
    bits, quality = pdqhash.compute(pixels(data))
    return np.packbits(bits).tobytes().hex(), quality
