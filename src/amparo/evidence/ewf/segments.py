"""Segment files: which belong to an image, and the chain of sections in each."""

import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from amparo.evidence.errors import FormatNotRead, ImageBroken

SIGNATURE: Final = b"EVF\x09\x0d\x0a\xff\x00"
_OTHERS: Final = {
    b"LVF": "a logical evidence file (L01)",
    b"EVF2": "a version 2 evidence file (Ex01)",
    b"ADCRYPT": "an encrypted AD image",
}
_HEADER: Final = 13
_DESCRIPTOR: Final = 76
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Section(NamedTuple):
    """One section: its payload is bytes `start` to `end` of its segment file."""

    kind: str
    start: int
    end: int


def is_ewf(head: bytes) -> bool:
    return head.startswith(SIGNATURE)


def refuse_other_forms(name: str, head: bytes) -> None:
    """Raise FormatNotRead for evidence files of a known form that is not read."""
    for signature, what in _OTHERS.items():
        if head.startswith(signature):
            raise FormatNotRead(name=name, what=what)


def find_segments(first: Path) -> list[Path]:
    """Return `first` and the segment files beside it, in order, as far as they are there (.E01 … .E99, .EAA …)."""
    suffix = first.suffix
    if len(suffix) != 4 or not suffix[2:].isdigit():
        return [first]
    beginning = first.with_suffix(segment_suffix(1, suffix[1]))
    found = [beginning if beginning.exists() else first]
    for number in range(int(found[0].suffix[2:]) + 1, 99 + 26**3):
        following = first.with_suffix(segment_suffix(number, suffix[1]))
        if not following.exists():
            break
        found.append(following)
    return found


def segment_suffix(number: int, letter: str) -> str:
    """Suffix of segment `number`; `letter` E or e, as the first file has it."""
    if number <= 99:
        return f".{letter}{number:02}"
    rest = number - 100
    first, rest = divmod(rest, 26 * 26)
    text = chr(ord(letter.upper()) + first) + _LETTERS[rest // 26] + _LETTERS[rest % 26]
    return "." + (text if letter.isupper() else text.lower())


def segment_number(file: BinaryIO, name: str) -> int:
    """Read the 13 bytes a segment file starts with. Raises ImageBroken, FormatNotRead."""
    file.seek(0)
    head = file.read(_HEADER)
    refuse_other_forms(name, head)
    if len(head) < _HEADER or not is_ewf(head) or head[8] != 1 or head[11:] != b"\x00\x00":
        raise ImageBroken(name=name, why="it does not start as a segment of an E01 image")
    return int(struct.unpack_from("<H", head, 9)[0])


def in_order(paths: Sequence[Path]) -> list[tuple[int, Path]]:
    """Return (segment number, path), sorted; files in a store keep no names, so only the number counts."""
    numbered = []
    for path in paths:
        with path.open("rb") as file:
            numbered.append((segment_number(file, path.name), path))
    return sorted(numbered)


def read_sections(file: BinaryIO, name: str, problems: list[str]) -> Iterator[Section]:
    """Yield the sections of a segment file; "next" or "done" comes last. What is wrong is added to `problems`."""
    size = os.fstat(file.fileno()).st_size
    at = _HEADER
    while True:
        file.seek(at)
        descriptor = file.read(_DESCRIPTOR)
        if len(descriptor) < _DESCRIPTOR:
            problems.append(f"{name} ends at byte {size}, in the middle of its list of sections")
            return
        following, length, adler = (
            *struct.unpack_from("<QQ", descriptor, 16),
            struct.unpack_from("<I", descriptor, 72)[0],
        )
        if zlib.adler32(descriptor[:72]) != adler:
            problems.append(f"{name}: the section at byte {at} is damaged; what follows it cannot be found")
            return
        kind = descriptor[:16].rstrip(b"\x00").decode("ascii", "backslashreplace")
        if kind in {"next", "done"}:
            yield Section(kind, at + _DESCRIPTOR, at + _DESCRIPTOR)
            if at + _DESCRIPTOR != size:
                problems.append(f"{name}: {size - at - _DESCRIPTOR} bytes follow its end")
            return
        if following != at + length or length < _DESCRIPTOR:
            problems.append(f"{name}: the section {kind} at byte {at} contradicts itself about its length")
            return
        if following > size:
            problems.append(f"{name} ends at byte {size}, before the end of its section {kind} at byte {following}")
        yield Section(kind, at + _DESCRIPTOR, min(following, size))
        if following >= size:
            return
        at = following
