"""What the evidence tests share: small disks made on the spot."""

import io
from pathlib import Path

import pytest

from amparo.base import Skipped
from amparo.evidence import Item
from amparo.evidence.ewf import write_ewf


class Walked:
    """A finished walk: items by path, skips as (what, reason)."""

    def __init__(self, found):
        found = list(found)
        self.items = {each.path: each for each in found if isinstance(each, Item)}
        self.order = [each.path for each in found if isinstance(each, Item)]
        self.skips = [(each.what, each.reason) for each in found if isinstance(each, Skipped)]

    def content(self, path: str) -> bytes:
        with self.items[path].blob.open() as stream:
            return stream.read()


@pytest.fixture
def walked():
    return Walked


@pytest.fixture
def images(shared) -> Path:
    return shared / "evidence" / "images"


@pytest.fixture
def make_ewf(tmp_path):
    """Write media as an E01 under tmp_path and return the paths of its segments."""

    def make(media: bytes, name: str = "disk.E01", **how) -> list[Path]:
        return write_ewf(io.BytesIO(media), len(media), tmp_path / name, **how)

    return make
