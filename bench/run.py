"""`python -m bench.run [ROOM] [--scale 0.01]`: run the benches of a room, or all, one JSON object a line.

Exit code 1 if results differ from the peer's. A goal that is missed is said in the line ("holds": false), and
fails nothing: other work on the machine may be the cause.
"""

import argparse
import importlib
import sys
from collections.abc import Iterator

from bench.result import Result

#: Room -> its benches; adding one = its module (with `run(scale) -> Iterator[Result]`) + its name here.
ROOMS: dict[str, tuple[str, ...]] = {
    "media": ("media_pdq", "media_bytes", "media_scan", "media_video", "media_index", "media_lists", "media_tips"),
    "ledger": ("ledger_blocks", "ledger_trace", "ledger_clusters", "ledger_accounts"),
}


def results(room: str | None, scale: float) -> Iterator[Result]:
    for name, modules in ROOMS.items():
        if room in {None, name}:
            for module in modules:
                yield from importlib.import_module(f"bench.{module}").run(scale)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench.run", description="Ours against the named peer, in one run.")
    parser.add_argument("room", nargs="?", choices=sorted(ROOMS), help="only the benches of this room")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full size, 0.01 in CI")
    chosen = parser.parse_args(arguments)
    differs = False
    for result in results(chosen.room, chosen.scale):
        print(result.line(), flush=True)
        differs = differs or result.equal is False
    return int(differs)


if __name__ == "__main__":
    sys.exit(main())
