"""The decoder process: reads frames on its input, answers on its output, and can do little else.

Its memory, processor time and file writing are limited, it starts no process, and it ends when its input ends.
A crash here costs one picture. Started by `client.Decoder`, never imported by it.
"""

import sys
from dataclasses import asdict
from typing import Any, BinaryIO

from amparo.media.decoder import frames, pictures
from amparo.media.decoder.confining import allow_more_time, confine
from amparo.media.decoder.limits import Limits


def main() -> int:
    limits = Limits(*(kind(text) for kind, text in zip((int, int, int, int, float), sys.argv[1:], strict=True)))
    # The decoder of HEIC cannot do without a thread.
    confine(limits.memory_bytes, threads_on_demand=True)
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while frame := frames.receive(source, limits.file_bytes):
        allow_more_time(limits.cpu_seconds)
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


if __name__ == "__main__":
    sys.exit(main())
