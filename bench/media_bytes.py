"""JPEG bytes to PDQ hash, one decoder process against threatexchange's own pdq_from_bytes in one process.

Both decode in full and hash all pixels. The two take turns, and the quickest round of each counts. Baseline files
(as cameras write them) and progressive ones (as many platforms do) are told apart too. Because a decoder process
works beside the one that asks it, processor time is told as well: ours is that of both processes together.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from threatexchange.signal_type.pdq.pdq_hasher import pdq_from_bytes

from amparo import _kernels
from amparo.base import Skipped
from amparo.media import Decoder
from bench.media_pictures import is_progressive, jpegs
from bench.result import Result

GOAL = 7.0


class Spent(NamedTuple):
    """Seconds of one round."""

    wall: float
    processor: float


def run(scale: float) -> Iterator[Result]:
    files = jpegs(scale)
    with Decoder() as decoder:
        yield from _results(decoder, "photos", files, GOAL, scale)
        if scale >= 1:
            plain = [data for data in files if not is_progressive(data)]
            yield from _results(decoder, "baseline photos", plain, None, scale)
            progressive = [data for data in files if is_progressive(data)]
            yield from _results(decoder, "progressive photos", progressive, None, scale)


def _results(decoder: Decoder, what: str, files: Sequence[bytes], goal: float | None, scale: float) -> Iterator[Result]:
    if not files:
        return
    equal = [_ours(decoder, data) for data in files] == [pdq_from_bytes(data) for data in files]
    ours, peer = _in_turn(
        decoder,
        5 if scale >= 1 else 1,
        lambda: _hash_all(decoder, files),
        lambda: [pdq_from_bytes(data) for data in files],
    )
    for of, seconds, peer_seconds, aim in (
        ("second", ours.wall, peer.wall, goal),
        ("second of processor time", ours.processor, peer.processor, None),
    ):
        yield Result(
            target=f"JPEG bytes to PDQ through one decoder process, {len(files)} {what}",
            ours=round(len(files) / seconds, 1),
            unit=f"pictures a {of}",
            peer="threatexchange pdq_from_bytes",
            peer_version=version("threatexchange"),
            ratio=round(peer_seconds / seconds, 2),
            goal=aim,
            equal=equal,
            cpu=_kernels.cpu(),
        )


def _in_turn(decoder: Decoder, rounds: int, *works: Callable[[], object]) -> list[Spent]:
    best = [Spent(float("inf"), float("inf"))] * len(works)
    for _ in range(rounds):
        for number, work in enumerate(works):
            wall, processor = time.perf_counter(), _processor_seconds(decoder)
            work()
            spent = Spent(time.perf_counter() - wall, _processor_seconds(decoder) - processor)
            best[number] = Spent(*map(min, best[number], spent))
    return best


def _processor_seconds(decoder: Decoder) -> float:
    """Of this process and the decoder's. Linux tells of the other: nanoseconds on a processor come first."""
    pid = decoder._process.pid
    told = Path(f"/proc/{pid}/schedstat").read_text().split()
    return time.process_time() + int(told[0]) / 1e9


def _hash_all(decoder: Decoder, files: Sequence[bytes]) -> None:
    """As a scan does: two threads for one process, so that the next picture waits in the pipe."""
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(decoder.pdq, files))


def _ours(decoder: Decoder, data: bytes) -> tuple[str, int] | None:
    made = decoder.pdq(data)
    return None if isinstance(made, Skipped) else (made.hex, made.quality)
