"""A lead at the desk, and files sent through the forms as a browser sends them."""

import hashlib
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from amparo.web.accounts.models import Person
from amparo.web.cases.models import Case


@pytest.fixture(autouse=True)
def _own_home(home: Path) -> None:
    """Each test has a store of its own."""


@pytest.fixture
def desk(lead: Person, signed_in: Callable[[Person], Client]) -> Client:
    return signed_in(lead)


@pytest.fixture
def sent(desk: Client, case: Case, at_once: Callable[[], Any]) -> Callable[..., Any]:
    """sent("a.zip", b"…", label="…"): the deposit form's answer, its jobs done."""

    def post(name: str, data: bytes, **fields: str) -> Any:
        about = {"label": "Phone", "provider": "not-provider", "token": str(uuid.uuid4()), **fields}
        with at_once():
            return desk.post(
                reverse("exhibits:deposit", args=[case.pk]), {**about, "files": SimpleUploadedFile(name, data)}
            )

    return post


@pytest.fixture
def listed(desk: Client, at_once: Callable[[], Any]) -> Callable[..., Any]:
    """listed(b"sha256\\n…", name="…"): the answer of the form that imports a hash list."""

    def post(data: bytes, **fields: str) -> Any:
        about = {"name": "Known", "version": "1", "source": "made up", "purpose": "csam", "format": "csv", **fields}
        with at_once():
            return desk.post(reverse("matches:import"), {**about, "file": SimpleUploadedFile("list.csv", data)})

    return post


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
