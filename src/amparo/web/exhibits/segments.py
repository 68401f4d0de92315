"""Which files belong together: the segments of one disk image, by their numbered endings.

The order is theirs; whether the bytes agree is for the container's reader to say.
"""

import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from string import ascii_uppercase
from typing import Final

_SPLIT: Final = re.compile(r"\.(\d{3})$")
_EWF: Final = re.compile(r"\.([EeSs])(\d\d|[A-Za-z]{2})$")


def segments_of(path: Path) -> list[Path]:
    """Return `path` and the numbered files after it that are there without a gap."""
    found = [path]
    for name in _names_after(path.name):
        following = path.with_name(name)
        if not following.is_file() or following.is_symlink():
            break
        found.append(following)
    return found


def order(names: list[str]) -> list[int]:
    """Return the places of uploaded file names in segment order (E01 … E99, EAA …; 000, 001 …)."""
    return sorted(range(len(names)), key=lambda place: (_rank(names[place]), names[place]))


def _names_after(name: str) -> Iterator[str]:
    if match := _EWF.search(name):
        if match.group(2) == "01":
            stem, letter = name[: match.start()], match.group(1)
            for ending in _ewf_endings(letter):
                yield f"{stem}.{ending}"
    elif (match := _SPLIT.search(name)) and int(match.group(1)) <= 1:
        for number in count(int(match.group(1)) + 1):
            yield f"{name[: match.start()]}.{number:03d}"


def _ewf_endings(letter: str) -> Iterator[str]:
    """E02 … E99, EAA … EZZ, then FAA … ZZZ, in the case of the first one's letter."""
    yield from (f"{letter}{number:02d}" for number in range(2, 100))
    letters = ascii_uppercase if letter.isupper() else ascii_uppercase.lower()
    for first in letters[letters.index(letter) :]:
        for second in letters:
            yield from (first + second + third for third in letters)


def _rank(name: str) -> tuple[int, int, str]:
    if match := _EWF.search(name):
        ending = match.group(2)
        return (0, int(ending), "") if ending.isdigit() else (1, 0, (match.group(1) + ending).upper())
    if match := _SPLIT.search(name):
        return (0, int(match.group(1)), "")
    return (2, 0, name)
