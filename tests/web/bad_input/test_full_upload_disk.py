"""The disk is full while an upload is still coming in: before any form could say it."""

import io
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from amparo.web.accounts.models import Person
from amparo.web.cases.models import Case
from amparo.web.exhibits.models import Exhibit

pytestmark = pytest.mark.usefixtures("in_agency")


@pytest.fixture
def small_disk(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """Uploads come in on a disk of 1 MB."""
    place = tmp_path / "incoming"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "amparo-test", place], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip(f"this user may not mount a tmpfs: {made.stderr.decode().strip()}")
    settings.FILE_UPLOAD_TEMP_DIR = place
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


def test_a_full_disk_is_said_and_the_next_upload_works(
    small_disk: Path, lead: Person, case: Case, sent: Callable[..., Any], signed_in: Callable[[Person], Client]
) -> None:
    desk = signed_in(lead)
    for client in (desk, strict(lead)):
        large = {"label": "x", "files": SimpleUploadedFile("large.bin", bytes(3_000_000))}
        answer = client.post(reverse("exhibits:deposit", args=[case.pk]), large)
        page = answer.content.decode()
        assert answer.status_code == 400
        assert "No space left on device" in page
        assert "W003" in page
        assert "Free some space" in page
        assert not list(small_disk.iterdir())
    assert not Exhibit.objects.exists()
    assert sent("small.bin", b"fits").status_code == 302
    assert Exhibit.objects.get().state == "sealed"


def strict(lead: Person) -> Client:
    """A browser without a CSRF token: the request is read before the view is chosen."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(lead, backend="allauth.account.auth_backends.AuthenticationBackend")
    client.cookies["amparo_csrf"] = "x" * 32
    return client


def test_a_request_that_breaks_off_is_said(lead: Person, case: Case, signed_in: Callable[[Person], Client]) -> None:
    answer = signed_in(lead).generic(
        "POST", reverse("exhibits:deposit", args=[case.pk]), io.BytesIO(b"no form at all").read(),
        content_type="multipart/form-data",
    )  # fmt: skip
    assert answer.status_code == 400
    assert "W004" in answer.content.decode()
