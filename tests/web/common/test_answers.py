"""Every answer of the desk, also a refusal and a defect, has the headers, is our own page, and tells nothing inside."""

import logging
from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client

from amparo.web.accounts.models import Person
from amparo.web.cases import views

HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def check(answer: HttpResponse, status: int) -> str:
    assert answer.status_code == status
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert {name: answer.headers.get(name) for name in HEADERS} | {"Cache-Control": "no-store"} == HEADERS
    assert "no-store" in answer["Cache-Control"]
    return answer.content.decode()


def test_refusals_have_the_headers_too(person: Callable[..., Person], signed_in: Callable[..., Client]) -> None:
    officer = signed_in(person("investigator"))
    check(Client().get("/cases/"), 302)
    check(officer.get("/cases/"), 200)
    check(officer.get("/nowhere/"), 404)
    check(officer.get("/people/"), 403)
    check(officer.get("/reports/find/"), 405)
    check(officer.get("/cases/", headers={"host": "evil.example"}), 400)
    check(Client().get("/api/v1/whoami"), 401)
    check(Client().get("/account/login/"), 200)


def test_a_form_without_its_token_is_refused_with_our_page(person: Callable[..., Person]) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(person("investigator"), backend="allauth.account.auth_backends.AuthenticationBackend")
    html = check(strict.post("/cases/new/", {"title": "x"}), 403)
    assert "amparo/" in html
    assert "CSRF" not in html


@pytest.mark.parametrize("forged", ["https://evil.example", "null"])
def test_a_form_from_elsewhere_is_refused(person: Callable[..., Person], forged: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.get("/account/login/")
    token = strict.cookies["amparo_csrf"].value
    sent = {"login": "x", "password": "y", "csrfmiddlewaretoken": token}
    assert strict.post("/account/login/", sent, headers={"origin": "http://testserver"}).status_code == 200
    check(strict.post("/account/login/", sent, headers={"origin": forged}), 403)


def test_a_defect_shows_our_page_and_logs_its_place_only(
    person: Callable[..., Person],
    signed_in: Callable[..., Client],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*given: object) -> None:
        raise RuntimeError("words of the evidence")

    officer = signed_in(person("investigator"))
    officer.raise_request_exception = False
    monkeypatch.setattr(views, "cases_of", broken)
    with caplog.at_level(logging.INFO):
        html = check(officer.get("/cases/?q=words-of-the-request"), 500)
    assert "our fault" in html
    assert "RuntimeError" not in html
    said = " ".join(f"{record.getMessage()} {record.exc_text or ''}" for record in caplog.records)
    assert "RuntimeError at web/cases/views.py:" in said
    assert "words" not in said


@pytest.mark.parametrize(
    "forged", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_nothing_leads_out_of_the_desk(
    person: Callable[..., Person], signed_in: Callable[..., Client], forged: str
) -> None:
    officer = signed_in(person("investigator"))
    answer = officer.post("/account/language/", {"language": "sw", "next": forged})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    again = officer.get("/account/login/", {"next": forged})
    assert "evil" not in again.headers.get("Location", "")
