"""Lines of a byte stream, each at most so long: a list without line ends must not fill the memory."""

from collections.abc import Iterator
from typing import BinaryIO, Final

MAX_LINE: Final = 64 * 1024


def bounded_lines(stream: BinaryIO, limit: int = MAX_LINE) -> Iterator[tuple[int, bytes | None]]:
    """Yield (line number from 1, the line without its end, or None where it is longer than `limit` bytes)."""
    number = 0
    while line := stream.readline(limit + 2):
        number += 1
        text = line.rstrip(b"\r\n")
        if line.endswith(b"\n") or len(line) < limit + 2:
            yield number, text if len(text) <= limit else None
            continue
        while (rest := stream.readline(limit)) and not rest.endswith(b"\n"):
            pass
        yield number, None
