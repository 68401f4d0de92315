"""Cases: need to know, authorisations that limit, people by category, and the agency's wall."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django_scopes import scope, scopes_disabled
from django_scopes.exceptions import ScopeError
from tests.web.conftest import COMPLAINT

from amparo.web.accounts.models import Agency, Person
from amparo.web.cases.actions import (
    AuthorisationDoesNotFit,
    NotOneOfUs,
    add_member,
    enter_person,
    move_person,
    open_case,
)
from amparo.web.cases.authorisation import OutsideAuthorisation, limits, require_authorisation
from amparo.web.cases.models import Case
from amparo.web.common.errors import NotAllowed


def test_numbers_count_up_per_agency(case: Case, person: Callable[..., Person], other_agency: Agency) -> None:
    elsewhere = person("investigator", at=other_agency)
    with scope(agency=other_agency):
        other = open_case(actor=elsewhere, title="Other", authorisation=COMPLAINT)
    lead = Person.objects.get(username="lead")
    with scope(agency=case.agency):
        second = open_case(actor=lead, title="Second", authorisation=COMPLAINT)
    assert [c.number[-4:] for c in (case, other, second)] == ["0001", "0001", "0002"]


def test_a_query_without_a_scope_raises(case: Case) -> None:
    with pytest.raises(ScopeError):
        Case.objects.first()


def test_only_members_see_the_case(case: Case, person: Callable[..., Person], signed_in: Callable[..., Client]) -> None:
    stranger = signed_in(person("supervisor"))
    member = signed_in(Person.objects.get(username="lead"))
    assert member.get(f"/cases/{case.pk}/").status_code == 200
    refused = stranger.get(f"/cases/{case.pk}/")
    missing = stranger.get("/cases/00000000-0000-4000-8000-000000000000/")
    assert (refused.status_code, missing.status_code) == (404, 404)
    assert refused.content == missing.content


def test_a_member_from_elsewhere_is_refused(case: Case, person: Callable[..., Person], other_agency: Agency) -> None:
    person("investigator", username="foreign", at=other_agency)
    lead = Person.objects.get(username="lead")
    with scope(agency=case.agency), pytest.raises(NotOneOfUs):
        add_member(actor=lead, case=case, username="foreign")


@pytest.mark.parametrize(
    ("fields", "kind", "exhibit", "allowed"),
    [
        pytest.param({}, "files", "EX1", True, id="plain"),
        pytest.param({"data_kinds": ["financial"]}, "files", "EX1", False, id="kind-not-named"),
        pytest.param({"exhibits": ["EX2"]}, "files", "EX1", False, id="other-exhibit"),
        pytest.param({"exhibits": ["EX2"]}, "files", "EX2", True, id="named-exhibit"),
        pytest.param({"valid_to": date(2026, 1, 2)}, "files", "EX1", False, id="expired"),
        pytest.param({"valid_from": date(2999, 1, 1)}, "files", "EX1", False, id="not-yet"),
    ],
)
def test_limits(
    person: Callable[..., Person], agency: Agency, fields: dict, kind: str, exhibit: str, allowed: bool
) -> None:
    lead = person("investigator")
    with scope(agency=agency):
        case = open_case(actor=lead, title="T", authorisation={**COMPLAINT, **fields})
        assert (limits(case, kind, exhibit=exhibit) is not None) is allowed
        if not allowed:
            with pytest.raises(OutsideAuthorisation):
                require_authorisation(case, kind, exhibit=exhibit)


def test_an_unknown_date_is_outside_a_window(person: Callable[..., Person], agency: Agency) -> None:
    lead = person("investigator")
    window = {"items_from": date(2026, 3, 1), "items_to": date(2026, 3, 31)}
    with scope(agency=agency):
        case = open_case(actor=lead, title="T", authorisation={**COMPLAINT, **window})
        found = limits(case, "files")
    assert found is not None
    assert [found.covers(day) for day in (None, date(2026, 3, 31), date(2026, 4, 1))] == [False, True, False]


def test_an_authorisation_that_ends_before_it_begins_is_refused(person: Callable[..., Person], agency: Agency) -> None:
    lead = person("investigator")
    with scope(agency=agency), pytest.raises(AuthorisationDoesNotFit):
        open_case(actor=lead, title="T", authorisation={**COMPLAINT, "valid_to": date(2025, 1, 1)})
    with scopes_disabled():
        assert not Case.objects.exists()


def test_people_are_kept_by_category_and_unfounded_is_an_outcome(case: Case) -> None:
    lead = Person.objects.get(username="lead")
    with scope(agency=case.agency):
        suspect = enter_person(actor=lead, case=case, category="suspect", name="X. Example")
        move_person(actor=lead, person=suspect, category="other", outcome="unfounded", reason="Alibi confirmed")
        suspect.refresh_from_db()
    assert (suspect.number, suspect.category, suspect.outcome) == ("P1", "other", "unfounded")


def test_an_analyst_cannot_manage(case: Case, person: Callable[..., Person]) -> None:
    analyst = person("analyst")
    with scope(agency=case.agency), pytest.raises(NotAllowed):
        enter_person(actor=analyst, case=case, category="victim")


def test_the_form_opens_a_case(agency: Agency, person: Callable[..., Person], signed_in: Callable[..., Client]) -> None:
    client = signed_in(person("investigator"))
    assert client.get("/cases/new/").status_code == 200
    wrong = client.post("/cases/new/", {"title": "T"})
    assert wrong.status_code == 400
    data = {**COMPLAINT, "title": "Phishing", "valid_from": "2026-01-01"}
    answer = client.post("/cases/new/", data)
    assert answer.status_code == 302
    page = client.get(answer.url)
    assert b"Phishing" in page.content
    assert b"opened the case" in page.content
