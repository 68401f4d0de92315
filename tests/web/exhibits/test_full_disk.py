"""A disk that is really full: a small tmpfs under the store."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from amparo.evidence import DiskFull
from amparo.web.accounts.models import Person
from amparo.web.cases.models import Case
from amparo.web.exhibits.actions import deposit_path
from amparo.web.exhibits.models import Exhibit

pytestmark = pytest.mark.usefixtures("in_agency")


@pytest.fixture
def small_store(home: Path) -> Iterator[Path]:
    """A store on a disk of 1 MB."""
    store = home / "store"
    store.mkdir(parents=True)
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "amparo-test", store], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip(f"this user may not mount a tmpfs: {made.stderr.decode().strip()}")
    yield store
    subprocess.run(["umount", store], check=True)


def kept(store: Path) -> list[Path]:
    return [path for path in store.rglob("*") if path.is_file()]


def test_nothing_is_stored_and_no_exhibit_made(small_store: Path, lead: Person, case: Case, tmp_path: Path) -> None:
    large = tmp_path / "large.bin"
    large.write_bytes(os.urandom(3 * 1024 * 1024))
    with pytest.raises(DiskFull):
        deposit_path(actor=lead, case=case, path=large)
    assert not kept(small_store)
    assert not Exhibit.objects.exists()
    small = tmp_path / "small.bin"
    small.write_bytes(b"fits")
    assert deposit_path(actor=lead, case=case, path=small).state == "sealed"


def test_the_form_says_it_and_keeps_what_was_typed(
    small_store: Path, lead: Person, case: Case, tmp_path: Path, signed_in: Callable[[Person], Client]
) -> None:
    large = tmp_path / "large.bin"
    large.write_bytes(os.urandom(3 * 1024 * 1024))
    token = "6c8b9b1e-3f0f-4a39-8f6d-0d6a4a1c2f11"
    with large.open("rb") as file:
        sent = {"label": "Phone of P1", "provider": "not-provider", "token": token, "files": file}
        answer = signed_in(lead).post(reverse("exhibits:deposit", args=[case.pk]), sent)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "E202" in page
    assert "Phone of P1" in page
    assert not kept(small_store)
