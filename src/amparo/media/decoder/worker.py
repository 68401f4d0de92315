"""The decoder process: reads frames on its input, answers on its output, and can do little else.

Its memory, processor time and file writing are limited, it starts no process, and it ends when its input ends.
A crash here costs one picture. Started by `client.Decoder`, never imported by it.
"""

import resource
import sys
from dataclasses import asdict
from typing import Any, BinaryIO

from amparo.media.decoder import frames, pictures
from amparo.media.decoder.limits import Limits


def main() -> int:
    limits = Limits(*(kind(text) for kind, text in zip((int, int, int, int, float), sys.argv[1:], strict=True)))
    _confine(limits)
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while frame := frames.receive(source, limits.file_bytes):
        _allow_more_time(limits.cpu_seconds)
        _answer(sink, *frame, limits)
    return 0


def _answer(sink: BinaryIO, header: dict[str, Any], data: bytes, limits: Limits) -> None:
    try:
        if header["op"] == "preview":
            wish = {key: header[key] for key in ("side", "grey", "blur")}
            frames.send(sink, {"ok": True}, pictures.preview_of(data, limits, **wish))
        else:
            seen = pictures.seen_in(data, limits)
            camera = asdict(seen.camera) if seen.camera else None
            frames.send(sink, {"ok": True, "pdq": asdict(seen.pdq), "camera": camera})
    except pictures.CannotDecode as refusal:
        frames.send(sink, {"ok": False, "reason": refusal.reason, "detail": refusal.detail})


def _confine(limits: Limits) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # The soft limit alone, because the decoder of HEIC cannot do without a thread: see heic.with_a_thread.
    resource.setrlimit(resource.RLIMIT_NPROC, (0, resource.getrlimit(resource.RLIMIT_NPROC)[1]))


def _allow_more_time(seconds: int) -> None:
    """Processor time is counted from the process's start, so the soft limit moves with each picture."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(usage.ru_utime + usage.ru_stime) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (spent + seconds, resource.RLIM_INFINITY))


if __name__ == "__main__":
    sys.exit(main())
