"""JPEG bytes to PDQ hash, one decoder process against threatexchange's own pdq_from_bytes in one process.

Both decode in full and hash all pixels. The two take turns, and the quickest round of each counts. Baseline files
(as cameras write them) and progressive ones (as many platforms do) are told apart too.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version

from threatexchange.signal_type.pdq.pdq_hasher import pdq_from_bytes

from amparo import _kernels
from amparo.base import Skipped
from amparo.media import Decoder
from bench.media_pictures import is_progressive, jpegs
from bench.result import Result

GOAL = 7.0


def run(scale: float) -> Iterator[Result]:
    files = jpegs(scale)
    with Decoder() as decoder:
        yield _result(decoder, "photos", files, GOAL, scale)
        if scale >= 1:
            yield _result(decoder, "baseline photos", [data for data in files if not is_progressive(data)], None, scale)
            yield _result(decoder, "progressive photos", [data for data in files if is_progressive(data)], None, scale)


def _result(decoder: Decoder, what: str, files: Sequence[bytes], goal: float | None, scale: float) -> Result:
    ours = [_ours(decoder, data) for data in files]
    peer = [pdq_from_bytes(data) for data in files]
    seconds, peer_seconds = _in_turn(
        5 if scale >= 1 else 1, lambda: _hash_all(decoder, files), lambda: [pdq_from_bytes(data) for data in files]
    )
    return Result(
        target=f"JPEG bytes to PDQ through one decoder process, {len(files)} {what}",
        ours=round(len(files) / seconds, 1),
        unit="pictures a second",
        peer="threatexchange pdq_from_bytes",
        peer_version=version("threatexchange"),
        ratio=round(peer_seconds / seconds, 2),
        goal=goal,
        equal=ours == peer,
        cpu=_kernels.cpu(),
    )


def _in_turn(rounds: int, *works: Callable[[], object]) -> list[float]:
    best = [float("inf")] * len(works)
    for _ in range(rounds):
        for number, work in enumerate(works):
            start = time.perf_counter()
            work()
            best[number] = min(best[number], time.perf_counter() - start)
    return best


def _hash_all(decoder: Decoder, files: Sequence[bytes]) -> None:
    """As a scan does: two threads for one process, so that the next picture waits in the pipe."""
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(decoder.pdq, files))


def _ours(decoder: Decoder, data: bytes) -> tuple[str, int] | None:
    made = decoder.pdq(data)
    return None if isinstance(made, Skipped) else (made.hex, made.quality)
