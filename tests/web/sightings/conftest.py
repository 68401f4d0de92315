"""A zip to deposit, and a way to let its jobs run: hash check, catalogue, extraction."""

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django_scopes import scope

from amparo.web.accounts.models import Agency, Person
from amparo.web.cases.models import Case
from amparo.web.exhibits.actions import deposit_file
from amparo.web.exhibits.models import Exhibit


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of one's own for each test."""
    monkeypatch.setenv("AMPARO_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def lead(case: Case) -> Person:
    return Person.objects.get(username="lead")


@pytest.fixture
def in_agency(agency: Agency) -> Iterator[None]:
    with scope(agency=agency):
        yield


def a_zip(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 3, 4, 5, 6, 8)), data)
    return buffer.getvalue()


@pytest.fixture
def zipped() -> Callable[[dict[str, bytes]], bytes]:
    return a_zip


@pytest.fixture
def deposited(
    lead: Person, case: Case, in_agency: None, django_capture_on_commit_callbacks: Callable[..., object]
) -> Callable[..., Exhibit]:
    """deposited({"a.txt": b"…"}): a zip exhibit of `case`, checked and catalogued."""

    def make(files: dict[str, bytes], **about: object) -> Exhibit:
        with django_capture_on_commit_callbacks(execute=True):
            made = deposit_file(actor=lead, case=case, files=[("a.zip", [a_zip(files)])], label="A zip", **about)
        return Exhibit.objects.select_related("case__agency").get(pk=made.pk)

    return make
