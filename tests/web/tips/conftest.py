"""A member of staff who imports tips, and deliveries that were imported."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django_scopes import scope

from amparo.web.accounts.models import Person
from amparo.web.tips.actions import import_upload
from amparo.web.tips.models import Delivery

HERE = Path(__file__).resolve().parent
if str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))

from made_reports import ABOUT, a_zip  # noqa: E402 - only now it is found


@pytest.fixture
def worker(person: Callable[..., Person]) -> Person:
    return person("investigator", username="tina")


@pytest.fixture
def delivered(home: Any, worker: Person, at_once: Callable[[], Any]) -> Callable[..., Delivery]:
    """delivered({"a.json": b"…"}): a zip imported, read and ranked."""

    def make(files: dict[str, bytes], *, actor: Person | None = None, name: str = "delivery.zip") -> Delivery:
        with scope(agency=(actor or worker).agency):
            with at_once():
                made = import_upload(actor=actor or worker, files=[(name, [a_zip(files)])], **ABOUT)
            return Delivery.objects.get(pk=made.pk)

    return make
