"""Guessing passwords and codes is limited once for all processes; a code opens once; a new password ends sessions."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from amparo.web.accounts.memory import SignInMemory
from amparo.web.accounts.models import Agency, Person, Remembered
from amparo.web.audit.models import LogLine

PASSWORD = "correct horse battery staple"


def code_of(person: Person, steps: int = 0) -> str:
    """What the person's app shows now, or showed that many steps of 30 s away."""
    secret = Authenticator.objects.get(user=person, type="totp").wrap().instance.data["secret"]
    return format_hotp_value(hotp_value(_decrypted(secret), int(time.time()) // 30 + steps))


def _decrypted(secret: str) -> str:
    from allauth.mfa.adapter import get_adapter

    return get_adapter().decrypt(secret)


def test_the_memory_is_one_for_all_processes_and_forgets(db: None) -> None:
    one, other = SignInMemory("", {}), SignInMemory("", {})
    assert one.add("k", [1.5], timeout=60)
    assert not other.add("k", [2.5], timeout=60)
    assert other.get("k") == [1.5]
    assert other.delete("k")
    assert one.get("k", "nothing") == "nothing"
    assert one.add("gone", True, timeout=-1)
    assert one.get("gone") is None
    assert other.add("gone", True, timeout=60)
    other.set("other", "y", timeout=60)
    assert one.touch("other", timeout=-1)
    assert one.get("other") is None


def test_the_memory_names_nobody(person: Callable[..., Person]) -> None:
    person("analyst", username="r.diaz")
    Client().post("/account/login/", {"login": "r.diaz", "password": "wrong"}, REMOTE_ADDR="192.0.2.77")
    kept = " ".join(f"{each.key} {each.value}" for each in Remembered.objects.all())
    assert kept
    assert "diaz" not in kept
    assert "192.0.2" not in kept


def test_after_five_wrong_passwords_the_right_one_waits_too(person: Callable[..., Person]) -> None:
    person("analyst", username="r.diaz")
    for place in range(5):
        Client().post("/account/login/", {"login": "r.diaz", "password": "wrong"}, REMOTE_ADDR=f"192.0.2.{place}")
    refused = Client().post("/account/login/", {"login": "r.diaz", "password": PASSWORD}, REMOTE_ADDR="192.0.2.99")
    assert refused.status_code == 200


def _past_the_password(username: str) -> Client:
    client = Client()
    answer = client.post("/account/login/", {"login": username, "password": PASSWORD})
    assert (answer.status_code, answer.url) == (302, "/account/2fa/authenticate/")
    return client


def test_codes_cannot_be_guessed_by_starting_over(person: Callable[..., Person]) -> None:
    victim = person("analyst", username="r.diaz")
    wrong = "000000" if code_of(victim) != "000000" else "111111"
    for _ in range(5):
        _past_the_password("r.diaz").post("/account/2fa/authenticate/", {"code": wrong})
    client = _past_the_password("r.diaz")
    assert client.post("/account/2fa/authenticate/", {"code": code_of(victim)}).status_code == 200
    assert client.get("/cases/").status_code == 302


@pytest.mark.parametrize(("steps", "status"), [(-1, 302), (-3, 200), (3, 200)])
def test_a_slow_telephone_may_be_one_step_behind(person: Callable[..., Person], steps: int, status: int) -> None:
    code = code_of(person("analyst", username="r.diaz"), steps)
    assert _past_the_password("r.diaz").post("/account/2fa/authenticate/", {"code": code}).status_code == status


def test_a_code_opens_once(person: Callable[..., Person]) -> None:
    code = code_of(person("analyst", username="r.diaz"))
    assert _past_the_password("r.diaz").post("/account/2fa/authenticate/", {"code": code}).status_code == 302
    assert _past_the_password("r.diaz").post("/account/2fa/authenticate/", {"code": code}).status_code == 200


def test_signing_in_takes_a_new_session_and_a_new_password_ends_the_others(person: Callable[..., Person]) -> None:
    made = person("analyst", username="r.diaz")
    client, elsewhere = _past_the_password("r.diaz"), Client()
    elsewhere.force_login(made, backend="allauth.account.auth_backends.AuthenticationBackend")
    before = client.session.session_key
    client.post("/account/2fa/authenticate/", {"code": code_of(made)})
    assert client.session.session_key != before
    fresh = "a much longer sentence 7"
    page = client.get("/account/password/change/")
    assert page.status_code == 200
    answer = client.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": fresh, "password2": fresh})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    assert client.get("/cases/").status_code == 200
    assert elsewhere.get("/cases/").status_code == 302
    assert LogLine.objects.filter(action="person.password-changed", actor_id=made.pk).count() == 1


def test_setting_up_and_removing_a_second_factor_is_recorded(agency: Agency, at_once: Callable[[], Any]) -> None:
    bare = Person.objects.create_user(username="bare", password=PASSWORD, agency=agency)
    client = Client()
    client.post("/account/login/", {"login": "bare", "password": PASSWORD})
    client.post("/account/reauthenticate/?next=/account/2fa/totp/activate/", {"password": PASSWORD})
    page = client.get("/account/2fa/totp/activate/")
    secret = page.context["form"].secret
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    with at_once():
        assert client.post("/account/2fa/totp/activate/", {"code": code}).status_code == 302
    client.post("/account/2fa/totp/deactivate/")
    said = list(LogLine.objects.filter(actor_id=bare.pk).order_by("seq").values_list("action", flat=True))
    both = ["person.second-factor-added"] * 2 + ["person.second-factor-removed"] * 2  # the app, the recovery codes
    assert said == ["person.signed-in", *both]


@pytest.mark.parametrize("address", ["/account/login/", "/account/signup/", "/exhibits/"])
def test_strangers_cannot_fill_the_disk_with_uploads(address: str, db: None) -> None:
    """A signed-out multipart body is refused before a byte of it is written to the spool."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    answer = Client().post(address, {"login": "x", "file": SimpleUploadedFile("x", b"x" * 100_000)})
    assert answer.status_code == 400
    assert "Content-Security-Policy" in answer.headers
