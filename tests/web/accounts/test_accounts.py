"""Roles, the overseer's seat, the exercise wall of roles, tokens, and the second factor."""

from collections.abc import Callable

import pytest
from django.test import Client

from amparo.web.accounts import actions
from amparo.web.accounts.models import Agency, Person
from amparo.web.accounts.roles import PERMISSIONS, ROLE_NAMES, ROLES
from amparo.web.common.errors import NotAllowed


def test_every_permission_is_held_by_some_role_and_none_is_unknown() -> None:
    held = frozenset().union(*ROLES.values())
    assert held == PERMISSIONS.keys()
    assert ROLES.keys() == ROLE_NAMES.keys()


def test_roles_of_training_stay_in_the_exercise_agency(
    agency: Agency, exercise_agency: Agency, person: Callable[..., Person]
) -> None:
    with pytest.raises(actions.RoleDoesNotFit):
        person("learner")
    assert person("learner", at=exercise_agency).may("classroom.learn")


def test_the_overseers_seat_is_not_the_units_to_change(person: Callable[..., Person]) -> None:
    administrator, overseer, other = person("administrator"), person("overseer"), person("analyst")
    with pytest.raises(actions.SeatIsNotYours):
        actions.set_roles(actor=administrator, person=overseer, roles=["analyst"])
    with pytest.raises(actions.SeatIsNotYours):
        actions.set_roles(actor=administrator, person=other, roles=["overseer"])
    with pytest.raises(actions.SeatIsNotYours):
        actions.end_access(actor=administrator, person=overseer)
    with pytest.raises(actions.SeatIsNotYours):
        actions.add_person(actor=administrator, username="x", password="y" * 12, roles=["overseer"])


def test_only_an_administrator_adds_people(person: Callable[..., Person]) -> None:
    with pytest.raises(NotAllowed):
        actions.add_person(actor=person("supervisor"), username="x", password="y" * 12, roles=["analyst"])


def test_without_a_second_factor_nothing_opens(agency: Agency) -> None:
    client = Client()
    bare = Person.objects.create_user(username="bare", password="x" * 12, agency=agency)
    client.force_login(bare, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = client.get("/cases/")
    assert (answer.status_code, answer.url) == (302, "/account/2fa/totp/activate/")


def test_the_overseer_sees_roots_and_others_do_not(
    person: Callable[..., Person], signed_in: Callable[..., Client]
) -> None:
    assert b"unbroken" in signed_in(person("overseer")).get("/oversight/").content
    assert signed_in(person("supervisor")).get("/oversight/").status_code == 403


def test_a_token_works_until_revoked_and_never_exceeds_its_maker(person: Callable[..., Person]) -> None:
    supervisor = person("supervisor")
    with pytest.raises(NotAllowed):
        actions.make_token(actor=supervisor, name="t", scopes=["accounts.manage"], purpose="internal-tool")
    made = actions.make_token(actor=supervisor, name="t", scopes=["matches.see"], purpose="internal-tool")
    headers = {"Authorization": f"Bearer {made.secret}"}
    assert Client().get("/api/v1/whoami").status_code == 401
    assert Client().get("/api/v1/whoami", headers=headers).json()["scopes"] == ["matches.see"]
    actions.revoke_token(actor=supervisor, token=made.token)
    assert Client().get("/api/v1/whoami", headers=headers).status_code == 401


def test_the_administrators_pages(person: Callable[..., Person], signed_in: Callable[..., Client]) -> None:
    client = signed_in(person("administrator"))
    data = {"username": "new.colleague", "password": "a long enough pass", "roles": ["analyst"]}
    assert client.post("/people/add/", data).status_code == 302
    page = client.get("/people/")
    assert b"new.colleague" in page.content
    assert client.post("/people/add/", data).status_code == 400
    colleague = Person.objects.get(username="new.colleague")
    assert client.post(f"/people/{colleague.pk}/roles/", {"roles": ["supervisor"]}).status_code == 302
    assert Person.objects.get(pk=colleague.pk).roles == ("supervisor",)


def test_everybody_chooses_their_own_language(person: Callable[..., Person], signed_in: Callable[..., Client]) -> None:
    analyst = person("analyst")
    client = signed_in(analyst)
    answer = client.post("/account/language/", {"language": "ar", "next": "https://elsewhere.example/"})
    assert answer.url == "/"
    page = client.get("/cases/").content.decode()
    assert 'lang="ar"' in page
    assert 'dir="rtl"' in page
    client.post("/account/language/", {"language": "xx"})
    assert Person.objects.get(pk=analyst.pk).language == "ar"
