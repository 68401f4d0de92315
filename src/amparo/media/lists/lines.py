"""Lines of a byte stream, each at most so long: a list without line ends must not fill the memory."""

import codecs
import json
import tempfile
from collections.abc import Iterator, Mapping
from typing import BinaryIO, Final

from amparo.base import clean_text
from amparo.media.signals import Signal

MAX_LINE: Final = 64 * 1024


def bounded_lines(stream: BinaryIO, limit: int = MAX_LINE) -> Iterator[tuple[int, bytes | None]]:
    """Yield (line number from 1, the line without its end, or None where it is longer than `limit` bytes).

    A byte order mark before the first line is left out.
    """
    number = 0
    while line := stream.readline(limit + 2):
        number += 1
        text = line.removeprefix(codecs.BOM_UTF8 if number == 1 else b"").rstrip(b"\r\n")
        if line.endswith(b"\n") or len(line) < limit + 2:
            yield number, text if len(text) <= limit else None
            continue
        while (rest := stream.readline(limit)) and not rest.endswith(b"\n"):
            pass
        yield number, None


class BadLine(Exception):
    """A line that is no entry: `reason` and `detail` of what becomes a Skipped."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail


def line_text(line: bytes | None) -> str:
    """Return the text of a line that `bounded_lines` gave. Raises BadLine."""
    if line is None:
        raise BadLine("line-too-long", f"more than {MAX_LINE} bytes")
    if b"\0" in line:
        raise BadLine("nul-byte", "a NUL byte; the file may be UTF-16 or no text at all")
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadLine("not-utf8", f"byte {error.start + 1} of the line is not UTF-8") from None


def good_digest(signal: Signal, text: str) -> str:
    """Return `text` as a digest of `signal`, in lowercase. Raises BadLine."""
    digest = text.lower()
    if not signal.valid(digest):
        raise BadLine("bad-digest", f"{signal.name} must be {2 * signal.octets} hex digits")
    return digest


def one_line(text: str) -> str:
    """`text` for a format in which a line is an entry: cleaned, line ends as spaces, nothing around it."""
    return clean_text(text).replace("\n", " ").strip()


class Rows:
    """Rows of unlike columns, kept until all columns are known; beyond some memory, on the disk."""

    def __init__(self) -> None:
        self.columns: dict[str, None] = {}
        self._file = tempfile.SpooledTemporaryFile(max_size=4 << 20)  # noqa: SIM115 (closed by close)

    def __enter__(self) -> "Rows":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, row: Mapping[str, str]) -> None:
        self.columns |= dict.fromkeys(row)
        self._file.write(json.dumps(row).encode() + b"\n")

    def __iter__(self) -> Iterator[dict[str, str]]:
        self._file.seek(0)
        for line in self._file:
            row: dict[str, str] = json.loads(line)
            yield row
