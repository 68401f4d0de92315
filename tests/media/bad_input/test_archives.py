"""Archives that lead in a circle or hold more than they weigh, on the way into a scan: each ends, and says why."""

import io
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from amparo.base import Blob, Skipped
from amparo.decoders import Limits
from amparo.evidence import Item, open_container
from amparo.media import Entry, Index, build_index, scan


@pytest.fixture
def index(tmp_path: Path) -> Index:
    build_index([Entry(1, {"md5": "ab" * 16})], tmp_path / "list", {})
    return Index.open(tmp_path / "list")


def a_zip(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data)
    return out.getvalue()


def overlapping(names: int, size: int) -> bytes:
    """A zip whose directory names one member's bytes again and again: `names` times `size` octets of zeros."""
    whole = a_zip(("0", bytes(size)))
    end = whole.rindex(b"PK\5\6")
    begin = struct.unpack_from("<I", whole, end + 16)[0]
    entry = whole[begin:end]
    directory = entry * names
    tail = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, names, names, len(directory), begin, 0)
    return whole[:begin] + directory + tail


def nested_in_itself(depth: int) -> bytes:
    """Each archive holds its own kind twice, as one that holds itself would to whoever opens it so often."""
    data = a_zip(("end", b"x"))
    for _ in range(depth):
        data = a_zip(("a.zip", data), ("b.zip", data))
    return data


class Met(NamedTuple):
    """What a scan of everything in an archive met: items, octets of them, reasons of what was not opened or read."""

    items: int
    octets: int
    reasons: set[str]


def scanned(path: Path, index: Index, limits: Limits) -> Met:
    reasons: set[str] = set()
    items = octets = 0

    def blobs(walk: Iterator[Item | Skipped]) -> Iterator[Blob]:
        nonlocal octets
        for each in walk:
            if isinstance(each, Skipped):
                reasons.add(each.reason)
            elif each.blob is not None:
                octets += each.size or 0
                yield each.blob

    with open_container(path) as container:
        for each in scan(blobs(container.walk(limits=limits)), {"list": index}):
            items += 1
            reasons |= {skipped.reason for skipped in each.skipped}
    return Met(items, octets, reasons)


@pytest.mark.parametrize("names", [2, 3000])
def test_a_zip_whose_members_overlap_gives_no_more_than_its_allowance(tmp_path: Path, index: Index, names: int) -> None:
    (tmp_path / "zip").write_bytes(overlapping(names, 1_000_000))
    met = scanned(tmp_path / "zip", index, Limits(ratio=2, floor=20_000_000))
    assert met.items >= 1
    assert met.octets <= 22_000_000
    assert ("bomb" in met.reasons) == (names == 3000)


def test_a_circle_of_archives_ends_at_the_depth_that_is_allowed(tmp_path: Path, index: Index) -> None:
    (tmp_path / "zip").write_bytes(nested_in_itself(6))
    met = scanned(tmp_path / "zip", index, Limits(depth=3))
    assert met.items == 1 + 2 + 4 + 8
    assert "too-deep" in met.reasons
