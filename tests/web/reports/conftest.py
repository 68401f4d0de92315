"""An agency with keys, quick key derivation, and a report that came in."""

from collections.abc import Callable
from typing import Any

import pytest
from django_scopes import scope

from amparo.web.accounts.models import Agency, Person
from amparo.web.reports import intake, sealing
from amparo.web.reports.actions import make_agency_keys, open_reading_room, receive_report
from amparo.web.reports.intake import Receipt
from amparo.web.reports.keys import Ceremony
from amparo.web.reports.sealing import Kdf

WALLET = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
ANSWERS = {
    "where": "https://social.example/profile/annika_1998?utm_source=x#top",
    "demand": f"200 dollars in Bitcoin to {WALLET}",
    "words": "She says she will send my pictures to everyone in my class by tomorrow.",
    "age": "13-17",
    "danger": "unsure",
    "contact": "my sister 0712 000 000, after school",
}


@pytest.fixture(autouse=True)
def quick_kdf(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real parameters take 64 and 256 MiB; test_sealing.py holds them to the design."""
    monkeypatch.setattr(sealing, "CODE_KDF", Kdf("argon2id", 65536, 1))
    monkeypatch.setattr(sealing, "STAFF_KDF", Kdf("argon2id", 65536, 2))
    intake._pool.cache_clear()


@pytest.fixture
def answers() -> dict[str, str]:
    """What the reports of `receive` say, before changes."""
    return dict(ANSWERS)


@pytest.fixture
def reader(person: Callable[..., Person]) -> Person:
    return person("analyst", username="m.okafor")


@pytest.fixture
def ceremony(agency: Agency, reader: Person) -> Ceremony:
    with scope(agency=agency):
        return make_agency_keys(agency, first=reader)


@pytest.fixture
def receive(agency: Agency, ceremony: Ceremony) -> Callable[..., Receipt]:
    """receive(words="…", at=agency, …): a sextortion report with these answers changed."""

    def make(at: Agency = agency, category: str = "sextortion", **fields: Any) -> Receipt:
        known = {name: fields.pop(name) for name in ("key", "nonce", "language") if name in fields}
        known.setdefault("language", "en")
        with scope(agency=at):
            return receive_report(agency=at, category=category, answers={**ANSWERS, **fields}, **known)

    return make


@pytest.fixture
def room_cookie(agency: Agency, reader: Person, ceremony: Ceremony) -> str:
    with scope(agency=agency):
        return open_reading_room(actor=reader, passphrase=ceremony.passphrase)
