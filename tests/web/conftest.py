"""Agencies, persons and signed-in clients, made through the same actions as in production."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django_scopes import scope

from amparo.web.accounts.actions import add_agency, found_person
from amparo.web.accounts.models import Agency, Person
from amparo.web.audit.actors import SYSTEM
from amparo.web.cases.actions import open_case
from amparo.web.cases.models import Case

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
