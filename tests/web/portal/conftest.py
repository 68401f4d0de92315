"""The portal as its own settings run it, over an agency with keys, with quick key derivation."""

import copy
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django_scopes import scope

from amparo.web.accounts.models import Agency, Person
from amparo.web.reports import intake, sealing
from amparo.web.reports.actions import enter_room, make_agency_keys, open_reading_room
from amparo.web.reports.keys import Ceremony
from amparo.web.reports.rooms import OpenRoom
from amparo.web.reports.sealing import Kdf
from amparo.web.settings import portal as portal_settings


@pytest.fixture(autouse=True)
def as_portal(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ROOT_URLCONF = portal_settings.ROOT_URLCONF
    settings.MIDDLEWARE = portal_settings.MIDDLEWARE
    settings.AMPARO_REFERRER_POLICY = portal_settings.AMPARO_REFERRER_POLICY
    templates = copy.deepcopy(settings.TEMPLATES)
    templates[0]["OPTIONS"]["context_processors"] = templates[0]["OPTIONS"]["context_processors"][:2]
    settings.TEMPLATES = templates
    monkeypatch.setattr(sealing, "CODE_KDF", Kdf("argon2id", 65536, 1))
    monkeypatch.setattr(sealing, "STAFF_KDF", Kdf("argon2id", 65536, 2))
    intake._pool.cache_clear()


@pytest.fixture
def reader(person: Callable[..., Person]) -> Person:
    return person("analyst", username="m.okafor")


@pytest.fixture
def ceremony(agency: Agency, reader: Person) -> Ceremony:
    agency.emergency_numbers = [{"name": "Police", "number": "112"}]
    agency.save()
    with scope(agency=agency):
        return make_agency_keys(agency, first=reader)


@pytest.fixture
def room(agency: Agency, reader: Person, ceremony: Ceremony) -> OpenRoom:
    with scope(agency=agency):
        return enter_room(reader, open_reading_room(actor=reader, passphrase=ceremony.passphrase))


class Fields(HTMLParser):
    """The hidden fields of a page, as a browser would send them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.hidden: dict[str, str] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input" and given.get("type") == "hidden":
            self.hidden[str(given["name"])] = str(given["value"])


class Browser:
    """Posts forms as a browser without JavaScript does: url-encoded, hidden fields and the pressed button."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.hidden: dict[str, str] = {}

    def get(self, path: str) -> Any:
        return self._seen(self.client.get(path))

    def post(self, path: str, **fields: str) -> Any:
        from urllib.parse import urlencode

        body = urlencode({**self.hidden, **fields})
        return self._seen(self.client.post(path, body, content_type="application/x-www-form-urlencoded"))

    def _seen(self, response: Any) -> Any:
        response.text_ = response.content.decode()
        self.hidden = Fields(response.text_).hidden
        assert not response.cookies
        return response

    def report(self, language: str = "en", category: str = "sextortion", **answers: str) -> str:
        """Fill in a report question by question, send it and return its code."""
        path = f"/{language}/report/"
        self.hidden = {}
        self.post(path, category=category)
        while question := self.hidden.get("question"):
            self.post(path, answer=answers.get(question, ""), go="next")
        return code_in(self.post(path, go="send"))


def code_in(response: Any) -> str:
    """The receipt code on a page."""
    inside = response.text_.split('class="receipt-code"')[1].split("</p>")[0]
    return "".join(part.split("</span>")[0] for part in inside.split("<span>")[1:])


@pytest.fixture
def browser(ceremony: Ceremony) -> Browser:
    return Browser(Client())
