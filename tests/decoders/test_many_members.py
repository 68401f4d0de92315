"""An archive's directory is read once, however many members are opened: its cost must not grow with the square."""

import io
import zipfile

import pytest

from amparo.base import Blob, Skipped
from amparo.decoders import DECODERS, Budget

MEMBERS = 60


def test_the_directory_of_a_zip_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(MEMBERS):
            archive.writestr(f"{number}.txt", b"%d" % number)
    reads = 0
    real = zipfile.ZipFile._RealGetContents  # type: ignore[attr-defined]

    def counting(self: zipfile.ZipFile) -> None:
        nonlocal reads
        reads += 1
        real(self)

    monkeypatch.setattr(zipfile.ZipFile, "_RealGetContents", counting)
    blob = Blob("a.zip", len(buffer.getvalue()), lambda: io.BytesIO(buffer.getvalue()))
    found = [
        each for each in DECODERS["zip"].members(blob, Budget.for_size(blob.size or 0)) if not isinstance(each, Skipped)
    ]
    contents = []
    for member in found:
        with member.blob.open() as stream:
            contents.append(stream.read())
    assert contents == [b"%d" % number for number in range(MEMBERS)]
    assert reads == 1
