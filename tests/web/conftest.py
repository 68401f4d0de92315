"""Agencies, persons and signed-in clients, made through the same actions as in production."""

import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django_scopes import scope

from amparo.web.accounts.actions import add_agency, found_person
from amparo.web.accounts.models import Agency, Person
from amparo.web.audit.actors import SYSTEM
from amparo.web.cases.actions import add_member, open_case
from amparo.web.cases.models import Case
from amparo.web.exhibits.actions import deposit_file
from amparo.web.exhibits.models import Exhibit

PASSWORD = "correct horse battery staple"

COMPLAINT: dict[str, Any] = {
    "kind": "complaint",
    "reference": "C-17/2026",
    "issuer": "Complainant",
    "valid_from": date(2026, 1, 1),
    "data_kinds": ["files", "pictures", "communications", "financial", "report"],
}


@pytest.fixture
def agency(db: None) -> Agency:
    return add_agency(actor=SYSTEM, slug="north", name="Cybercrime Unit North", country="KE")


@pytest.fixture
def other_agency(db: None) -> Agency:
    return add_agency(actor=SYSTEM, slug="south", name="Cybercrime Unit South", country="TZ")


@pytest.fixture
def exercise_agency(db: None) -> Agency:
    return add_agency(actor=SYSTEM, slug="academy", name="Academy", kind=Agency.Kind.EXERCISE)


@pytest.fixture
def person(agency: Agency) -> Callable[..., Person]:
    """person("investigator", username="r.diaz", agency=…): a member of staff with a second factor."""

    def make(*roles: str, username: str | None = None, at: Agency | None = None) -> Person:
        home = at or agency
        name = username or f"p{Person.objects.count()}"
        made = found_person(actor=SYSTEM, agency=home, username=name, password=PASSWORD, roles=roles)
        TOTP.activate(made, generate_totp_secret())
        return made

    return make


@pytest.fixture
def signed_in() -> Callable[[Person], Client]:
    def make(person: Person) -> Client:
        client = Client()
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return make


@pytest.fixture
def case(agency: Agency, person: Callable[..., Person]) -> Case:
    """A case of `agency` under a complaint that allows all kinds of data; its member is "lead"."""
    lead = person("investigator", username="lead")
    with scope(agency=agency):
        return open_case(actor=lead, title="Sextortion of a pupil", authorisation=COMPLAINT)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of one's own for the test that asks for it."""
    monkeypatch.setenv("AMPARO_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def lead(case: Case) -> Person:
    return Person.objects.get(username="lead")


@pytest.fixture
def second(case: Case, lead: Person, person: Callable[..., Person]) -> Person:
    """A colleague of the lead, member of the case too."""
    made = person("analyst", username="second")
    with scope(agency=case.agency):
        add_member(actor=lead, case=case, username="second")
    return made


@pytest.fixture
def in_agency(agency: Agency) -> Iterator[None]:
    with scope(agency=agency):
        yield


@pytest.fixture
def at_once(django_capture_on_commit_callbacks: Callable[..., Any]) -> Callable[[], Any]:
    """with at_once(): …: the jobs and news of what is done inside have been dealt with when it ends."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def a_zip(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 3, 4, 5, 6, 8)), data)
    return buffer.getvalue()


@pytest.fixture
def taken_in(home: Path, at_once: Callable[[], Any]) -> Callable[..., Exhibit]:
    """taken_in(actor, case, {"a.txt": b"…"}): a zip as an exhibit of the case, checked and catalogued."""

    def make(actor: Person, case: Case, files: dict[str, bytes]) -> Exhibit:
        with at_once():
            made = deposit_file(actor=actor, case=case, files=[("phone.zip", [a_zip(files)])], label="Phone")
        return Exhibit.objects.select_related("case__agency").get(pk=made.pk)

    return make
