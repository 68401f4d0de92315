"""Every public page: status, headers, languages, no cookie, nothing from elsewhere, small."""

import gzip
import re

import pytest
from django.test import Client

from amparo.web.accounts.actions import add_agency
from amparo.web.accounts.models import Agency
from amparo.web.audit.actors import SYSTEM

PATHS = [
    "/{}/", "/{}/report/", "/{}/return/", "/{}/privacy/", "/{}/about/", "/{}/help/", "/{}/help/children/",
    "/{}/help/parents/", "/{}/help/children/before-you-send/", "/{}/help/parents/sextortion/",
]  # fmt: skip
LANGUAGES = ["en", "es", "fr", "ar", "pt", "sw"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_in_every_language(agency, client, language):
    for path in PATHS:
        response = client.get(path.format(language))
        html = response.content.decode()
        assert response.status_code == 200, path
        assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in html
        assert not response.cookies
        assert response["Cache-Control"] == "no-store"
        assert response["Referrer-Policy"] == "no-referrer"
        assert "default-src 'none'" in response["Content-Security-Policy"]
        assert "unsafe" not in response["Content-Security-Policy"]
        assert html.count("<h1") == 1
        assert "style=" not in html
        assert len(gzip.compress(response.content)) < 20_000
        for address in re.findall(r'(?:src|action)="([^"]*)"', html):
            assert address.startswith("/")
        for path_there in re.findall(r'href="(/[^"]*)"', html):
            assert client.get(path_there).status_code == 200 or path_there.startswith("/static/")


def test_front_door_leads_to_the_browsers_language(agency, client):
    assert client.get("/", headers={"accept-language": "ar-EG,ar;q=0.9"})["Location"] == "/ar/"
    assert client.get("/", headers={"accept-language": "de"})["Location"] == "/en/"
    assert not client.get("/").cookies


@pytest.mark.parametrize(
    "path",
    ["/xx/", "/en/nothing/", "/nothing", "/en/help/dogs/", "/en/help/parents/nothing/", "/en/help/../../etc/passwd"],
)
def test_what_is_not_there_is_a_404_page(agency, client, path):
    response = client.get(path)
    assert response.status_code == 404
    assert "There is no such page" in response.content.decode()


def test_the_404_speaks_the_language_of_its_path(agency, client):
    assert 'dir="rtl"' in client.get("/ar/nothing/").content.decode()


def test_nothing_of_the_desk_is_reachable(agency, client):
    for path in ("/account/login/", "/reports/", "/cases/", "/api/v1/", "/admin/"):
        assert client.get(path).status_code == 404


def test_without_an_agency_the_portal_says_so(db, client):
    response = client.get("/en/")
    assert response.status_code == 503
    assert "W501" in response.content.decode()
    assert client.get("/").status_code == 503
    assert client.get("/a/b/c/").status_code == 404


def test_an_exercise_never_has_a_portal(db, client):
    add_agency(actor=SYSTEM, slug="academy", name="Academy", kind=Agency.Kind.EXERCISE)
    assert client.get("/en/").status_code == 503


def test_an_agency_without_keys_takes_nothing_and_says_so(agency, client):
    draft = re.search(r'name="draft" value="([^"]+)"', _post(client, "category=other").content.decode())
    answer = _post(client, f"draft={draft[1]}&question=words&answer=hello&go=next")
    draft = re.search(r'name="draft" value="([^"]+)"', answer.content.decode())
    sent = _post(client, f"draft={draft[1]}&go=send")
    assert sent.status_code == 400
    assert "W402" in sent.content.decode()


def test_an_agency_chooses_its_languages(agency, client):
    agency.languages = ["fr", "ar"]
    agency.save()
    assert client.get("/en/").status_code == 404
    assert "العربية" in client.get("/fr/").content.decode()
    assert client.get("/", headers={"accept-language": "de"})["Location"] == "/fr/"


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
def test_other_methods_are_refused(agency, client, method):
    assert getattr(client, method)("/en/report/").status_code == 405


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("multipart/form-data; boundary=x", 415),
        ("application/json", 415),
        ("image/jpeg", 415),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded; charset=utf-16", 400),
    ],
)
def test_bodies_that_are_no_form_are_refused_with_an_explanation(agency, client, content_type, status):
    for path in ("/en/report/", "/en/return/", "/en/"):
        response = client.post(path, b"x" * 1000, content_type=content_type)
        if path != "/en/" or status == 415:
            assert response.status_code == status, path
        if status == 415:
            assert "W504" in response.content.decode()


def test_a_refused_body_is_not_read(agency):
    class Unread:
        def read(self, *args):
            raise AssertionError("the body was read")

        readline = read

    for headers in (
        {"CONTENT_TYPE": "multipart/form-data; boundary=x", "CONTENT_LENGTH": "500102"},
        {"CONTENT_TYPE": "application/x-www-form-urlencoded", "CONTENT_LENGTH": "999999999"},
    ):
        response = Client().generic("POST", "/en/report/", **headers, **{"wsgi.input": Unread()})
        assert response.status_code in {413, 415}


def test_a_picture_written_as_text_is_refused_for_abuse_material(agency, client):
    draft = re.search(r'name="draft" value="([^"]+)"', _post(client, "category=abuse-material").content.decode())
    for answer in ("data:image/png;base64,AAAA", "A" * 3000):
        response = _post(client, f"draft={draft[1]}&question=where&answer={answer}&go=next")
        assert response.status_code == 400
        assert "written as text" in response.content.decode()


def _post(client, body):
    return client.post("/en/report/", body, content_type="application/x-www-form-urlencoded")
