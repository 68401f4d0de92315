"""Lists damaged in the ways files are: cut, flipped, doubled, spliced, bracketed, filled with what breaks parsers."""

import random
import tempfile
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from amparo.base import AmparoError, Skipped
from amparo.media import LISTS, Entry
from amparo.media.lists import EntryBatch, detect, opened
from amparo.media.lists.known_good import KNOWN_GOOD

GOOD = KNOWN_GOOD.names()
PIECES = (
    *(bytes([sign]) for sign in b'{}[],:"\\<>&;\t\n\r\0-'),
    b"\\u", b"\\ud800", b"\\u0000", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xe2\x80\xa8", b"\xc2\x85", b"\x1c", b"null",
    b"1e999", b"0" * 40, b"[" * 80, b'{"a":' * 80, b"&a;", b"<a>", b"</a>", b"<![CDATA[", b"<!--", b"<?x", b"%%%% ",
    b'<!DOCTYPE a [<!ENTITY b "c">]>', b"##", b",,,,", b"\xef\xbb\xbf", b"\xff\xfe", b'"MD5":"', b'"value":[',
    b'"Media":[{', b"=1+1", b"\x01\x00",
)  # fmt: skip


def damaged(data: bytes, others: list[bytes], dice: random.Random) -> bytes:
    """`data` after one to four harms."""
    for _ in range(dice.randint(1, 4)):
        at, to = sorted((dice.randint(0, len(data)), dice.randint(0, len(data))))
        harm = dice.randrange(7)
        if harm == 0:
            data = data[:at]
        elif harm == 1:
            data = data[:at] + dice.choice(PIECES) * dice.choice((1, 1, 2, 9)) + data[at:]
        elif harm == 2:
            data = data[:at] + data[to:]
        elif harm == 3:
            data = data[:to] + data[at:]
        elif harm == 4 and data:
            at = min(at, len(data) - 1)
            data = data[:at] + bytes([data[at] ^ 1 << dice.randrange(8)]) + data[at + 1 :]
        elif harm == 5:
            other = dice.choice(others)
            data = data[:at] + other[dice.randint(0, len(other)) :]
        else:
            data = data[:at] + dice.randbytes(dice.randint(1, 20)) + data[to:]
    return data[: 1 << 20]


class Chunked(BytesIO):
    """Gives less than it is asked for, as pipes do."""

    def __init__(self, data: bytes, size: int) -> None:
        super().__init__(data)
        self._size = size

    def read(self, size: int | None = -1) -> bytes:
        return super().read(self._size if size is None or size < 0 else min(size, self._size))


def _until(seconds: float) -> Iterator[None]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield


def attack_list(form: str, seconds: float, seed: int) -> int:
    """Read damaged lists for so long; returns how many. Anything but entries, skips and our errors is raised."""
    dice = random.Random(seed)
    lists = [example.data for each in LISTS for example in each.examples()]
    own = [example.data for example in LISTS[form].examples()]
    count = 0
    for _ in _until(seconds):
        count += 1
        data = damaged(dice.choice(own), lists, dice)
        detect(data[:8192])
        entries = []
        try:
            for each in LISTS[form].read(Chunked(data, dice.choice((1, 7, 100, 1 << 20)))):
                assert isinstance(each, Entry | EntryBatch | Skipped)
                entries += [] if isinstance(each, Skipped) else list(opened(each))
        except AmparoError:
            continue
        if LISTS[form].writable:
            LISTS[form].write(entries, BytesIO(), {})
    return count


def attack_good(form: str, seconds: float, seed: int) -> int:
    """Ask damaged lists of harmless files for so long; returns how many."""
    dice = random.Random(seed)
    examples = KNOWN_GOOD[form].examples()
    files = [example.data for each in KNOWN_GOOD for example in each.examples()]
    count = 0
    with tempfile.TemporaryDirectory(prefix="amparo-fuzz-") as scratch:
        path = Path(scratch) / "list"
        for _ in _until(seconds):
            count += 1
            example = dice.choice(examples)
            path.write_bytes(damaged(example.data, files, dice))
            try:
                with KNOWN_GOOD[form].open(path) as good:
                    assert good.holds(**example.listed) in {True, False}
                    assert good.holds(**example.unlisted) in {True, False}
            except AmparoError:
                continue
    return count
