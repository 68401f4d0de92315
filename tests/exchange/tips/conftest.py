"""A delivery in memory, and what reading it gives, split by kind."""

import io
import zipfile
from collections.abc import Callable, Mapping
from typing import NamedTuple

import pytest

from amparo.base import Blob, Skipped
from amparo.exchange.tips import LooseFile, Tip, read_delivery


class Read(NamedTuple):
    tips: list[Tip]
    loose: list[LooseFile]
    skipped: list[Skipped]

    @property
    def tip(self) -> Tip:
        (tip,) = self.tips
        return tip

    @property
    def reasons(self) -> list[str]:
        return [each.reason for each in self.skipped]


def zipped(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def read(source: object, name: str = "d.zip") -> Read:
    """Read bytes (one file), a mapping (a zip of them), or a path."""
    if isinstance(source, Mapping):
        source = zipped(source)
    if isinstance(source, bytes):
        source = Blob.from_bytes(source, name)
    found = list(read_delivery(source))
    return Read(
        [each for each in found if isinstance(each, Tip)],
        [each for each in found if isinstance(each, LooseFile)],
        [each for each in found if isinstance(each, Skipped)],
    )


def report(number: str = "1001", *files: str, more: str = "", kind: str = "Online Enticement of Children") -> bytes:
    named = "".join(f"<fileDetails><originalFileName>{name}</originalFileName></fileDetails>" for name in files)
    summary = f"<incidentSummary><incidentType>{kind}</incidentType></incidentSummary>"
    return f"<report><reportId>{number}</reportId>{summary}{named}{more}</report>".encode()


@pytest.fixture(name="read")
def read_fixture() -> Callable[..., Read]:
    return read


@pytest.fixture(name="report")
def report_fixture() -> Callable[..., bytes]:
    return report


@pytest.fixture(name="zipped")
def zipped_fixture() -> Callable[..., bytes]:
    return zipped
